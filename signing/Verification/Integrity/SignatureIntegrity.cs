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
    public static IntegrityReport Check(ReadOnlyMemory<byte> file)
    {
        try
        {
            return IntegrityJudge.Judge(PdfDocument.Open(file));
        }
        catch (PdfFormatException unreadable) when (PdfFaults.IsLimit(unreadable.Code) || unreadable.Code is PdfFaults.Encrypted or PdfFaults.FilterUnsupported)
        {
            return Alone(Findings.Unsupported(unreadable.Code, unreadable.Message));
        }
        catch (PdfFormatException unreadable)
        {
            return Alone(Findings.Malformed(unreadable.Code, unreadable.Message));
        }
        catch (CmsFormatException unreadable)
        {
            return Alone(Findings.Malformed(unreadable.Code, unreadable.Message));
        }
        catch (CryptographicException unreadable)
        {
            // The platform reads parts of a certificate only when they are asked for.
            return Alone(Findings.Malformed("certificate-unreadable", unreadable.Message));
        }
    }

    private static IntegrityReport Alone(Finding finding) => new(finding, []);
}
