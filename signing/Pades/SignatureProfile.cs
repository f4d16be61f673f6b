using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;

namespace ECopy.Signing.Pades;

/// <summary>
/// What the two signatures of a copy promise about later changes: written by signing, demanded by verifying.
/// The fields and their /Lock stand in the composed document already.
/// </summary>
public static class SignatureProfile
{
    public const string PersonField = "Person";
    public const string SealField = "Seal";
    public const string Filter = "Adobe.PPKLite";
    public const string SubFilter = "ETSI.CAdES.detached";

    /// <summary>ISO 32000-2, table 257: form filling and signing stay allowed, and FieldMDP narrows that to the seal.</summary>
    private const int DocMdpLevel = 2;

    public static string FieldOf(SignatureRole role) => role == SignatureRole.Person ? PersonField : SealField;

    /// <summary>The /Lock of the role's field (ISO 32000-2, table 236), for whoever declares the fields.</summary>
    public static PdfDictionary Lock(SignatureRole role)
    {
        var fieldLock = FieldRule(role, "SigFieldLock");
        fieldLock["P"] = new PdfInteger(role == SignatureRole.Person ? DocMdpLevel : 1);
        return fieldLock;
    }

    /// <summary>Whether a /Lock says what <see cref="Lock"/> says; the person's may leave out the level that its DocMDP gives anyway.</summary>
    internal static bool IsLock(SignatureRole role, PdfDictionary? found, PdfRevision revision)
    {
        if (found is null || !SaysFieldRule(role, found, revision)) return false;
        var level = revision.Resolve(found["P"]);
        return role == SignatureRole.Person
            ? level is PdfNull or PdfInteger { Value: DocMdpLevel }
            : level is PdfInteger { Value: 1 };
    }

    /// <summary>The signature references (ISO 32000-2, 12.8.2). No DigestMethod: PDF/A-2 (ISO 19005-2, 6.4.3) forbids it beside DocMDP.</summary>
    internal static PdfArray References(SignatureRole role, PdfReference catalog)
    {
        var references = new PdfArray();
        if (role == SignatureRole.Person)
        {
            references.Add(new PdfDictionary
            {
                { "Type", new PdfName("SigRef") },
                { "TransformMethod", new PdfName("DocMDP") },
                { "TransformParams", Versioned(new PdfDictionary { { "Type", new PdfName("TransformParams") }, { "P", new PdfInteger(DocMdpLevel) } }) },
            });
        }

        references.Add(new PdfDictionary
        {
            { "Type", new PdfName("SigRef") },
            { "TransformMethod", new PdfName("FieldMDP") },
            { "TransformParams", Versioned(FieldRule(role, "TransformParams")) },
            // Table 256: required with FieldMDP.
            { "Data", catalog },
        });
        return references;
    }

    /// <summary>Whether the references of a signature found are those that <see cref="References"/> writes.</summary>
    internal static bool AreReferences(SignatureRole role, IReadOnlyList<SignatureTransform> found, PdfRevision revision)
    {
        var fieldMdp = found.Where(transform => transform.Method == "FieldMDP").ToList();
        var docMdp = found.Where(transform => transform.Method == "DocMDP").ToList();
        if (fieldMdp.Count + docMdp.Count != found.Count || found.Any(transform => transform.Dictionary.Contains("DigestMethod"))) return false;
        if (fieldMdp is not [{ Parameters: { } rule }] || !SaysFieldRule(role, rule, revision)) return false;
        if (role == SignatureRole.Seal) return docMdp.Count == 0;
        return docMdp is [{ Parameters: { } level }] && revision.Resolve(level["P"]) is PdfInteger { Value: DocMdpLevel } && level.Is("V", "1.2");
    }

    private static PdfDictionary FieldRule(SignatureRole role, string type) => role == SignatureRole.Person
        ? new PdfDictionary
        {
            { "Type", new PdfName(type) },
            { "Action", new PdfName("Exclude") },
            { "Fields", new PdfArray(PdfString.Text(SealField)) },
        }
        : new PdfDictionary { { "Type", new PdfName(type) }, { "Action", new PdfName("All") } };

    private static bool SaysFieldRule(SignatureRole role, PdfDictionary found, PdfRevision revision)
    {
        var action = (revision.Resolve(found["Action"]) as PdfName)?.Value;
        if (role == SignatureRole.Seal) return action == "All";
        return action == "Exclude"
            && revision.Resolve(found["Fields"]) is PdfArray { Count: 1 } fields
            && revision.Resolve(fields[0]) is PdfString name
            && name.AsText() == SealField;
    }

    private static PdfDictionary Versioned(PdfDictionary parameters)
    {
        parameters["V"] = new PdfName("1.2");
        return parameters;
    }
}
