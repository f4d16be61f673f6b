using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;
using ECopy.Signing.Pdf.Revisions;
using ECopy.Signing.Tests.Pades;
using ECopy.Signing.Verification;
using ECopy.Signing.Verification.Integrity;

namespace ECopy.Signing.Tests.Verification.Integrity;

/// <summary>What the policy allows after a signature, so that the mutants fail for what they are and not for everything.</summary>
public class PermittedChangeTests
{
    [Theory]
    [InlineData(false, "adbe.pkcs7.detached")]
    [InlineData(true, "adbe.pkcs7.detached")]
    [InlineData(false, "ETSI.CAdES.detached")]
    public void A_form_signed_once_and_twice_is_valid(bool streams, string subFilter)
    {
        var once = Foreign.Sign(Foreign.Blank(streams), "A", subFilter: subFilter);
        var twice = Foreign.Sign(once, "B", subFilter: subFilter);

        AssertValid(once);
        var report = AssertValid(twice);
        Assert.Equal([Coverage.Revision, Coverage.WholeFile], report.Signatures.Select(one => one.Coverage));
        Assert.NotEmpty(report.Signatures[0].Later[0].Objects);
    }

    [Fact]
    public async Task Our_own_copies_are_valid_at_every_level()
    {
        AssertValid(await Copies.SealedAsync());
        AssertValid(await Copies.SealedAsync(streams: true));
        var report = AssertValid(await LastingCopies.LastingAsync());
        Assert.Contains(report.Signatures, one => one.Format == SignatureFormat.DocumentTimestamp);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_new_field_without_area_may_be_signed(int level) => AssertValid(Foreign.Sign(Foreign.Sign(Foreign.Blank(), "A", level), "C", isNew: true));

    [Theory]
    [InlineData(2, true)]
    [InlineData(3, true)]
    [InlineData(0, false)]
    [InlineData(1, false)]
    public void A_text_field_is_filled_only_where_a_certification_permits_it(int level, bool valid)
    {
        var report = SignatureIntegrity.Check(Filled(Foreign.Sign(Foreign.Blank(), "A", level)));

        Assert.Equal(valid, report.IsValid);
        if (!valid) Assert.Contains(report.Signatures[0].Later[0].Forbidden, change => change.Object is Foreign.Text or Foreign.TextAppearance);
    }

    [Fact]
    public void Who_signs_later_permits_nothing_in_the_name_of_the_first()
    {
        var second = Foreign.Sign(Foreign.Sign(Foreign.Blank(), "A"), "B", entries: dictionary => dictionary["Reference"] = new PdfArray(Foreign.Reference(3)));

        AssertValid(second);
        Assert.Equal("change-forbidden", SignatureIntegrity.Check(Filled(second)).Finding.Code);
    }

    [Theory]
    [InlineData("/Lock<</Type/SigFieldLock/Action/All>>", false)]
    [InlineData("/Lock<</Type/SigFieldLock/Action/Include/Fields[(Ten)]>>", false)]
    [InlineData("/Lock<</Type/SigFieldLock/Action/Exclude/Fields[(B)]>>", false)]
    [InlineData("/Lock<</Type/SigFieldLock/Action/Exclude/Fields[(Ten)]>>", true)]
    [InlineData("/Lock<</Type/SigFieldLock/Action/Include/Fields[(Te)]>>", true)]
    [InlineData("/Lock<</Type/SigFieldLock/Action/Include/Fields[(B)]/P 1>>", false)]
    public void A_lock_holds_the_fields_that_it_names(string lockA, bool valid) =>
        Assert.Equal(valid, SignatureIntegrity.Check(Filled(Foreign.Sign(Foreign.Blank(lockA: lockA), "A", 2))).IsValid);

    [Fact]
    public void Information_about_the_file_and_its_version_may_change()
    {
        var update = new IncrementalUpdate(PdfDocument.Open(Foreign.Sign(Foreign.Blank(), "A", 1)));
        update.Edit(new PdfReference(Foreign.Info))["ModDate"] = PdfString.Text("D:20261122");
        var catalog = update.EditCatalog();
        catalog["Version"] = new PdfName("2.0");
        catalog["Metadata"] = update.Add(new PdfStream(new PdfDictionary { { "Type", new PdfName("Metadata") } }, "<x/>"u8.ToArray()));
        catalog["Extensions"] = new PdfDictionary { { "ADBE", new PdfDictionary { { "BaseVersion", new PdfName("1.7") }, { "ExtensionLevel", new PdfInteger(8) } } } };
        AssertValid(update.Finish().Document);
    }

    [Fact]
    public void An_object_that_nothing_leads_to_shows_nothing()
    {
        var update = new IncrementalUpdate(PdfDocument.Open(Foreign.Sign(Foreign.Blank(), "A")));
        update.Replace(new PdfReference(Foreign.Orphan), new PdfStream([], "q Q"u8.ToArray()));
        AssertValid(update.Finish().Document);
    }

    [Fact]
    public void White_space_after_the_end_is_tolerated_and_nothing_else()
    {
        var file = Foreign.Sign(Foreign.Blank(), "A");
        AssertValid([.. file, .. "\r\n \n"u8]);
        Assert.Equal("trailing-bytes", SignatureIntegrity.Check((byte[])[.. file, .. "\n% x"u8]).Finding.Code);
    }

    [Fact]
    public void A_file_without_signatures_is_unsigned() => Assert.Equal(IntegrityWord.Unsigned, SignatureIntegrity.Check(Foreign.Blank()).Word);

    internal static byte[] Filled(byte[] file)
    {
        var update = new IncrementalUpdate(PdfDocument.Open(file));
        update.Edit(new PdfReference(Foreign.Text))["V"] = PdfString.Text("Khac");
        update.Replace(new PdfReference(Foreign.TextAppearance), Foreign.Picture());
        return update.Finish().Document;
    }

    private static IntegrityReport AssertValid(byte[] file)
    {
        var report = SignatureIntegrity.Check(file);
        Assert.True(report.IsValid, $"{report.Finding.Code}: {report.Finding.Reason}");
        Assert.NotEmpty(report.Signatures);
        return report;
    }
}
