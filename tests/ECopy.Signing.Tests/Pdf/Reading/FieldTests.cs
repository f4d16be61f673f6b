using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;

namespace ECopy.Signing.Tests.Pdf.Reading;

public sealed class FieldTests
{
    [Fact]
    public void Names_types_and_values_are_inherited_and_widgets_are_told_from_fields()
    {
        var form = Form(
            (5, "<</T(person)/FT/Tx/V(given)/Kids[6 0 R 7 0 R]>>"),
            (6, "<</T(name)/Parent 5 0 R/Subtype/Widget/Rect[0 0 10 10]/P 3 0 R>>"),
            (7, "<</T(sign)/Parent 5 0 R/FT/Sig/V null/Kids[8 0 R 9 0 R]/Lock<</Action/All>>>>"),
            (8, "<</Subtype/Widget/Parent 7 0 R/Rect[1 2 3 4]>>"),
            (9, "<</Subtype/Widget/Parent 7 0 R/Rect[0 0 0 0]>>"));

        Assert.Equal(["person", "person.name", "person.sign"], form.Fields.Select(one => one.Name));
        Assert.Equal(["Tx", "Tx", "Sig"], form.Fields.Select(one => one.Type));
        Assert.Equal([true, false, false], form.Fields.Select(one => one.HasChildren));
        var name = form.Find("person.name")!;
        Assert.Equal("given", Assert.IsType<PdfString>(name.Value).AsText());
        Assert.Same(form.Fields[0].Dictionary, name.ValueHolder);
        Assert.Equal((new PdfReference(3), 0, true), (name.Widgets[0].Page!, name.Widgets[0].PageIndex!.Value, name.Widgets[0].Merged));
        var sign = Assert.Single(form.SignatureFields);
        Assert.Equal([new PdfReference(8), new PdfReference(9)], sign.Widgets.Select(one => one.Reference!));
        Assert.Equal([new PdfReference(3), null], sign.Widgets.Select(one => one.Page));
        Assert.Equal([false, true], sign.Widgets.Select(one => one.HasZeroArea));
        Assert.True(sign.Lock!.Is("Action", "All"));
        Assert.Null(form.Find("person.nobody"));
    }

    [Fact]
    public void A_signature_dictionary_is_given_with_the_exact_places_of_its_tokens()
    {
        var file = WithPage();
        file.Object(5, "<</T(S)/FT/Sig/V 6 0 R/Subtype/Widget/Rect[0 0 0 0]>>");
        var at = file.Position;
        const string body = "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached /Contents <0102FF00>/ByteRange [0 10 20 30]/M(D:20260701)/Reason(why)/Reference[<</TransformMethod/DocMDP/TransformParams<</P 2>>>>]>>";
        file.Object(6, body).Table("/Size 7/Root 1 0 R");

        var signature = AcroForm.Read(PdfDocument.Open(file.Bytes).Latest).Fields[0].Signature!;

        var start = at + "6 0 obj\n".Length;
        Assert.Equal(new SourceSpan(start, start + body.Length), signature.Span);
        Assert.Equal("<0102FF00>", Piece(file, signature.ContentsSpan));
        Assert.Equal("[0 10 20 30]", Piece(file, signature.ByteRangeSpan));
        Assert.Equal([1, 2, 0xFF, 0], signature.Contents!.Value.ToArray());
        Assert.Equal(new ByteRange(10, 20, 30), signature.ByteRange);
        Assert.Equal(("Sig", "ETSI.CAdES.detached", "D:20260701", "why"), (signature.Type, signature.SubFilter, signature.Time, signature.Reason));
        Assert.Equal("DocMDP", signature.Transforms[0].Method);
        Assert.Equal(2, Assert.IsType<PdfInteger>(signature.Transforms[0].Parameters!["P"]).Value);
        Assert.Empty(signature.RepeatedKeys);
    }

    [Theory]
    [InlineData("/Contents 7 0 R/ByteRange[0 1 2 3]", false, true)]
    [InlineData("/Contents<00>/ByteRange 8 0 R", true, false)]
    [InlineData("/Contents<00>", true, false)]
    [InlineData("/ByteRange[0 1 2 3]", false, true)]
    [InlineData("/Contents(00)/ByteRange[0 1 2 (3)]", true, true)]
    public void What_is_missing_or_elsewhere_has_no_place(string entries, bool contents, bool range)
    {
        var file = WithPage().Object(5, "<</T(S)/FT/Sig/V 6 0 R>>").Object(6, $"<</Type/Sig{entries}>>").Object(7, "<00>").Object(8, "[0 1 2 3]").Table("/Size 9/Root 1 0 R");

        var signature = AcroForm.Read(PdfDocument.Open(file.Bytes).Latest).Fields[0].Signature!;

        Assert.Equal(contents, signature.ContentsSpan is not null);
        Assert.Equal(range, signature.ByteRangeSpan is not null);
        Assert.NotNull(signature.Span);
    }

    [Fact]
    public void A_signature_in_an_object_stream_has_no_place_at_all()
    {
        var file = WithPage().ObjectStream(7, (5, "<</T(S)/FT/Sig/V 6 0 R>>"), (6, "<</Type/Sig/Contents<00>/ByteRange[0 1 2 3]>>")).XrefStream(8, "/Size 9/Root 1 0 R");

        var signature = AcroForm.Read(PdfDocument.Open(file.Bytes).Latest).Fields[0].Signature!;

        Assert.Null(signature.Span);
        Assert.Null(signature.ContentsSpan);
    }

    [Fact]
    public void Repeated_keys_of_a_signature_dictionary_are_named()
    {
        var file = WithPage().Object(5, "<</T(S)/FT/Sig/V<</Contents<00>/ByteRange[0 1 2 3]/Contents<01>>>>>").Table("/Size 6/Root 1 0 R");

        var signature = AcroForm.Read(PdfDocument.Open(file.Bytes).Latest).Fields[0].Signature!;

        Assert.Equal(["Contents"], signature.RepeatedKeys);
        Assert.Equal("<01>", Piece(file, signature.ContentsSpan));
        Assert.Null(signature.Reference);
    }

    [Theory]
    [InlineData("<</T(a)/Kids[5 0 R]>>")]
    [InlineData("<</T(a)/Kids[6 0 R 6 0 R]>>")]
    [InlineData("<</T(a)/Kids[6 0 R]/Kids[<</T(b)/Kids[5 0 R]>>]>>")]
    [InlineData("<</T(a)/Kids 7>>")]
    [InlineData("<</T(a)/Kids[7]>>")]
    [InlineData("(a)")]
    [InlineData("<</T(a)/FT/Sig/V<</Reference(no)>>>>")]
    [InlineData("<</T(a)/FT/Sig/V<</Reference[1]>>>>")]
    public void Trees_that_loop_or_are_no_trees_are_refused(string field)
    {
        var file = WithPage().Object(5, field).Object(6, "<</T(c)>>").Table("/Size 7/Root 1 0 R");

        XrefTests.Refused(PdfFaults.Fields, file);
    }

    [Fact]
    public void A_document_without_a_form_has_no_fields()
    {
        var form = AcroForm.Read(PdfDocument.Open(XrefTests.Simple().Table("/Size 3/Root 1 0 R").Bytes).Latest);

        Assert.Null(form.Dictionary);
        Assert.Empty(form.Fields);
    }

    private static PdfText WithPage() => new PdfText()
        .Object(1, "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[5 0 R]>>>>")
        .Object(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>")
        .Object(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Annots[8 0 R]>>");

    private static AcroForm Form(params (int Number, string Body)[] objects)
    {
        var file = WithPage();
        foreach (var (number, body) in objects) file.Object(number, body);
        return AcroForm.Read(PdfDocument.Open(file.Table("/Size 10/Root 1 0 R").Bytes).Latest);
    }

    private static string? Piece(PdfText file, SourceSpan? span) => span is { } some ? System.Text.Encoding.Latin1.GetString(file.Bytes[(int)some.Start..(int)some.End]) : null;
}
