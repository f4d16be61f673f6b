using System.Security.Cryptography;
using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Register;
using ECopy.Functions.Storage;
using ECopy.Signing.Trust;
using ECopy.Signing.Verification;

namespace ECopy.Functions.Verify;

/// <summary>
/// The public act: reads the store, writes nothing, needs neither hub nor keys nor authorities. The register decides
/// first, byte for byte; the signatures come second.
/// </summary>
internal sealed partial class VerifyCopy(IBlobStore store, CertificationRegister register, OfficeDirectory office, TimeProvider clock, ILogger<VerifyCopy> log)
{
    /// <summary>Nothing is asked of anybody: a stranger's file must not make the server call others.</summary>
    private readonly FileValidation anyFile = new(online: null);

    /// <summary>By a code as a person typed it.</summary>
    public Task<Verdict> ByCodeAsync(string? typed, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        var reading = VerificationCode.Read(typed);
        if (reading.Code is null) return new Verdict(VerdictKind.Mistyped, ImpossibleAt: reading.ImpossibleAt);
        var record = await FindAsync(reading.Code, cancellationToken);
        return record is null ? new Verdict(VerdictKind.NotRegistered) : Judge(record, record.Versions[^1], VerdictKind.CodeOnly);
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
            if (VerificationCode.Read(typed).Code is { } code && await FindAsync(code, cancellationToken) is { } record)
                return new Verdict(VerdictKind.Changed, Show(record, record.Versions[^1]));
        }

        return verdict;
    });

    /// <summary>By the file itself: its digest, then its signatures.</summary>
    public Task<Verdict> ByFileAsync(ReadOnlyMemory<byte> file, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(file.Span));
        var verdict = await DigestAsync(sha256, cancellationToken);
        if (verdict.Kind is VerdictKind.NotRegistered) verdict = await ByCodeInsideAsync(file, sha256, verdict, cancellationToken);
        var (anchors, now) = (await office.TrustAnchorsAsync(cancellationToken), clock.GetUtcNow());
        if (verdict.Kind is VerdictKind.NotRegistered) return verdict with { Report = await anyFile.RunAsync(file, anchors, now, cancellationToken) };
        var ours = SignedFileCheck.Check(file, anchors, now);
        return verdict with { Report = verdict.Kind is VerdictKind.Changed ? await WithChangesAsync(file, ours, anchors, now, cancellationToken) : ours };
    });

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
        var record = await FindAsync(index.Value.Code, cancellationToken);
        return record is not null && Matching(record, sha256) is { } version
            ? JudgeFile(record, version)
            : throw new IntegrityException(BlobPaths.DigestIndex(sha256.ToLowerInvariant()), "leads to no registered copy");
    }

    /// <summary>The bytes are not registered, but the file says whose copy it is: then it was changed, perhaps only appended to.</summary>
    private async Task<Verdict> ByCodeInsideAsync(ReadOnlyMemory<byte> file, string sha256, Verdict otherwise, CancellationToken cancellationToken)
    {
        foreach (var code in CodesInFile.Find(file))
        {
            if (await FindAsync(code, cancellationToken) is not { } record) continue;
            // Only the index is missing: the file is the registered one.
            if (Matching(record, sha256) is { } same) return JudgeFile(record, same);
            var appended = record.Versions.Any(version =>
                version.Length < file.Length
                && Convert.ToHexStringLower(SHA256.HashData(file.Span[..(int)version.Length])) == version.Sha256);
            return new Verdict(VerdictKind.Changed, Show(record, record.Versions[^1]), Appended: appended);
        }

        return otherwise;
    }

    /// <summary>The public record, held against its register entry: either alone may have been tampered with.</summary>
    private async Task<PublicRecord?> FindAsync(string code, CancellationToken cancellationToken)
    {
        var path = BlobPaths.PublicRecord(code);
        var record = (await store.ReadJsonAsync<PublicRecord>(path, cancellationToken))?.Value;
        if (record is null) return null;
        var entry = RegisterBook.TryParse(record.Book, out var book)
            ? await register.FindAsync(record.Agency, book, record.RegisterNumber, cancellationToken)
            : null;
        if (record.Code != code || entry is null || !record.AgreesWith(entry))
            throw new IntegrityException(path, "differs from the register");
        return record;
    }

    private static PublicVersion? Matching(PublicRecord record, string sha256) =>
        record.Versions.FirstOrDefault(one => one.Sha256.Equals(sha256, StringComparison.OrdinalIgnoreCase));

    private static Verdict JudgeFile(PublicRecord record, PublicVersion version) =>
        Judge(record, version, version == record.Versions[^1] ? VerdictKind.Unchanged : VerdictKind.NewerVersion);

    private static Verdict Judge(PublicRecord record, PublicVersion version, VerdictKind kind) => new(
        record.Status switch
        {
            PublicStatus.Withdrawn => VerdictKind.Withdrawn,
            PublicStatus.Replaced => VerdictKind.Replaced,
            _ => kind,
        },
        Show(record, version));

    private static RegisteredCopy Show(PublicRecord record, PublicVersion version) => new(
        VerificationCode.Format(record.Code),
        record.Issuer,
        record.Document,
        record.RegisterNumber,
        record.Book,
        record.Date,
        record.OfficialName,
        record.OfficialTitle,
        version.Pages,
        record.IsTest,
        version.Sha256,
        record.EndedOn,
        record.EndReason,
        record.ReplacedBy is null ? null : VerificationCode.Format(record.ReplacedBy));

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
