using System.Security.Cryptography;
using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Register;
using ECopy.Functions.Storage;
using ECopy.Signing.Trust;
using ECopy.Signing.Trust.Revocation;
using ECopy.Signing.Verification;
using PadesLevel = ECopy.Signing.Verification.PadesLevel;

namespace ECopy.Functions.Verify;

/// <summary>
/// The public act: reads the store, writes nothing, needs neither hub nor keys nor authorities. The register decides
/// first, byte for byte; the signatures come second.
/// </summary>
internal sealed partial class VerifyCopy(IBlobStore store, PublishedCopies published, OfficeDirectory office, TimeProvider clock, ILogger<VerifyCopy> log)
{
    /// <summary>Nothing is asked of anybody: a stranger's file must not make the server call others.</summary>
    private readonly FileValidation anyFile = new(online: null);

    /// <summary>By a code as a person typed it.</summary>
    public Task<Verdict> ByCodeAsync(string? typed, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        var reading = VerificationCode.Read(typed);
        if (reading.Code is null) return new Verdict(VerdictKind.Mistyped, ImpossibleAt: reading.ImpossibleAt);
        var copy = await published.FindAsync(reading.Code, cancellationToken);
        return copy is null ? new Verdict(VerdictKind.NotRegistered) : Judge(copy, copy.Latest, VerdictKind.CodeOnly);
    });

    /// <summary>By the SHA-256 of a file, in hex.</summary>
    public Task<Verdict> ByDigestAsync(string sha256, CancellationToken cancellationToken) => GuardAsync(() => DigestAsync(sha256, cancellationToken));

    /// <summary>
    /// By what a reader's device saw of a file that it keeps. Codes and earlier revisions are claims of that device: they can
    /// only turn "not registered" into "changed", never into "unchanged".
    /// </summary>
    public Task<Verdict> ByFingerprintAsync(FileFingerprint file, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        ArgumentNullException.ThrowIfNull(file);
        var verdict = await DigestAsync(file.Sha256, cancellationToken);
        if (verdict.Kind is not VerdictKind.NotRegistered) return verdict;
        foreach (var earlier in file.Earlier)
        {
            if ((await DigestAsync(earlier, cancellationToken)).Copy is { } copy) return new Verdict(VerdictKind.Changed, copy, Appended: true);
        }

        foreach (var typed in file.Codes)
        {
            if (VerificationCode.Read(typed).Code is { } code && await published.FindAsync(code, cancellationToken) is { } copy)
                return new Verdict(VerdictKind.Changed, Show(copy, copy.Latest));
        }

        return verdict;
    });

    /// <summary>By the file itself: its digest, then its signatures.</summary>
    public Task<Verdict> ByFileAsync(ReadOnlyMemory<byte> file, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(file.Span));
        var verdict = await DigestAsync(sha256, cancellationToken);
        if (verdict.Kind is VerdictKind.NotRegistered) verdict = await ByCodeInsideAsync(file, sha256, verdict, cancellationToken);
        var anchors = await office.TrustAnchorsAsync(cancellationToken);
        var now = clock.GetUtcNow();
        if (verdict.Kind is VerdictKind.NotRegistered) return verdict with { Report = await anyFile.RunAsync(file, anchors, now, cancellationToken) };
        // What the register holds byte by byte is proven to have existed when it was entered (EN 319 102-1, 5.6.2): later expiry, or a
        // later revocation, takes nothing away.
        var ours = CheckOurs(file, anchors, verdict.Copy is { } copy && copy.Sha256 == sha256 ? copy.RegisteredAt : now);
        return verdict with { Report = verdict.Kind is VerdictKind.Changed ? await WithChangesAsync(file, ours, anchors, now, cancellationToken) : ours };
    });

    /// <summary>With the evidence that the copy keeps, where it is of a kind that keeps any.</summary>
    private static SignedFileReport CheckOurs(ReadOnlyMemory<byte> file, TrustAnchors anchors, DateTimeOffset at)
    {
        var report = SignedFileCheck.Check(file, anchors, at);
        return report.Finding.IsPassed && report.Signatures.All(signature => signature.Level >= PadesLevel.BLT)
            ? SignedFileCheck.Check(file, anchors, at, RevocationEvidence.None)
            : report;
    }

    /// <summary>Of a copy that was changed, what was changed; the stricter of the two judges decides.</summary>
    private async Task<SignedFileReport> WithChangesAsync(ReadOnlyMemory<byte> file, SignedFileReport ours, TrustAnchors anchors, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var any = await anyFile.RunAsync(file, anchors, now, cancellationToken);
        return any.Signatures.Count > 0 ? any with { Finding = ours.Finding.IsPassed ? any.Finding : ours.Finding } : ours;
    }

    private async Task<Verdict> DigestAsync(string sha256, CancellationToken cancellationToken)
    {
        var index = await store.ReadJsonAsync<DigestEntry>(BlobPaths.DigestIndex(sha256.ToLowerInvariant()), cancellationToken);
        if (index is null) return new Verdict(VerdictKind.NotRegistered);
        // The index is only written once the entry is issued; where it leads nowhere, something was lost, or is just being written.
        var copy = await published.FindAsync(index.Value.Code, cancellationToken);
        return copy?.Find(sha256) is { } version
            ? JudgeFile(copy, version)
            : throw new IntegrityException(BlobPaths.DigestIndex(sha256.ToLowerInvariant()), "leads to no registered copy");
    }

    /// <summary>The bytes are not registered, but the file says whose copy it is: then it was changed, perhaps only appended to.</summary>
    private async Task<Verdict> ByCodeInsideAsync(ReadOnlyMemory<byte> file, string sha256, Verdict otherwise, CancellationToken cancellationToken)
    {
        foreach (var code in CodesInFile.Find(file))
        {
            if (await published.FindAsync(code, cancellationToken) is not { } copy) continue;
            // Only the index is missing: the file is the registered one.
            if (copy.Find(sha256) is { } same) return JudgeFile(copy, same);
            var appended = copy.Record.Versions.Any(version =>
                version.Length < file.Length
                && Convert.ToHexStringLower(SHA256.HashData(file.Span[..(int)version.Length])) == version.Sha256);
            return new Verdict(VerdictKind.Changed, Show(copy, copy.Latest), Appended: appended);
        }

        return otherwise;
    }

    private static Verdict JudgeFile(PublishedCopy copy, PublicVersion version) =>
        Judge(copy, version, version == copy.Latest ? VerdictKind.Unchanged : VerdictKind.NewerVersion);

    private static Verdict Judge(PublishedCopy copy, PublicVersion version, VerdictKind kind) => new(
        copy.Record.Status switch
        {
            PublicStatus.Withdrawn => VerdictKind.Withdrawn,
            PublicStatus.Replaced => VerdictKind.Replaced,
            _ => kind,
        },
        Show(copy, version));

    private static RegisteredCopy Show(PublishedCopy copy, PublicVersion version) => new(
        VerificationCode.Format(copy.Record.Code),
        copy.Record.Issuer,
        copy.Record.Document,
        copy.Record.RegisterNumber,
        copy.Record.Book,
        copy.Record.Date,
        copy.Record.OfficialName,
        copy.Record.OfficialTitle,
        version.Pages,
        copy.Record.IsTest,
        version.Sha256,
        copy.Since(version),
        copy.Record.EndedOn,
        copy.Record.EndReason,
        copy.Record.ReplacedBy is null ? null : VerificationCode.Format(copy.Record.ReplacedBy));

    private async Task<Verdict> GuardAsync(Func<Task<Verdict>> verify)
    {
        try
        {
            return await verify();
        }
        catch (IntegrityException fault)
        {
            // Neither "unchanged" nor "not registered" would be true.
            LogIntegrity(fault.Record, fault.Reason);
            return new Verdict(VerdictKind.CannotCheck);
        }
        catch (TransientException fault)
        {
            LogUnavailable(fault);
            return new Verdict(VerdictKind.CannotCheck);
        }
    }

    [LoggerMessage(EventId = 301, Level = LogLevel.Critical, Message = "INTEGRITY while verifying: {StoredRecord}: {Reason}")]
    private partial void LogIntegrity(string storedRecord, string reason);

    [LoggerMessage(EventId = 302, Level = LogLevel.Warning, Message = "The store did not answer while verifying")]
    private partial void LogUnavailable(Exception fault);
}
