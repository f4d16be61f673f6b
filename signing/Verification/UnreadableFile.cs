using System.Security.Cryptography;
using ECopy.Signing.Cms;
using ECopy.Signing.Pdf.Reading;

namespace ECopy.Signing.Verification;

/// <summary>What every judge says of a file that cannot be read to its end: any bytes whatever get an answer.</summary>
internal static class UnreadableFile
{
    /// <param name="judge">Reads the file and judges it.</param>
    /// <param name="alone">A report with nothing but this finding.</param>
    public static T Otherwise<T>(Func<T> judge, Func<Finding, T> alone)
    {
        try
        {
            return judge();
        }
        catch (PdfFormatException unreadable) when (PdfFaults.IsLimit(unreadable.Code) || unreadable.Code is PdfFaults.Encrypted or PdfFaults.FilterUnsupported)
        {
            return alone(Findings.Unsupported(unreadable.Code, unreadable.Message));
        }
        catch (PdfFormatException unreadable)
        {
            return alone(Findings.Malformed(unreadable.Code, unreadable.Message));
        }
        catch (CmsFormatException unreadable)
        {
            return alone(Findings.Malformed(unreadable.Code, unreadable.Message));
        }
        catch (CryptographicException unreadable)
        {
            // The platform reads parts of a certificate only when they are asked for.
            return alone(Findings.Malformed("certificate-unreadable", unreadable.Message));
        }
    }
}
