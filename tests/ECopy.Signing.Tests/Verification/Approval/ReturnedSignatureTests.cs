using ECopy.Signing.Pades;
using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Archive;
using ECopy.Signing.Pdf.Reading;
using ECopy.Signing.Pdf.Revisions;
using ECopy.Signing.Verification.Integrity;
using ECopy.TestKit;
using Xunit.Abstractions;
using static ECopy.Signing.Tests.Verification.Approval.ApprovalCopies;

namespace ECopy.Signing.Tests.Verification.Approval;

public sealed class ReturnedSignatureTests(OutsideTokens tokens, ITestOutputHelper output) : IClassFixture<OutsideTokens>
{
    private static readonly byte[] Prepared = Composed();
    private static readonly TestIdentity Person = TestPki.Instance.Person(TestKey.P256);
    private static readonly TestIdentity RsaPerson = TestPki.Instance.Person(TestKey.Rsa2048);

    [Fact]
    public void What_pdfsig_signed_is_taken_and_called_what_it_is()
    {
        var verdict = Return(Prepared, tokens.Signed, RsaPerson);
        Assert.Equal((null, ""), (verdict.Code, verdict.Reason));
        Assert.Equal(SignatureFormat.Pkcs7Detached, verdict.Format);
        Assert.Equal(RsaPerson.Certificate.Thumbprint, verdict.Signer!.Thumbprint);
        Assert.Equal("rsa-sha256", verdict.Algorithm);
    }

    [Fact]
    public void A_baseline_signature_within_the_area_is_taken()
    {
        var verdict = Return(Prepared, SignOutside(Prepared, Person, new MillimetreBox(120, 190, 50, 20)), Person);
        Assert.True(verdict.IsAccepted, verdict.Reason);
        Assert.Equal((SignatureFormat.Cades, true, "Signature1", TestPki.Now), (verdict.Format, verdict.NamesCertificate, verdict.Field, verdict.ClaimedTime));
    }

    [Fact]
    public void Only_the_older_kind_of_signature_may_leave_its_certificate_unnamed()
    {
        var older = Return(Prepared, SignOutside(Prepared, RsaPerson, subFilter: "adbe.pkcs7.detached", cms: bytes => PlainCms(bytes, RsaPerson)), RsaPerson);
        Assert.True(older.IsAccepted, older.Reason);
        Assert.Equal((SignatureFormat.Pkcs7Detached, false), (older.Format, older.NamesCertificate));
        Refused("returned-signature-broken", SignOutside(Prepared, RsaPerson, cms: bytes => PlainCms(bytes, RsaPerson)), RsaPerson);
    }

    [Fact]
    public void What_was_not_signed_or_is_another_file_is_named_so()
    {
        Refused("returned-unsigned", Prepared);
        Refused("returned-unsigned", [.. Prepared, .. "\r\n\r\n"u8]);
        Refused("returned-unsigned", Revised(Prepared, update => update.EditCatalog()["Lang"] = PdfString.Text("vi")));
        Refused("returned-not-our-bytes", Prepared[..^20]);
        Refused("returned-not-our-bytes", []);
        Refused("returned-not-our-bytes", SignOutside(Composed("Giấy khai sinh"), Person));
        var changed = SignOutside(Prepared, Person);
        changed[Prepared.Length / 2] ^= 1;
        Refused("returned-not-our-bytes", changed);
    }

    [Fact]
    public void What_is_cut_off_or_damaged_is_not_taken()
    {
        var signed = SignOutside(Prepared, Person);
        foreach (var left in (int[])[1, 10, 500, signed.Length - Prepared.Length - 40]) Assert.False(Return(Prepared, signed[..^left], Person).IsAccepted);
        Refused("returned-unreadable", [.. Prepared, .. "not a revision"u8]);
        Assert.False(Return(Prepared, [.. signed, .. "% more"u8], Person).IsAccepted);
        Refused("returned-too-large", [.. Prepared, .. Enumerable.Repeat((byte)'x', (16 << 20) + 1)]);
    }

    [Fact]
    public void One_revision_and_no_more()
    {
        var signed = SignOutside(Prepared, Person);
        Refused("returned-more-than-one-revision", Revised(signed, update => update.EditCatalog()["Lang"] = PdfString.Text("en")));
        Refused("returned-more-than-one-revision", SignOutside(Revised(Prepared, update => update.EditCatalog()["Lang"] = PdfString.Text("en")), Person));
        Refused("returned-more-than-one-revision", SignOutside(signed, Person, field: "Signature2"));
    }

    [Fact]
    public void The_expected_certificate_and_no_other()
    {
        Refused("returned-other-signer", SignOutside(Prepared, TestPki.Instance.Agency(TestKey.P256)));
        Refused("returned-other-signer", SignOutside(Prepared, TestPki.Instance.Foreign));
        Refused("returned-certificate-refused", SignOutside(Prepared, TestPki.Instance.Foreign), TestPki.Instance.Foreign);
        Refused("returned-certificate-refused", SignOutside(Prepared, TestPki.Instance.Expired), TestPki.Instance.Expired);
        Refused("returned-certificate-refused", SignOutside(Prepared, TestPki.Instance.WrongUsage), TestPki.Instance.WrongUsage);
    }

    [Theory]
    [InlineData("page content")]
    [InlineData("annotation")]
    [InlineData("second field")]
    [InlineData("field with an action")]
    [InlineData("outlines")]
    [InlineData("signature area")]
    [InlineData("validation data")]
    public void Nothing_is_changed_beside_the_signature(string what)
    {
        var page = PageOf(Prepared, 0);
        var returned = SignOutside(Prepared, Person, changes: (update, field) =>
        {
            switch (what)
            {
                case "page content": update.Edit(page)["Contents"] = update.Add(new PdfStream([], "q Q"u8.ToArray())); break;
                case "annotation": update.Edit(page)["Annots"] = new PdfArray(update.Add(Note(page))); break;
                case "second field": ((PdfArray)((PdfDictionary)update.Resolve(update.EditCatalog()["AcroForm"]))["Fields"]!).Add(update.Add(EmptyField())); break;
                case "field with an action": ((PdfDictionary)update.Resolve(field))["AA"] = new PdfDictionary(); break;
                case "outlines": update.EditCatalog()["Outlines"] = new PdfDictionary(); break;
                case "signature area": update.Edit(PageOf(Prepared, Statement)).Remove("PieceInfo"); break;
                default: update.EditCatalog()["DSS"] = new PdfDictionary(); break;
            }
        });
        Refused("returned-form-changed", returned);
    }

    [Theory]
    [InlineData(20, 20, 60, 30)]
    [InlineData(105, 190, 50, 20)]
    [InlineData(120, 200, 60, 25)]
    public void A_signature_seen_over_the_statement_is_not_taken(double x, double y, double width, double height) =>
        Refused("returned-outside-area", SignOutside(Prepared, Person, new MillimetreBox(x, y, width, height)));

    [Fact]
    public void The_area_is_that_of_the_statement_page()
    {
        var box = new MillimetreBox(120, 190, 50, 20);
        Refused("returned-outside-area", SignOutside(Prepared, Person, box, page: 0));
        // Shown is where a page lists it, not where it says that it stands.
        Refused("returned-outside-area", SignOutside(Prepared, Person, box, page: 0, changes: (update, field) => ((PdfDictionary)update.Resolve(field))["P"] = PageOf(Prepared, Statement)));
        Refused("returned-outside-area", SignOutside(Prepared, Person, box, changes: (update, field) => update.Edit(PageOf(Prepared, 0))["Annots"] = new PdfArray(field)));
        Refused("returned-outside-area", SignOutside(Prepared, Person, box, changes: (update, field) => ((PdfDictionary)update.Resolve(field))["F"] = new PdfInteger(4 | 8)));
    }

    [Fact]
    public void A_signature_that_forbids_what_must_follow_is_not_taken()
    {
        PdfDictionary Reference(string method, PdfDictionary parameters) => new() { { "Type", new PdfName("SigRef") }, { "TransformMethod", new PdfName(method) }, { "TransformParams", parameters } };
        var certifying = Reference("DocMDP", new PdfDictionary { { "P", new PdfInteger(2) }, { "V", new PdfName("1.2") } });
        Refused("returned-certifies", SignOutside(Prepared, Person, entries: entries => entries["Reference"] = new PdfArray(certifying)));
        var locking = Reference("FieldMDP", new PdfDictionary { { "Action", new PdfName("All") } });
        Refused("returned-certifies", SignOutside(Prepared, Person, entries: entries => entries["Reference"] = new PdfArray(locking)));
    }

    [Fact]
    public void Of_random_mutants_none_is_taken_unless_only_uncovered_padding_of_the_message_differs()
    {
        const int seed = 20261122;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var signed = tokens.Signed;
        var gap = AcroForm.Read(PdfDocument.Open(signed).Latest).SignatureFields.Single().Signature!.ByteRange!.Gap;
        for (var i = 0; i < 50; i++)
        {
            var mutant = (byte[])signed.Clone();
            var at = i < 10 ? random.Next(Prepared.Length) : random.Next(Prepared.Length, signed.Length);
            if (at >= gap.Start && at < gap.End) at = (int)gap.End + random.Next((int)(signed.Length - gap.End));
            mutant[at] ^= (byte)(1 << random.Next(8));
            Assert.False(Return(Prepared, mutant, RsaPerson).IsAccepted, $"the mutant at {at}");
        }

        // In the message itself what nobody signed may differ; it is the same person's signature over the same bytes then.
        for (var i = 0; i < 50; i++)
        {
            var mutant = (byte[])signed.Clone();
            var at = random.Next((int)gap.Start + 1, (int)gap.End - 1);
            mutant[at] = (byte)(mutant[at] == '7' ? '8' : '7');
            var verdict = Return(Prepared, mutant, RsaPerson);
            if (verdict.IsAccepted) Assert.Equal(RsaPerson.Certificate.Thumbprint, verdict.Signer!.Thumbprint);
        }
    }

    private static void Refused(string code, byte[] returned, TestIdentity? expected = null)
    {
        var verdict = Return(Prepared, returned, expected ?? Person);
        Assert.Equal(code, verdict.Code);
        Assert.NotEqual("", verdict.Reason);
    }

    private static byte[] Revised(byte[] document, Action<IncrementalUpdate> change)
    {
        var update = new IncrementalUpdate(PdfDocument.Open(document));
        change(update);
        return update.Finish().Document;
    }

    private static PdfDictionary Note(PdfReference page) => new()
    {
        { "Type", new PdfName("Annot") }, { "Subtype", new PdfName("FreeText") }, { "Rect", PdfArray.Numbers(10, 10, 200, 200) }, { "P", page }, { "Contents", PdfString.Text("x") },
    };

    private static PdfDictionary EmptyField() => new() { { "FT", new PdfName("Sig") }, { "T", PdfString.Text("Later") }, { "Rect", PdfArray.Numbers(0, 0, 0, 0) }, { "Subtype", new PdfName("Widget") } };
}

/// <summary>The token of the official, and one file signed by it.</summary>
public sealed class OutsideTokens : IDisposable
{
    public OutsideTokens()
    {
        var person = TestPki.Instance.Person(TestKey.Rsa2048);
        Official = new OutsideSigner(person.Certificate, person.Key, [.. person.Chain.Certificates.Skip(1)]);
        Signed = Official.Sign(Composed());
    }

    public OutsideSigner Official { get; }

    public byte[] Signed { get; }

    public void Dispose() => Official.Dispose();
}
