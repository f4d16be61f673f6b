using System.Globalization;
using System.Security.Cryptography;
using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Office;
using ECopy.Functions.Requests;
using ECopy.Functions.Storage;
using ECopy.Signing.Verification.Integrity;

namespace ECopy.Functions.Sign;

/// <param name="Sha256">Of the document: what comes back begins with it.</param>
/// <param name="Name">For the file on the signer's computer.</param>
/// <param name="Until">What comes back later is not taken.</param>
internal sealed record FileToSign(CopyRequest Request, SignerRole Role, string Name, string Sha256, long Length, DateTimeOffset Until, ReadOnlyMemory<byte> Content);

internal sealed record ReturnedFile(string Agency, string CopyId, string PersonId, ReadOnlyMemory<byte> Content);

/// <summary>
/// The way out and back for documents that are signed with the signer's own tool. What comes back is judged at once; what is
/// refused changes nothing, and what is taken is stored before the hub is told.
/// </summary>
internal sealed class TakeReturnedFile(CopyRequests requests, CopyListing listing, OutsideSigning outside, OfficeDirectory office, AuditTrail audit, TimeProvider clock)
{
    /// <summary>Everything that waits for this person's signed file, oldest first.</summary>
    public async Task<IReadOnlyList<FileToSign>> ListAsync(string agency, string personId, CancellationToken cancellationToken)
    {
        var found = new List<FileToSign>();
        if (await office.FindPersonAsync(agency, personId, cancellationToken) is not { } person) return found;
        foreach (var request in (await listing.ReadOpenAsync(agency, cancellationToken)).Where(IsWaiting).Where(request => MaySign(request, person)))
        {
            if (await OrderOfAsync(request, cancellationToken) is { } order && await outside.FindReturnAsync(WorkOf(request), cancellationToken) is null) found.Add(FileOf(request, order, default));
        }

        return found;
    }

    /// <summary>Whether the file that this request waits for is here already.</summary>
    public async Task<bool> HasComeAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return await outside.FindReturnAsync(WorkOf(request), cancellationToken) is not null;
    }

    /// <summary>How many files wait for this person, without opening them.</summary>
    public static int CountFor(IEnumerable<CopyRequest> open, Person person) => open.Where(IsWaiting).Count(request => MaySign(request, person));

    /// <summary>The document to be signed, or <c>copy-not-found</c>, <c>returned-not-yours</c>, <c>returned-not-waiting</c>.</summary>
    public async Task<Result<FileToSign>> ReadAsync(string agency, string copyId, string personId, CancellationToken cancellationToken)
    {
        var asked = await AskAsync(agency, copyId, personId, cancellationToken);
        if (asked.IsRejected) return asked.Rejection!;
        var (request, order) = asked.Value;
        return FileOf(request, order, await outside.ReadSourceAsync(order, cancellationToken));
    }

    /// <summary>Takes a signed file, or says why not: as <see cref="ReadAsync"/>, <c>returned-too-late</c>, or a code of ReturnedSignature.</summary>
    public async Task<Result<CopyRequest>> RunAsync(ReturnedFile file, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(file.Content.Span));
        var asked = await AskAsync(file.Agency, file.CopyId, file.PersonId, cancellationToken);
        if (asked.IsRejected)
        {
            // Sent twice: the first was taken, and the copy may have gone on meanwhile.
            return asked.Rejection!.Code is "returned-not-waiting" && await WasTakenAsync(file, sha256, cancellationToken) is { } known ? known : asked.Rejection!;
        }

        var (request, order) = asked.Value;
        var work = WorkOf(request);
        var now = clock.GetUtcNow();
        if (now >= order.Until) return await RefuseAsync(file, request, "returned-too-late", "", cancellationToken);
        var verdict = await outside.JudgeAsync(work, order, file.Content, now, cancellationToken);
        if (verdict.Code is { } code) return await RefuseAsync(file, request, code, verdict.Reason, cancellationToken);
        var returned = new OutsideReturn(OutsideReturn.CurrentSchema, sha256, file.PersonId, now, NameOf(verdict.Format));
        if (!await outside.KeepAsync(work, file.Content, returned, cancellationToken))
        {
            // Another was first, in this very moment or the hub has not looked yet: one signature is ever kept.
            var kept = await outside.FindReturnAsync(work, cancellationToken);
            return kept?.Sha256 == sha256 ? request : new Rejection("returned-not-waiting");
        }

        await audit.AppendAsync(
            Event(file, request, "signature-returned", new Dictionary<string, string> { ["sha256"] = sha256, ["format"] = returned.Format }, string.Create(CultureInfo.InvariantCulture, $"{request.CopyId}:returned:{RoleOf(request)}:{request.Approval}")),
            request.AuditPage,
            cancellationToken);
        return request;
    }

    private async Task<Result<(CopyRequest Request, OutsideOrder Order)>> AskAsync(string agency, string copyId, string personId, CancellationToken cancellationToken)
    {
        if (await requests.FindAsync(agency, copyId, cancellationToken) is not { } request) return new Rejection("copy-not-found");
        if (!IsWaiting(request) || await OrderOfAsync(request, cancellationToken) is not { } order) return new Rejection("returned-not-waiting");
        if (await office.FindPersonAsync(agency, personId, cancellationToken) is not { } person || !MaySign(request, person)) return new Rejection("returned-not-yours");
        return (request, order);
    }

    private async Task<CopyRequest?> WasTakenAsync(ReturnedFile file, string sha256, CancellationToken cancellationToken)
    {
        var request = await requests.FindAsync(file.Agency, file.CopyId, cancellationToken);
        if (request is null) return null;
        foreach (var role in Enum.GetValues<SignerRole>())
        {
            if (await outside.FindReturnAsync(WorkOf(request) with { Signer = role }, cancellationToken) is { } taken && taken.Sha256 == sha256 && taken.By == file.PersonId) return request;
        }

        return null;
    }

    private async Task<OutsideOrder?> OrderOfAsync(CopyRequest request, CancellationToken cancellationToken) => await outside.FindOrderAsync(WorkOf(request), cancellationToken);

    private async Task<Result<CopyRequest>> RefuseAsync(ReturnedFile file, CopyRequest request, string code, string reason, CancellationToken cancellationToken)
    {
        await audit.AppendAsync(
            Event(file, request, "returned-refused", new Dictionary<string, string> { ["code"] = code, ["reason"] = reason }, $"{request.CopyId}:returned-refused:{Guid.NewGuid():N}"),
            request.AuditPage,
            cancellationToken);
        return new Rejection(code);
    }

    private static AuditEvent Event(ReturnedFile file, CopyRequest request, string action, Dictionary<string, string> details, string key) =>
        new(file.Agency, file.PersonId, RoleOf(request) is SignerRole.Seal ? nameof(OfficeRole.SealKeeper) : nameof(OfficeRole.Attestor), action, request.CopyId, details, key);

    private static bool IsWaiting(CopyRequest request) => request is { Waiting: CopyWaits.ReturnedFile, Stop: null, IsFinished: false };

    // The seal is released, by policy, when the person's signature is there.
    private static SignerRole RoleOf(CopyRequest request) => request.SealRelease?.Approval == request.Approval ? SignerRole.Seal : SignerRole.Person;

    private static bool MaySign(CopyRequest request, Person person) => !person.Inactive && (RoleOf(request) is SignerRole.Seal
        ? person.Has(OfficeRole.SealKeeper)
        : person.Has(OfficeRole.Attestor) && request.Decision?.PersonId == person.PersonId);

    private static CopyWork WorkOf(CopyRequest request) => new(request.Agency, request.CopyId, request.Attempt, request.Approval, RoleOf(request));

    private static FileToSign FileOf(CopyRequest request, OutsideOrder order, ReadOnlyMemory<byte> content)
    {
        var number = request.Reservation!.Number!.Value.ToString("0000", CultureInfo.InvariantCulture);
        var book = request.Reservation.Book.Replace('/', '-');
        return new FileToSign(request, RoleOf(request), $"{number}-{book}-{order.SourceSha256[..12]}.pdf", order.SourceSha256, order.Length, order.Until, content);
    }

    private static string NameOf(SignatureFormat format) => format is SignatureFormat.Cades ? "ETSI.CAdES.detached" : "adbe.pkcs7.detached";
}
