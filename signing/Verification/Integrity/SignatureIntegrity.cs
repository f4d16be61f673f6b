using System.Security.Cryptography;
using ECopy.Signing.Cms;
using ECopy.Signing.Pdf.Reading;

namespace ECopy.Signing.Verification.Integrity;

/// <summary>
/// The judge of any signed PDF, integrity only: a pure function of the bytes, without anchors, time or network. Our own copies
/// are held to more by <see cref="SignedFileCheck"/>.
/// </summary>
public static class SignatureIntegrity
{
    /// <summary>Answers for any bytes whatever; throws for none.</summary>
    public static IntegrityReport Check(ReadOnlyMemory<byte> file) =>
        UnreadableFile.Otherwise(() => IntegrityJudge.Judge(PdfDocument.Open(file)), finding => new IntegrityReport(finding, []));
}
