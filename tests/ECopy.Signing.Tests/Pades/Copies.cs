using System.Security.Cryptography;
using System.Text;
using ECopy.Signing.Cms;
using ECopy.Signing.Keys;
using ECopy.Signing.Pades;
using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;
using ECopy.Signing.Pdf.Revisions;
using ECopy.Signing.Tests.Pdf.Reading;
using ECopy.TestKit;
using PreparedSignature = ECopy.Signing.Pades.PreparedSignature;

namespace ECopy.Signing.Tests.Pades;

/// <summary>Small documents that declare the two fields of a copy, and ways to sign them rightly and wrongly.</summary>
internal static class Copies
{
    public const string PersonLock = "<</Type/SigFieldLock/Action/Exclude/Fields[(Seal)]/P 2>>";
    public const string SealLock = "<</Type/SigFieldLock/Action/All/P 1>>";

    public static byte[] Blank(bool streams = false, string personLock = PersonLock, string sealLock = SealLock, string catalog = "", byte[]? picture = null)
    {
        var content = "BT /F1 12 Tf 20 180 Td (Ban sao) Tj ET"u8.ToArray();
        (int Number, string Body)[] objects =
        [
            (1, $"<</Type/Catalog/Pages 2 0 R/AcroForm 7 0 R{catalog}>>"),
            (2, "<</Type/Pages/Kids[3 0 R]/Count 1>>"),
            (3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<</Font<</F1 8 0 R>>>>/Annots[5 0 R 6 0 R]>>"),
            (5, $"<</Type/Annot/Subtype/Widget/FT/Sig/T(Person)/Rect[10 10 90 60]/F 4/P 3 0 R/Lock {personLock}/AP<</N 9 0 R>>>>"),
            (6, $"<</Type/Annot/Subtype/Widget/FT/Sig/T(Seal)/Rect[110 10 190 60]/F 4/P 3 0 R/Lock {sealLock}/AP<</N 9 0 R>>>>"),
            (7, "<</Fields[5 0 R 6 0 R]/SigFlags 3>>"),
            (8, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"),
        ];
        var file = new PdfText();
        file.Stream(4, "", picture ?? content).Stream(9, "/Type/XObject/Subtype/Form/BBox[0 0 80 50]", []);
        if (streams) return file.ObjectStream(10, objects).XrefStream(11, "/Size 12/Root 1 0 R/ID[<0102><0102>]").Bytes;
        foreach (var (number, body) in objects) file.Object(number, body);
        return file.Table("/Size 10/Root 1 0 R/ID[<0102><0102>]").Bytes;
    }

    public static SignaturePlan Plan(SignatureRole role, TestIdentity signer, string? algorithm = null) => new()
    {
        Role = role,
        Chain = signer.Chain,
        Algorithm = algorithm is null ? SignatureAlgorithm.DefaultFor(signer.Certificate) : SignatureAlgorithm.Parse(algorithm),
        ClaimedTime = TestPki.Now,
        Name = role == SignatureRole.Person ? "Nguyễn Văn Mẫu" : "Ủy ban nhân dân xã Mẫu An",
        Reason = "Chứng thực bản sao",
        Location = "Mẫu An",
        Appearance = Appearance,
    };

    public static async Task<byte[]> ValueAsync(PreparedSignature prepared, TestIdentity signer)
    {
        using var key = signer.SigningKey(prepared.Algorithm);
        var answer = await key.SignAsync(new SigningOrder(prepared.SignedAttributesDigest, "thử", null), CancellationToken.None);
        return Assert.IsType<SigningAnswer.Signed>(answer).Value.ToArray();
    }

    public static async Task<byte[]> SignAsync(byte[] document, SignatureRole role, TestIdentity signer, string? algorithm = null)
    {
        var prepared = PadesPreparation.Prepare(document, Plan(role, signer, algorithm));
        return PadesAssembly.Embed(prepared, PadesAssembly.BuildCms(prepared, await ValueAsync(prepared, signer)));
    }

    /// <summary>Signed by person and agency as it should be.</summary>
    public static async Task<byte[]> SealedAsync(TestKey person = TestKey.P256, TestKey agency = TestKey.P256, bool streams = false)
    {
        var signed = await SignAsync(Blank(streams), SignatureRole.Person, TestPki.Instance.Person(person));
        return await SignAsync(signed, SignatureRole.Seal, TestPki.Instance.Agency(agency));
    }

    /// <summary>The entries of a right signature dictionary, for spoiling.</summary>
    public static PdfDictionary Entries(SignatureRole role, byte[] document) => new()
    {
        { "Type", new PdfName("Sig") },
        { "Filter", new PdfName("Adobe.PPKLite") },
        { "SubFilter", new PdfName("ETSI.CAdES.detached") },
        { "M", PdfString.Text("D:20261122094107+07'00'") },
        { "Reference", SignatureProfile.References(role, PdfDocument.Open(document).Latest.CatalogReference) },
    };

    /// <summary>Signs without any of the product's checks: whatever the entries, the further changes and the CMS are.</summary>
    public static byte[] SignAnyhow(
        byte[] document,
        SignatureRole role,
        TestIdentity signer,
        PdfDictionary? entries = null,
        Action<IncrementalUpdate>? changes = null,
        Func<byte[], byte[]>? cms = null,
        bool? certifies = null,
        Func<ByteRange, ByteRange>? lie = null)
    {
        var revision = new SignatureRevision(PdfDocument.Open(document));
        revision.Fill(
            SignatureProfile.FieldOf(role),
            // An attached CMS carries the whole document.
            new SignatureContent(entries ?? Entries(role, document), role == SignatureRole.Person ? 4000 : 24000, certifies ?? role == SignatureRole.Person),
            Appearance);
        changes?.Invoke(revision.Update);
        var prepared = revision.Finish();
        var range = lie?.Invoke(prepared.Range) ?? prepared.Range;
        Rewrite(prepared.Document, prepared.Range, range);
        var covered = range.Covered(prepared.Document).SelectMany(piece => piece.ToArray()).ToArray();
        return SignatureRevision.Embed(prepared.Document, prepared.Range, (cms ?? (bytes => Cms(bytes, signer)))(covered));
    }

    /// <summary>A right CMS with P-256, or one with other attributes, certificates or unsigned attributes.</summary>
    public static byte[] Cms(
        byte[] covered,
        TestIdentity signer,
        Func<byte[], byte[]>? spoilAttributes = null,
        CertificateChain? chain = null,
        IReadOnlyList<CmsAttribute>? unsigned = null)
    {
        var attributes = SignedAttributes.Create(SignatureAlgorithm.EcdsaSha256, SHA256.HashData(covered), signer.Certificate);
        attributes = spoilAttributes?.Invoke(attributes) ?? attributes;
        var value = ((ECDsa)signer.Key).SignData(attributes, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        return CmsSignature.Build(attributes, value, SignatureAlgorithm.EcdsaSha256, chain ?? signer.Chain, unsigned ?? []);
    }

    private static void Rewrite(byte[] document, ByteRange from, ByteRange to)
    {
        var old = Encoding.ASCII.GetBytes($"[0 {from.A} {from.B} {from.C}");
        var text = $"[0 {to.A} {to.B} {to.C}".PadRight(old.Length);
        Encoding.ASCII.GetBytes(text, document.AsSpan(document.AsSpan().LastIndexOf(old)));
    }

    private static PdfReference Appearance(IPdfObjectSink sink)
    {
        var inner = sink.Add(new PdfStream(new PdfDictionary { { "Type", new PdfName("XObject") }, { "Subtype", new PdfName("Form") }, { "BBox", PdfArray.Numbers(0, 0, 80, 50) } }, "0 0 1 rg 5 5 20 20 re f"u8.ToArray()));
        return sink.Add(new PdfStream(
            new PdfDictionary
            {
                { "Type", new PdfName("XObject") },
                { "Subtype", new PdfName("Form") },
                { "BBox", PdfArray.Numbers(0, 0, 80, 50) },
                { "Resources", new PdfDictionary { { "XObject", new PdfDictionary { { "X", inner } } }, { "Font", new PdfDictionary { { "F1", new PdfReference(8) } } } } },
            },
            "/X Do BT /F1 8 Tf 5 30 Td (Ky) Tj ET"u8.ToArray()));
    }
}
