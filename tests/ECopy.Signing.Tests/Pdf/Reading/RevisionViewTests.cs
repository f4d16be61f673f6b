using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;

namespace ECopy.Signing.Tests.Pdf.Reading;

public sealed class RevisionViewTests
{
    [Fact]
    public void Each_revision_has_its_own_view_and_shares_what_did_not_change()
    {
        var file = XrefTests.Simple().Object(3, "(first)").Object(4, "(kept)").Table("/Size 5/Root 1 0 R");
        var firstEnd = file.Position;
        file.Object(3, "(second)").Object(5, "(new)").Table($"/Size 6/Root 1 0 R/Prev {file.LastXref}");
        file.Entry(4, 0, 0, 1).Table($"/Size 6/Root 1 0 R/Prev {file.LastXref}");

        var document = PdfDocument.Open(file.Bytes);
        var (first, second, third) = (document.Revisions[0], document.Revisions[1], document.Revisions[2]);

        Assert.Equal(["first", "second", "second"], document.Revisions.Select(one => Text(one, 3)));
        Assert.Same(first.Resolve(new PdfReference(4)), second.Resolve(new PdfReference(4)));
        Assert.IsType<PdfNull>(third.Resolve(new PdfReference(4)));
        Assert.IsType<PdfNull>(first.Resolve(new PdfReference(5)));
        Assert.Equal([3, 5], second.Defined.Order());
        Assert.Empty(second.Freed);
        Assert.Equal([4], third.Freed);
        Assert.Empty(third.Defined);
        Assert.Equal(firstEnd, first.End);
        Assert.Equal(firstEnd - 1, first.MarkerEnd);
        Assert.Equal(firstEnd, second.Start);
        Assert.Same(first, second.DefinedIn(new PdfReference(4)));
        Assert.Same(second, third.DefinedIn(new PdfReference(3)));
        Assert.Null(third.DefinedIn(new PdfReference(4)));
        Assert.Equal(first, second.Previous);
        Assert.Equal([1, 2, 3, 5], third.Objects.Select(one => one.Number).Order());
        Assert.Equal(file.Offsets[3], third.OffsetOf(new PdfReference(3)));
    }

    [Fact]
    public void A_revision_that_changes_nothing_is_a_revision()
    {
        var file = XrefTests.Simple().Table("/Size 3/Root 1 0 R");
        var offset = file.Position;
        file.Raw("xref\n0 0\ntrailer\n").Raw($"<</Size 3/Root 1 0 R/Prev {file.LastXref}>>\n").End(offset);

        var document = PdfDocument.Open(file.Bytes);

        Assert.Equal(2, document.Revisions.Count);
        Assert.Empty(document.Latest.Defined);
    }

    [Fact]
    public void An_entry_repeated_unchanged_redefines_nothing()
    {
        var file = XrefTests.Simple().Object(3, "(a)").Table("/Size 4/Root 1 0 R");
        file.Mark(1, file.Offsets[1]).Mark(3, file.Offsets[3]).Table($"/Size 4/Root 1 0 R/Prev {file.LastXref}");

        Assert.Empty(PdfDocument.Open(file.Bytes).Latest.Defined);
    }

    [Fact]
    public void A_signed_revision_cannot_reach_bytes_behind_its_end()
    {
        // The first revision's table already names a place where only the second will put something (a shadow attack).
        var file = XrefTests.Simple();
        file.Mark(3, 600).Table("/Size 4/Root 1 0 R");
        while (file.Position < 600) file.Raw("%\n");
        file.Raw("3 0 obj\n(hidden until now)\nendobj\n").Object(5, "(x)").Table($"/Size 6/Root 1 0 R/Prev {file.LastXref}");

        var document = PdfDocument.Open(file.Bytes);

        Assert.Equal(PdfFaults.Object, Assert.Throws<PdfFormatException>(() => document.Revisions[0].Resolve(new PdfReference(3))).Code);
        Assert.Equal(PdfFaults.Object, Assert.Throws<PdfFormatException>(() => document.Latest.Resolve(new PdfReference(3))).Code);
    }

    [Fact]
    public void An_object_may_not_straddle_the_end_of_its_revision()
    {
        var file = XrefTests.Simple();
        file.Mark(3).Raw("3 0 obj\n[(").Table("/Size 4/Root 1 0 R");
        file.Raw(")]\nendobj\n").Object(5, "(x)").Table($"/Size 6/Root 1 0 R/Prev {file.LastXref}");

        Assert.Equal(PdfFaults.Syntax, Assert.Throws<PdfFormatException>(() => PdfDocument.Open(file.Bytes).Latest.Resolve(new PdfReference(3))).Code);
    }

    [Fact]
    public void Redefining_a_length_does_not_change_the_stream_behind_it_unseen()
    {
        var file = XrefTests.Simple().Stream(3, "", "abcdef"u8.ToArray(), "4 0 R").Object(4, "6").Table("/Size 5/Root 1 0 R");
        file.Object(4, "5").Table($"/Size 5/Root 1 0 R/Prev {file.LastXref}");

        var document = PdfDocument.Open(file.Bytes);

        Assert.Equal(6, Assert.IsType<PdfStream>(document.Revisions[0].Resolve(new PdfReference(3))).Encoded.Length);
        Assert.Equal(PdfFaults.Revision, Assert.Throws<PdfFormatException>(() => document.Latest.Resolve(new PdfReference(3))).Code);
    }

    [Fact]
    public void Redefining_an_object_stream_does_not_change_the_objects_in_it_unseen()
    {
        var file = XrefTests.Simple().ObjectStream(4, (3, "(one)"), (5, "(two)")).XrefStream(6, "/Size 7/Root 1 0 R");
        var first = file.LastXref;
        file.ObjectStream(4, (3, "(ONE)"), (5, "(TWO)"));
        file.Mark(6).XrefStream(6, $"/Size 7/Root 1 0 R/Prev {first}");
        var listed = PdfDocument.Open(file.Bytes);

        var unlisted = XrefTests.Simple().ObjectStream(4, (3, "(one)"), (5, "(two)")).XrefStream(6, "/Size 7/Root 1 0 R");
        unlisted.Stream(4, "/Type/ObjStm/N 2/First 8", "3 0 5 6 (ONE) (TWO)"u8.ToArray()).XrefStream(7, $"/Size 8/Root 1 0 R/Prev {unlisted.LastXref}");
        var silent = PdfDocument.Open(unlisted.Bytes);

        Assert.Equal(["one", "ONE"], listed.Revisions.Select(one => Text(one, 3)));
        Assert.Equal([3, 4, 5, 6], listed.Latest.Defined.Order());
        Assert.Equal("one", Text(silent.Revisions[0], 3));
        Assert.Equal(PdfFaults.Revision, Assert.Throws<PdfFormatException>(() => silent.Latest.Resolve(new PdfReference(3))).Code);
    }

    [Fact]
    public void Sections_out_of_order_are_refused()
    {
        // /Prev leads forward, to a section that no end-of-file marker of its own follows.
        var file = XrefTests.Simple().Table("/Size 3/Root 1 0 R");
        var first = file.LastXref;
        file.Object(3, "(a)").Table($"/Size 4/Root 1 0 R/Prev {first}");
        var second = file.LastXref;
        var stray = file.Position;
        file.Raw($"xref\n0 0\ntrailer\n<</Root 1 0 R/Prev {second}>>\n");
        file.Raw($"xref\n0 0\ntrailer\n<</Root 1 0 R/Prev {stray}>>\n").End(stray);

        XrefTests.Refused(PdfFaults.Revision, file);
    }

    [Fact]
    public void The_source_of_an_object_has_the_place_of_every_dictionary_in_it()
    {
        var file = XrefTests.Simple().Object(3, "<</A<</B[<</C 1>>]>>>>").Table("/Size 4/Root 1 0 R");
        var latest = PdfDocument.Open(file.Bytes).Latest;

        var source = latest.Source(new PdfReference(3))!;

        Assert.Equal(file.Offsets[3], source.Span.Start);
        var outer = Assert.IsType<PdfDictionary>(source.Value);
        var inner = Assert.IsType<PdfDictionary>(outer["A"]);
        var innermost = Assert.IsType<PdfDictionary>(Assert.IsType<PdfArray>(inner["B"])[0]);
        Assert.Equal("<</C 1>>".Length, innermost.Source!.Span.Length);
        Assert.Equal(outer.Source!.ValueOf("A"), inner.Source!.Span);
        Assert.Equal("endobj", System.Text.Encoding.ASCII.GetString(file.Bytes[(int)(source.Span.End - 6)..(int)source.Span.End]));
        Assert.Null(Assert.IsType<PdfDictionary>(latest.Resolve(new PdfReference(3))).Source);
        Assert.Null(latest.Source(new PdfReference(9)));
    }

    private static string Text(PdfRevision revision, int number) => Assert.IsType<PdfString>(revision.Resolve(new PdfReference(number))).AsText();
}
