namespace ECopy.Signing.Pdf.Reading;

/// <summary>The interactive form of one revision (ISO 32000-2, 12.7.3).</summary>
/// <param name="Reference">Null when the form is written directly into the catalog, or absent.</param>
/// <param name="Dictionary">Null when there is no form.</param>
/// <param name="Fields">Every field, a parent before its children.</param>
public sealed record AcroForm(PdfReference? Reference, PdfDictionary? Dictionary, IReadOnlyList<FormField> Fields)
{
    public long SignatureFlags => Dictionary?["SigFlags"] is PdfInteger flags ? flags.Value : 0;

    public IEnumerable<FormField> SignatureFields => Fields.Where(one => one.IsSignature);

    public FormField? Find(string name) => Fields.FirstOrDefault(one => one.Name == name);

    /// <exception cref="PdfFormatException">The field tree loops, is too deep, or is not made of fields.</exception>
    public static AcroForm Read(PdfRevision revision)
    {
        ArgumentNullException.ThrowIfNull(revision);
        var written = revision.Catalog["AcroForm"];
        return revision.Resolve(written) switch
        {
            PdfNull => new AcroForm(null, null, []),
            PdfDictionary dictionary => new AcroForm(written as PdfReference, dictionary, new FieldWalk(revision).Read(dictionary)),
            _ => throw new PdfFormatException(PdfFaults.Fields, revision.XrefOffset, "the form is no dictionary"),
        };
    }
}
