using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ECopy.Signing.Cms;
using ECopy.Signing.Pades;
using ECopy.Signing.Pdf.Reading;
using ECopy.Signing.Timestamp;
using ECopy.Signing.Trust;
using ECopy.Signing.Trust.Revocation;
using ECopy.Signing.Verification.Integrity;

namespace ECopy.Signing.Verification;

/// <summary>
/// Validates what <see cref="IntegrityJudge"/> found: document timestamps from the last back, each a proof that what is before it
/// existed then (EN 319 102-1, 5.6), then the signatures, each as of the time that is proven for it.
/// </summary>
internal sealed class ValidationJudge
{
    // One signature seldom has more than one; each costs as much as a signature.
    private const int MostTimestamps = 8;

    // Each piece that names a certificate is verified for it, and many signatures could each bring their own.
    private const int MostEvidence = 256;

    private readonly PdfDocument document;
    private readonly ValidationPolicy policy;
    private readonly CancellationToken limit;
    private readonly IntegrityReport integrity;
    private readonly IReadOnlyList<JudgedSignature> judged;
    private readonly List<X509Certificate2> supplied;
    private readonly RevocationInquiry revocation;
    private readonly Dictionary<int, StoredMaterial> stores = [];

    public ValidationJudge(PdfDocument document, ValidationPolicy policy, CancellationToken limit)
    {
        this.document = document;
        this.policy = policy;
        this.limit = limit;
        limit.ThrowIfCancellationRequested();
        integrity = IntegrityJudge.Judge(document, out judged);
        var messages = judged.Select(one => one.Message.Cms).OfType<CmsSignedData>().ToList();
        supplied = [.. messages.SelectMany(cms => cms.Certificates).Concat(StoreOf(document.Latest).Certificates).Concat(policy.Certificates).DistinctBy(one => one.Thumbprint)];
        var kept = StoreOf(document.Latest).Evidence;
        foreach (var cms in messages)
        {
            if (kept.Answers.Count + kept.Lists.Count < MostEvidence) kept = kept.And(EmbeddedEvidence.Of(cms));
        }

        revocation = new RevocationInquiry(kept.And(policy.Evidence), policy.At);
    }

    public SignedFileReport Judge()
    {
        var provenBy = new DateTimeOffset[judged.Count];
        var stamps = new TimestampReport?[judged.Count];
        var time = policy.At;
        for (var i = judged.Count - 1; i >= 0; i--)
        {
            limit.ThrowIfCancellationRequested();
            provenBy[i] = time;
            if (!judged[i].IsTimestamp) continue;
            stamps[i] = JudgeTimestamp(i, time);
            if (stamps[i] is { Finding.IsPassed: true, Time: { } proven } && proven < time) time = proven;
        }

        var signatures = new List<SignatureReport>();
        DateTimeOffset? madeAfter = null;
        for (var i = 0; i < judged.Count; i++)
        {
            limit.ThrowIfCancellationRequested();
            var stamp = stamps[i];
            if (stamp is null)
            {
                var report = JudgeSignature(i, provenBy[i], madeAfter, stamps);
                signatures.Add(report);
                stamp = report.Timestamp;
            }

            // What comes later in the file covers this timestamp, so it was made after it.
            if (stamp is { Finding.IsPassed: true, Time: { } passed } && !(passed <= madeAfter)) madeAfter = passed;
        }

        var timestamps = stamps.OfType<TimestampReport>().ToList();
        var finding = Findings.Worst([.. signatures.Select(one => one.Finding), .. timestamps.Select(one => one.Finding), integrity.Finding]);
        return new SignedFileReport(finding, signatures) { Timestamps = timestamps };
    }

    private TimestampReport JudgeTimestamp(int index, DateTimeOffset at)
    {
        var (one, report) = (judged[index], integrity.Signatures[index]);
        var found = report.Finding.IsPassed && one.Value is { ByteRange: { } range, Contents: { } contents }
            ? JudgeToken(range, contents, at)
            : new TimestampReport(null, report.Finding, null, report.ClaimedTime, report.Signer, report.Signer is { } signer ? [signer] : []);
        return found with { Field = report.Field, Coverage = report.Coverage, Later = report.Later };
    }

    private TimestampReport JudgeToken(ByteRange range, ReadOnlyMemory<byte> contents, DateTimeOffset at)
    {
        MessageIntegrity.SpendOnDigest(document, range);
        return TimestampsAt(at).Judge(contents, hash => range.Digest(document.File, hash));
    }

    private SignatureReport JudgeSignature(int index, DateTimeOffset at, DateTimeOffset? madeAfter, TimestampReport?[] stamps)
    {
        var (one, report) = (judged[index], integrity.Signatures[index]);
        var signer = report.Signer;
        var result = new SignatureReport(
            report.Field, null, report.Finding, report.Coverage, signer, signer?.GetNameInfo(X509NameType.SimpleName, forIssuer: false) ?? "", signer is null ? [] : [signer], report.ClaimedTime, report.Algorithm)
        {
            Format = report.Format,
            Later = report.Later,
            PreservedTime = report.Finding.IsPassed && at < policy.At ? at : null,
        };
        if (!report.Finding.IsPassed || signer is null || one.Message.Cms is not { Signers: [var message] }) return result;

        var timestamp = Best([.. Tokens(message).Select(token => TimestampsAt(at).Judge(token, hash => CryptographicOperations.HashData(hash, message.Signature.Span)))]);
        // EN 319 102-1, 5.5: what is proven to have existed then is judged as of then.
        var time = timestamp is { Finding.IsPassed: true, Time: { } proven } ? proven : at;
        var path = ChainBuilder.Find(signer, supplied, policy.Anchors, time);
        var objection = Strength(report, time) ?? TrustRules.Path(signer, path, time);
        IReadOnlyList<CertificateStanding> standings = [];
        if (objection is null)
        {
            standings = revocation.Look(path, time);
            objection = RevocationInquiry.Objection(standings, madeAfter, "certificate");
        }

        return result with
        {
            Chain = path.Certificates,
            Timestamp = timestamp,
            Standings = standings,
            Revocation = standings.Count == 0 ? RevocationState.NotChecked : RevocationInquiry.StateOf(standings),
            // Anybody can put a timestamp there, since nothing covers it; but what carries one that proves nothing never passes.
            Finding = Findings.Worst([objection ?? Finding.Passed, timestamp?.Finding ?? Finding.Passed]),
            Level = LevelOf(one, path, time, timestamp, stamps),
        };
    }

    // Without proof of an earlier time it is open whether the algorithm was already too weak then.
    private Finding? Strength(SignatureIntegrityReport report, DateTimeOffset time) => report.Weaknesses.Count == 0
        ? null
        : TrustRules.Weak(time < policy.At ? SubIndication.CryptoConstraintsFailure : SubIndication.CryptoConstraintsFailureNoPoe);

    private TimestampJudge TimestampsAt(DateTimeOffset at) => new(supplied, policy.Anchors, at, revocation, strict: false);

    private static IEnumerable<ReadOnlyMemory<byte>> Tokens(CmsSigner signer) =>
        signer.UnsignedAttributes.Where(attribute => attribute.Oid == Oids.SignatureTimestamp).SelectMany(attribute => attribute.Values).Take(MostTimestamps);

    /// <summary>One that is broken before all; else the earliest that passed; else the first.</summary>
    private static TimestampReport? Best(List<TimestampReport> timestamps) =>
        timestamps.Where(one => one.Finding.Word != IntegrityWord.Valid).MaxBy(one => one.Finding.Word)
        ?? timestamps.Where(one => one.Finding.IsPassed).MinBy(one => one.Time)
        ?? timestamps.FirstOrDefault();

    // EN 319 142-1, 6: a proven time; then evidence for the whole path in the file; then a timestamp over that evidence.
    private PadesLevel LevelOf(JudgedSignature one, CertificatePath path, DateTimeOffset time, TimestampReport? timestamp, TimestampReport?[] stamps)
    {
        if (timestamp is not { Finding.IsPassed: true } && time >= policy.At) return PadesLevel.BB;
        if (one.Covered is not { } covered || !Speaks(document.Latest, path, time)) return PadesLevel.BT;
        for (var i = judged.Count - 1; i >= 0; i--)
        {
            if (stamps[i] is { Finding.IsPassed: true } && judged[i].Covered is { } preserved && preserved.Index > covered.Index && Speaks(preserved, path, time)) return PadesLevel.BLTA;
        }

        return PadesLevel.BLT;
    }

    private bool Speaks(PdfRevision revision, CertificatePath path, DateTimeOffset time)
    {
        if (path.Status != PathStatus.Valid || StoreOf(revision) is not { HasBoth: true } store) return false;
        return RevocationInquiry.StateOf(new RevocationInquiry(store.Evidence, policy.At).Look(path, time)) == RevocationState.Good;
    }

    // Each reading is work that the limits count.
    private StoredMaterial StoreOf(PdfRevision revision)
    {
        if (!stores.TryGetValue(revision.Index, out var store)) stores[revision.Index] = store = StoredMaterial.Of(revision);
        return store;
    }
}
