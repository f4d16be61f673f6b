using System.Security.Cryptography;
using ECopy.Signing.Pdf.Reading;
using ECopy.Signing.Trust;
using ECopy.Signing.Trust.Revocation;

namespace ECopy.Signing.Verification;

/// <summary>
/// The strict judge of our own copies: the person's certifying signature, the agency's after it, then validation data and document
/// timestamps, nothing else. A pure function of file, anchors, time and evidence; nothing is fetched.
/// </summary>
public static class SignedFileCheck
{
    /// <summary>Answers for any bytes whatever; throws for none. Revocation is not looked at.</summary>
    public static SignedFileReport Check(ReadOnlyMemory<byte> file, TrustAnchors anchors, DateTimeOffset at) => Run(file, anchors, at, null);

    /// <summary>
    /// The same with revocation, from what the document keeps and what is supplied: each certificate as of the time at which its
    /// use is proven, else as of <paramref name="at"/>. Where nothing speaks for one, the answer is not a pass.
    /// </summary>
    /// <param name="at">The present.</param>
    public static SignedFileReport Check(ReadOnlyMemory<byte> file, TrustAnchors anchors, DateTimeOffset at, RevocationEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        return Run(file, anchors, at, evidence);
    }

    private static SignedFileReport Run(ReadOnlyMemory<byte> file, TrustAnchors anchors, DateTimeOffset at, RevocationEvidence? evidence)
    {
        ArgumentNullException.ThrowIfNull(anchors);
        return UnreadableFile.Otherwise(() => FileJudge.Judge(PdfDocument.Open(file), anchors, at, evidence), finding => new SignedFileReport(finding, []));
    }
}
