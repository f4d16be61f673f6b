using System.Security.Cryptography;
using ECopy.Signing.Pdf.Reading;
using ECopy.Signing.Trust;

namespace ECopy.Signing.Verification;

/// <summary>
/// The strict judge of our own copies: the person's certifying signature, the agency's after it, then validation data and document
/// timestamps, nothing else. A pure function of
/// file, anchors and time; nothing is fetched, and revocation is reported as not checked.
/// </summary>
public static class SignedFileCheck
{
    /// <summary>Answers for any bytes whatever; throws for none.</summary>
    public static SignedFileReport Check(ReadOnlyMemory<byte> file, TrustAnchors anchors, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(anchors);
        try
        {
            return FileJudge.Judge(PdfDocument.Open(file), anchors, at);
        }
        catch (PdfFormatException unreadable) when (PdfFaults.IsLimit(unreadable.Code) || unreadable.Code is PdfFaults.Encrypted or PdfFaults.FilterUnsupported)
        {
            return Alone(Findings.Unsupported(unreadable.Code, unreadable.Message));
        }
        catch (PdfFormatException unreadable)
        {
            return Alone(Findings.Malformed(unreadable.Code, unreadable.Message));
        }
        catch (CryptographicException unreadable)
        {
            // The platform reads parts of a certificate only when they are asked for.
            return Alone(Findings.Malformed("certificate-unreadable", unreadable.Message));
        }
    }

    private static SignedFileReport Alone(Finding finding) => new(finding, []);
}
