using System.Security.Cryptography;
using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Requests;
using ECopy.Functions.Storage;
using ECopy.Functions.TrustServices;
using ECopy.Signing.Keys;
using ECopy.Signing.Pades;
using ECopy.Signing.Pdf.Reading;
using ECopy.Signing.Timestamp;
using ECopy.Signing.Verification.Approval;

namespace ECopy.Functions.Sign;

/// <summary>
/// The stages of a signature that is made with its signer's own tool, in the places of the others: the document goes out, is waited
/// for, is judged, and is the signed document. All create-only: order → returned file → its record → signed document.
/// </summary>
internal sealed class OutsideSigning(
    IBlobStore store, CopyRequests requests, SigningWork stages, OfficeDirectory office, Timestamps timestamps, OutsideLimits limits, TimeProvider clock)
{
    /// <summary>Gives the document out to whoever has the key.</summary>
    public async Task<StepOutcome> GiveOutAsync(CopyWork work, CopyRequest request, ReadOnlyMemory<byte> source, ExternalKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(key);
        var path = SigningWork.SourcePath(work);
        // Composed while the signer had a key here: no other tool could fill the declared field. A new number is composed anew.
        if (!IsApproval(source)) return StepOutcome.Rejected("signing-key-failed", "composed for a key of the program");
        var now = clock.GetUtcNow();
        var until = SigningWork.SignerOf(work) is SignerRole.Seal
            ? now + limits.Seal
            : Earlier(now + limits.Person, LocalTime.StartOf(request.Reservation!.Date!.Value.AddDays(1)));
        var order = new OutsideOrder(
            OutsideOrder.CurrentSchema, KeyRing.Thumbprint(key.Chain.Signer.RawData), path, Convert.ToHexStringLower(SHA256.HashData(source.Span)), source.Length, now, until);
        await store.CreateJsonAsync(OrderPath(work), order, cancellationToken);
        return StepOutcome.Done;
    }

    /// <summary>Whether the signed file is here; null where none is waited for.</summary>
    public async Task<StepOutcome?> LookAsync(CopyWork work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (await FindOrderAsync(work, cancellationToken) is not { } order) return null;
        if (await FindReturnAsync(work, cancellationToken) is { } returned)
        {
            // As of the moment at which it was taken: what was good then is not refused for the time that passed since.
            var verdict = await JudgeAsync(work, order, await stages.ReadAsync(FilePath(work, returned.Sha256), cancellationToken), returned.At, cancellationToken);
            if (!verdict.IsAccepted) throw new IntegrityException(FilePath(work, returned.Sha256), $"is not the file that was taken ({verdict.Code}: {verdict.Reason})");
            var changed = await requests.ChangeAsync(work, current => current.EndsWith(work) is null ? current with { Waiting = null } : current, cancellationToken);
            if (changed is null) return StepOutcome.Superseded;
            return changed.EndsWith(work) is { } end ? StepOutcome.Rejected(end) : StepOutcome.Done;
        }

        if (clock.GetUtcNow() >= order.Until)
        {
            var isPerson = SigningWork.SignerOf(work) is SignerRole.Person;
            return StepOutcome.Rejected(isPerson ? ClosingCodes.StatementDatePassed : "signing-time-limit");
        }

        var waiting = await requests.ChangeAsync(work, current => current.EndsWith(work) is null ? current with { Waiting = CopyWaits.ReturnedFile } : current, cancellationToken);
        if (waiting is null) return StepOutcome.Superseded;
        return waiting.EndsWith(work) is { } stop ? StepOutcome.Rejected(stop) : StepOutcome.WaitUntil(order.Until, CopyWaits.ReturnedFile);
    }

    /// <summary>
    /// The timestamp that proves when the returned signature was there. It stands over the whole document, since what came back is not
    /// changed. Null where nothing was waited for.
    /// </summary>
    public async Task<StepOutcome?> TimestampAsync(CopyWork work, CopyRequest request, CancellationToken cancellationToken)
    {
        if (await FindReturnAsync(work, cancellationToken) is not { } returned) return null;
        if (await store.ReadJsonAsync<PreservationTimestamp>(TimestampPath(work), cancellationToken) is not null) return StepOutcome.Done;
        // The proven time must be of the statement's day (+07:00): waiting longer cannot make it so.
        if (SigningWork.IsTooLate(work, request, clock.GetUtcNow())) return StepOutcome.Rejected(ClosingCodes.StatementDatePassed);
        var sample = await timestamps.SampleAsync(cancellationToken);
        if (sample.IsRejected) return StepOutcome.WaitUntil(null, sample.Rejection!.Code);
        var path = FilePath(work, returned.Sha256);
        var room = SignatureTimestamp.RoomFor(sample.Value);
        var prepared = DocumentTimestamp.Prepare(await ReadReturnedAsync(work, returned, cancellationToken), PreservationTimestamp.Hash, room);
        var token = await timestamps.AskAsync(PreservationTimestamp.Hash, prepared.Digest, cancellationToken);
        // The authority has changed since its sample: this token is the next sample.
        if (token.IsRejected || token.Value.Encoded.Length > room) return StepOutcome.WaitUntil(null, token.Rejection?.Code ?? "timestamp-unusable");
        if (SigningWork.IsTooLate(work, request, token.Value.Time)) return StepOutcome.Rejected(ClosingCodes.StatementDatePassed);
        await store.CreateJsonAsync(
            TimestampPath(work), new PreservationTimestamp(PreservationTimestamp.CurrentSchema, path, room, token.Value.Encoded.ToArray()), cancellationToken);
        return StepOutcome.Done;
    }

    /// <summary>Makes the returned file, with its timestamp where the level has one, the signed document; false where none was waited for.</summary>
    public async Task<bool> AssembleAsync(CopyWork work, PadesLevel level, CancellationToken cancellationToken)
    {
        if (await FindReturnAsync(work, cancellationToken) is not { } returned) return false;
        var file = await ReadReturnedAsync(work, returned, cancellationToken);
        if (level >= PadesLevel.BaselineT)
        {
            var stored = (await store.ReadRequiredJsonAsync<PreservationTimestamp>(TimestampPath(work), cancellationToken)).Value;
            file = stored.EmbedIn(file, TimestampPath(work));
        }

        await store.CreateImmutableAsync(SigningWork.SignedPath(work, level), file, cancellationToken);
        return true;
    }

    public async Task<OutsideOrder?> FindOrderAsync(CopyWork work, CancellationToken cancellationToken) =>
        (await store.ReadJsonAsync<OutsideOrder>(OrderPath(work), cancellationToken))?.Value;

    public async Task<OutsideReturn?> FindReturnAsync(CopyWork work, CancellationToken cancellationToken) =>
        (await store.ReadJsonAsync<OutsideReturn>(ReturnPath(work), cancellationToken))?.Value;

    /// <summary>The document as it goes out.</summary>
    public async Task<ReadOnlyMemory<byte>> ReadSourceAsync(OutsideOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        var source = await stages.ReadAsync(order.Source, cancellationToken);
        return Convert.ToHexStringLower(SHA256.HashData(source.Span)) == order.SourceSha256 ? source : throw new IntegrityException(order.Source, "is not the file that was given out");
    }

    /// <summary>Judges what came back. The signature must lead to a trusted root by itself: whoever checks the copy has nothing else.</summary>
    public async Task<ReturnVerdict> JudgeAsync(CopyWork work, OutsideOrder order, ReadOnlyMemory<byte> file, DateTimeOffset at, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        var source = await ReadSourceAsync(order, cancellationToken);
        return ReturnedSignature.Check(source, file, new ReturnExpectation(order.Thumbprint, [], await office.TrustAnchorsAsync(cancellationToken), at));
    }

    /// <summary>Keeps a file that was judged good: the file, then its record. False when another had come before.</summary>
    public async Task<bool> KeepAsync(CopyWork work, ReadOnlyMemory<byte> file, OutsideReturn returned, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(returned);
        await store.CreateImmutableAsync(FilePath(work, returned.Sha256), file, cancellationToken);
        return await store.CreateJsonAsync(ReturnPath(work), returned, cancellationToken) is not CreateOutcome.OtherAlreadyThere;
    }

    public static bool IsApproval(ReadOnlyMemory<byte> document) => ApprovalProfile.Read(PdfDocument.Open(document).Revisions[0]) is not null;

    private async Task<ReadOnlyMemory<byte>> ReadReturnedAsync(CopyWork work, OutsideReturn returned, CancellationToken cancellationToken)
    {
        var path = FilePath(work, returned.Sha256);
        var file = await stages.ReadAsync(path, cancellationToken);
        return Convert.ToHexStringLower(SHA256.HashData(file.Span)) == returned.Sha256 ? file : throw new IntegrityException(path, "is not the file that was taken");
    }

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private static string OrderPath(CopyWork work) => Path(work, "outside.json");

    private static string ReturnPath(CopyWork work) => Path(work, "returned.json");

    private static string TimestampPath(CopyWork work) => Path(work, "returned.timestamp.json");

    private static string FilePath(CopyWork work, string sha256) => Path(work, $"returned.{(sha256.Length == 64 ? sha256[..16] : "none")}.pdf");

    private static string Path(CopyWork work, string name) =>
        BlobPaths.Work(work.Agency, work.CopyId, work.Approval, (SigningWork.SignerOf(work) is SignerRole.Person ? "person." : "seal.") + name);
}
