using System.Globalization;
using ECopy.Functions.Texts;
using ECopy.Signing.Verification;

namespace ECopy.Functions.Web;

/// <summary>A finding about a signature in one plain sentence.</summary>
internal static class FindingSentences
{
    private const string Prefix = "finding-";

    /// <summary>The sentence of its code; where the code is one of many details of form, that of its kind.</summary>
    public static string Of(Finding finding, CultureInfo culture)
    {
        ArgumentNullException.ThrowIfNull(finding);
        // The same fact, and now it is proven which came first.
        if (finding.SubIndication is SubIndication.Revoked) return Sentences.Of("finding-certificate-revoked-before", culture);
        return Sentences.Resources.GetString(Prefix + finding.Code, culture) ?? Sentences.Of(KindOf(finding), culture);
    }

    /// <summary>Of the whole file, which may have several signatures.</summary>
    public static string OfFile(Finding finding, CultureInfo culture) =>
        finding.IsPassed ? Sentences.Of("signatures-passed-any", culture) : Of(finding, culture);

    private static string KindOf(Finding finding) => finding.Word switch
    {
        IntegrityWord.Malformed => "finding-malformed",
        IntegrityWord.Unsupported => finding.Code.StartsWith("pdf-limit-", StringComparison.Ordinal) ? "finding-limits" : "finding-unsupported",
        IntegrityWord.Tampered => "finding-tampered",
        IntegrityWord.Attack => "finding-attack",
        _ => finding.Code.StartsWith("timestamp-", StringComparison.Ordinal) ? "finding-timestamp-untrusted" : "finding-untrusted",
    };
}
