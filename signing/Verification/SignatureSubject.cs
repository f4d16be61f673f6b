using System.Security.Cryptography.X509Certificates;
using ECopy.Signing.Cms;
using ECopy.Signing.Pades;
using ECopy.Signing.Pdf.Reading;

namespace ECopy.Signing.Verification;

/// <summary>One signature with everything that the rules look at.</summary>
internal sealed record SignatureSubject(PdfDocument Document, FormField Field, SignatureValue Value, SignatureRole? Role)
{
    /// <summary>The revision that the covered bytes end with; null when they end anywhere else.</summary>
    public PdfRevision? Covered => Value.ByteRange is { } range && range.Fits(Document.File.Length)
        ? Document.Revisions.FirstOrDefault(revision => revision.End == range.End)
        : null;

    /// <summary>A timestamp on the whole document, in a field that is neither of our two.</summary>
    public bool IsTimestamp => Role is null && Value.SubFilter == DocumentTimestamp.SubFilter;

    public Coverage Coverage => (Value.ByteRange, Covered) switch
    {
        (null, _) or (_, null) => Coverage.Broken,
        ({ } range, _) => range.End == Document.File.Length ? Coverage.WholeFile : Coverage.Revision,
    };

    public static SignatureSubject Of(PdfDocument document, FormField field) => new(document, field, field.Signature!, field.Name switch
    {
        SignatureProfile.PersonField => SignatureRole.Person,
        SignatureProfile.SealField => SignatureRole.Seal,
        _ => null,
    });
}

/// <summary>A signature whose value was found right: its CMS, its one signer, that signer's certificate.</summary>
internal sealed record VerifiedSignature(SignatureSubject Subject, CmsSignedData Cms, CmsSigner Signer, X509Certificate2 Certificate);
