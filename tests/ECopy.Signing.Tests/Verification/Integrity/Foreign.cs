using System.Security.Cryptography;
using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;
using ECopy.Signing.Pdf.Revisions;
using ECopy.Signing.Tests.Pdf.Reading;
using ECopy.TestKit;

namespace ECopy.Signing.Tests.Verification.Integrity;

/// <summary>Small forms that are no copies of ours, signed by OpenSSL.</summary>
internal static class Foreign
{
    public const int Page = 3;
    public const int Content = 4;
    public const int FieldA = 5;
    public const int FieldB = 6;
    public const int Form = 7;
    public const int Font = 8;
    public const int Text = 10;
    public const int TextAppearance = 11;
    public const int Info = 12;

    /// <summary>Nothing leads to it.</summary>
    public const int Orphan = 13;

    /// <summary>Two visible signature fields, A and B, a filled text field, and a page content that nothing refers to.</summary>
    public static byte[] Blank(bool streams = false, string lockA = "")
    {
        (int Number, string Body)[] objects =
        [
            (1, $"<</Type/Catalog/Pages 2 0 R/AcroForm {Form} 0 R>>"),
            (2, "<</Type/Pages/Kids[3 0 R]/Count 1>>"),
            (Page, $"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents {Content} 0 R/Resources<</Font<</F1 8 0 R>>>>/Annots[5 0 R 6 0 R 10 0 R]>>"),
            (FieldA, $"<</Type/Annot/Subtype/Widget/FT/Sig/T(A)/Rect[10 10 90 60]/F 4/P 3 0 R/AP<</N 9 0 R>>{lockA}>>"),
            (FieldB, "<</Type/Annot/Subtype/Widget/FT/Sig/T(B)/Rect[110 10 190 60]/F 4/P 3 0 R/AP<</N 9 0 R>>>>"),
            (Form, "<</Fields[5 0 R 6 0 R 10 0 R]/SigFlags 3/DR<</Font<</F1 8 0 R>>>>/DA(/F1 0 Tf 0 g)>>"),
            (Font, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"),
            (Text, $"<</Type/Annot/Subtype/Widget/FT/Tx/T(Ten)/V(Mau)/Rect[10 100 190 120]/F 4/P 3 0 R/AP<</N {TextAppearance} 0 R>>>>"),
            (Info, "<</Producer(thu)>>"),
        ];
        var file = new PdfText();
        file.Stream(Content, "", "BT /F1 12 Tf 20 180 Td (Hop dong) Tj ET"u8.ToArray())
            .Stream(9, "/Type/XObject/Subtype/Form/BBox[0 0 80 50]", [])
            .Stream(TextAppearance, "/Type/XObject/Subtype/Form/BBox[0 0 180 20]", "BT /F1 12 Tf (Mau) Tj ET"u8.ToArray())
            .Stream(Orphan, "", "BT /F1 12 Tf 20 180 Td (Hop dong khac) Tj ET"u8.ToArray());
        var trailer = $"/Root 1 0 R/Info {Info} 0 R/ID[<0102><0102>]";
        if (streams) return file.ObjectStream(14, objects).XrefStream(15, $"/Size 16{trailer}").Bytes;
        foreach (var (number, body) in objects) file.Object(number, body);
        return file.Table($"/Size 14{trailer}").Bytes;
    }

    /// <param name="level">/P of a DocMDP transform; 0 for none.</param>
    /// <param name="entries">The dictionary; else a right one.</param>
    /// <param name="isNew">Whether the field is created, without area.</param>
    public static byte[] Sign(
        byte[] document,
        string field,
        int level = 0,
        string subFilter = "adbe.pkcs7.detached",
        Action<IncrementalUpdate>? changes = null,
        Action<PdfDictionary>? entries = null,
        bool isNew = false)
    {
        var dictionary = new PdfDictionary { { "Type", new PdfName("Sig") }, { "Filter", new PdfName("Adobe.PPKLite") }, { "SubFilter", new PdfName(subFilter) } };
        if (level > 0) dictionary["Reference"] = new PdfArray(Reference(level));
        entries?.Invoke(dictionary);
        var revision = new SignatureRevision(PdfDocument.Open(document));
        var content = new SignatureContent(dictionary, 3000, level > 0);
        if (isNew) revision.Create(field, content);
        else revision.Fill(field, content, sink => sink.Add(Picture()));
        changes?.Invoke(revision.Update);
        var prepared = revision.Finish();
        var covered = prepared.Range.Covered(prepared.Document).SelectMany(piece => piece.ToArray()).ToArray();
        return SignatureRevision.Embed(prepared.Document, prepared.Range, Cms(covered, subFilter == "ETSI.CAdES.detached"));
    }

    public static PdfStream Picture() => new(
        new PdfDictionary { { "Type", new PdfName("XObject") }, { "Subtype", new PdfName("Form") }, { "BBox", PdfArray.Numbers(0, 0, 80, 50) } },
        "0 0 1 rg 5 5 20 20 re f"u8.ToArray());

    public static PdfDictionary Reference(int level) => new()
    {
        { "Type", new PdfName("SigRef") },
        { "TransformMethod", new PdfName("DocMDP") },
        { "TransformParams", new PdfDictionary { { "Type", new PdfName("TransformParams") }, { "P", new PdfInteger(level) }, { "V", new PdfName("1.2") } } },
    };

    private static byte[] Cms(byte[] covered, bool named)
    {
        using var folder = new TestFolder();
        var signer = TestPki.Instance.Person(TestKey.P256);
        var (certificate, key, file, output) = (folder["certificate"], folder["key"], folder["covered"], folder["cms"]);
        File.WriteAllText(certificate, signer.Certificate.ExportCertificatePem());
        File.WriteAllText(key, ((ECDsa)signer.Key).ExportPkcs8PrivateKeyPem());
        File.WriteAllBytes(file, covered);
        string[] arguments = ["cms", "-sign", "-binary", "-outform", "DER", "-md", "sha256", "-signer", certificate, "-inkey", key, "-in", file, "-out", output];
        var answer = OutsideTool.Run("openssl", named ? [.. arguments, "-cades"] : arguments);
        Assert.True(answer.ExitCode == 0, answer.All);
        return File.ReadAllBytes(output);
    }
}
