using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ECopy.Signing.Cms;
using ECopy.Signing.Pdf.Reading;
using ECopy.Signing.Trust;
using ECopy.Signing.Trust.Revocation;

namespace ECopy.Signing.Verification;

/// <summary>Against what a file is validated.</summary>
/// <param name="Anchors">Whom to trust, and when.</param>
/// <param name="At">The time at which the answer is to hold; the present, unless somebody asks about another.</param>
/// <param name="Evidence">Beside what the file keeps.</param>
public sealed record ValidationPolicy(TrustAnchors Anchors, DateTimeOffset At, RevocationEvidence Evidence)
{
    /// <summary>Issuers that the file may lack.</summary>
    public IReadOnlyList<X509Certificate2> Certificates { get; init; } = [];
}

/// <summary>
/// The judge of any signed PDF: integrity first, then trust, time and revocation (EN 319 102-1). A pure function of file and
/// policy; nothing is fetched. What is missing is named in <see cref="SignedFileReport.Questions"/>: with the answers as further
/// evidence it can be asked again.
/// </summary>
public static class SignatureValidation
{
    /// <summary>Answers for any bytes whatever; throws for none.</summary>
    /// <param name="limit">Ends the work: then the answer is <c>time-limit</c>, never a pass.</param>
    public static SignedFileReport Validate(ReadOnlyMemory<byte> file, ValidationPolicy policy, CancellationToken limit)
    {
        ArgumentNullException.ThrowIfNull(policy);
        try
        {
            return UnreadableFile.Otherwise(() => new ValidationJudge(PdfDocument.Open(file), policy, limit).Judge(), Alone);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return Alone(Findings.Unsupported("time-limit", "checking this file takes too long"));
        }
    }

    private static SignedFileReport Alone(Finding finding) => new(finding, []);
}
