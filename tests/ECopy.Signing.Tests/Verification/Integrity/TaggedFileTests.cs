using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;
using ECopy.Signing.Pdf.Revisions;
using ECopy.Signing.Tests.Pdf.Reading;
using ECopy.Signing.Verification.Integrity;

namespace ECopy.Signing.Tests.Verification.Integrity;

/// <summary>A tagged document (ISO 32000-2, 14.7), whose structure a new signature field may enlarge by itself and nothing else.</summary>
public class TaggedFileTests
{
    private const int Document = 7;
    private const int Page = 3;

    [Theory]
    [InlineData("Form")]
    [InlineData("Sig")]
    public void An_element_for_the_new_field_is_permitted(string kind)
    {
        var report = SignatureIntegrity.Check(SignedTwice(update => Tag(update, kind, Widget(update))));
        Assert.True(report.IsValid, report.Finding.Reason);
    }

    [Fact]
    public void An_element_for_anything_else_is_not()
    {
        AssertForbidden(SignedTwice(update => Tag(update, "P", new PdfReference(Page))));
        AssertForbidden(SignedTwice(update => update.Edit(new PdfReference(Document))["Alt"] = PdfString.Text("khac")));
        AssertForbidden(SignedTwice(update => ((PdfArray)update.Edit(new PdfReference(Document))["K"]!).Add(new PdfInteger(4))));
        AssertForbidden(SignedTwice(update => update.Edit(new PdfReference(6))["ParentTreeNextKey"] = new PdfInteger(0)));
        AssertForbidden(SignedTwice(update => update.Edit(new PdfReference(9))["Nums"] = new PdfArray()));
        AssertForbidden(SignedTwice(update => update.Edit(new PdfReference(Document))["K"] = new PdfArray()));
    }

    private static byte[] SignedTwice(Action<IncrementalUpdate> changes) => Foreign.Sign(Foreign.Sign(Tagged(), "A"), "C", changes: changes, isNew: true);

    // The field that Foreign.Sign creates comes first among the new objects.
    private static PdfReference Widget(IncrementalUpdate update) => new(update.Document.Latest.NextNumber);

    private static void Tag(IncrementalUpdate update, string kind, PdfReference target)
    {
        var element = update.Add(new PdfDictionary
        {
            { "Type", new PdfName("StructElem") },
            { "S", new PdfName(kind) },
            { "P", new PdfReference(Document) },
            { "K", new PdfDictionary { { "Type", new PdfName("OBJR") }, { "Obj", target }, { "Pg", new PdfReference(Page) } } },
        });
        ((PdfArray)update.Edit(new PdfReference(Document))["K"]!).Add(element);
        var numbers = (PdfArray)update.Edit(new PdfReference(9))["Nums"]!;
        numbers.Add(new PdfInteger(1));
        numbers.Add(element);
        update.Edit(new PdfReference(6))["ParentTreeNextKey"] = new PdfInteger(2);
    }

    private static void AssertForbidden(byte[] file)
    {
        var report = SignatureIntegrity.Check(file);
        Assert.Equal("change-forbidden", report.Finding.Code);
    }

    private static byte[] Tagged() => new PdfText()
        .Object(1, "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[5 0 R]/SigFlags 3>>/StructTreeRoot 6 0 R/MarkInfo<</Marked true>>>>")
        .Object(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>")
        .Object(Page, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<<>>/StructParents 0/Annots[5 0 R]>>")
        .Stream(4, "", "/P<</MCID 0>>BDC EMC"u8.ToArray())
        .Object(5, "<</Type/Annot/Subtype/Widget/FT/Sig/T(A)/Rect[10 10 90 60]/F 4/P 3 0 R>>")
        .Object(6, "<</Type/StructTreeRoot/K 7 0 R/ParentTree 9 0 R/ParentTreeNextKey 1>>")
        .Object(Document, "<</Type/StructElem/S/Document/P 6 0 R/K[8 0 R]>>")
        .Object(8, "<</Type/StructElem/S/P/P 7 0 R/Pg 3 0 R/K[0]>>")
        .Object(9, "<</Nums[0[8 0 R]]>>")
        .Table("/Size 10/Root 1 0 R")
        .Bytes;
}
