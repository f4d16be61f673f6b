using ECopy.Signing.Pades;
using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;

namespace ECopy.Signing.Verification;

/// <summary>What each of our two signatures must promise (<see cref="SignatureProfile"/>; ISO 32000-2, 12.8.2 and 12.8.6).</summary>
internal static class ProfileRules
{
    public static readonly IReadOnlyList<Rule<SignatureSubject>> All =
    [
        new("signature-form", subject => subject.Value is not { Type: "Sig", Filter: SignatureProfile.Filter, SubFilter: SignatureProfile.SubFilter }
            ? "the signature is not of the kind that copies carry" : null),
        new("claimed-time", subject => PdfDate.Read(subject.Value.Time) is null ? "the signature does not say when it was made" : null),
        new("lock", subject => !SignatureProfile.IsLock(Role(subject), subject.Field.Lock, subject.Covered!)
            ? "the field does not carry the lock of its signature" : null),
        new("references", subject => !SignatureProfile.AreReferences(Role(subject), subject.Value.Transforms, subject.Covered!)
            ? "the signature does not forbid the changes that it must forbid" : null),
        new("certification", Certification),
    ];

    private static SignatureRole Role(SignatureSubject subject) => subject.Role!.Value;

    // The person's signature, and only it, certifies: in its own revision and in every later one.
    private static string? Certification(SignatureSubject subject)
    {
        if (subject.Role != SignatureRole.Person) return null;
        foreach (var revision in subject.Document.Revisions.Skip(subject.Covered!.Index))
        {
            var permissions = revision.Get<PdfDictionary>(revision.Catalog, "Perms");
            if (permissions is not { Count: 1 } || !Equals(permissions["DocMDP"], subject.Value.Reference))
                return "the document is not certified by the person's signature alone";
        }

        return null;
    }
}
