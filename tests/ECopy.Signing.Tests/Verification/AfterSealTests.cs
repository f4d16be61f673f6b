using ECopy.Signing.Cms;
using ECopy.Signing.Pades;
using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;
using ECopy.Signing.Pdf.Revisions;
using ECopy.Signing.Tests.Pades;
using ECopy.Signing.Verification;
using ECopy.TestKit;
using Xunit.Abstractions;

namespace ECopy.Signing.Tests.Verification;

/// <summary>Revisions after the seal that do more than preserve: every digest and value in them is right.</summary>
public class AfterSealTests(ITestOutputHelper output)
{
    private static readonly TestIdentity Agency = TestPki.Instance.Agency(TestKey.P256);

    [Fact]
    public async Task What_validation_data_may_not_bring_along_is_named()
    {
        var copy = await LastingCopies.TimestampedAsync();
        AssertChange("object 3 was changed", Stored(copy, update => update.Edit(new PdfReference(3))["Spoilt"] = new PdfName("X")), "/Spoilt of a page, object 3, was changed");
        AssertChange("a widget", Stored(copy, update => update.Edit(new PdfReference(5))["Rect"] = PdfArray.Numbers(0, 0, 9, 9)), "object 5 was changed");
        AssertChange("page content", Stored(copy, update => update.Replace(new PdfReference(4), new PdfStream([], "q Q"u8.ToArray()))), "object 4 was changed");
        AssertChange("the catalog", Stored(copy, update => update.EditCatalog()["OpenAction"] = new PdfReference(3)), "/OpenAction of the catalog was changed");
        AssertChange("an annotation", Stored(copy, update => ((PdfArray)update.Edit(new PdfReference(3))["Annots"]!).Add(update.Add(new PdfDictionary { { "Subtype", new PdfName("FreeText") } }))), "is no document timestamp without area");
        AssertChange("an orphan", Stored(copy, update => update.Add(new PdfName("Orphan"))), "is new and belongs to no signature");
        AssertChange("more in the store", Stored(copy, update => Store(update)["VRI"] = new PdfDictionary()), "the store of validation data has something else in it");
        AssertChange("no piece", Stored(copy, update => ((PdfArray)Store(update)["Certs"]!).Add(new PdfName("X"))), "/Certs of the store of validation data has something else in it");
        AssertChange("a piece elsewhere", Stored(copy, update => ((PdfArray)Store(update)["Certs"]!).Add(update.Add(new PdfStream(new PdfDictionary { { "X", PdfString.Text("x") } }, new byte[3])))), "/Certs of the store of validation data has something else in it");
        AssertChange("an extension that does something", Stored(copy, update => ((PdfDictionary)update.EditCatalog()["Extensions"]!)["X"] = new PdfDictionary { { "A", new PdfReference(3) } }), "the extension /X was changed, or declares more than itself");
    }

    [Fact]
    public async Task The_store_only_grows()
    {
        var stored = await LastingCopies.StoredAsync(await LastingCopies.TimestampedAsync());
        AssertChange("taken away", Updated(stored, update => update.EditCatalog().Remove("DSS")), "/DSS of the catalog was changed");
        AssertChange("nulled", Updated(stored, update => update.Replace((PdfReference)update.EditCatalog()["DSS"]!, PdfNull.Instance)), "the store of validation data was taken away");
        AssertChange("emptied", Updated(stored, update => Store(update).Remove("OCSPs")), "/OCSPs of the store of validation data lost something");
        var piece = (PdfReference)((PdfArray)PdfDocument.Open(stored).Latest.Get<PdfDictionary>(PdfDocument.Open(stored).Latest.Catalog, "DSS")!["Certs"]!)[0];
        AssertChange("replaced", Updated(stored, update =>
        {
            Store(update)["X"] = new PdfName("X");
            update.Replace(piece, new PdfStream([], new byte[4]));
        }), $"object {piece.Number} was changed");
        Assert.Equal("not-whole-file", Check(Updated(stored, update => update.Add(new PdfName("X")))).Finding.Code);
    }

    [Theory]
    [InlineData("Rect")]
    [InlineData("AP")]
    [InlineData("A")]
    [InlineData("Parent")]
    [InlineData("FT")]
    [InlineData("twice")]
    [InlineData("elsewhere")]
    [InlineData("page")]
    public async Task A_timestamp_field_has_no_area_and_nothing_of_its_own(string spoilt)
    {
        var stored = await LastingCopies.StoredAsync(await LastingCopies.TimestampedAsync());
        var file = await StampedAsync(stored, (update, field) =>
        {
            switch (spoilt)
            {
                case "Rect": field[spoilt] = PdfArray.Numbers(10, 10, 60, 60); break;
                case "AP": field[spoilt] = new PdfDictionary { { "N", update.Add(new PdfStream([], "q Q"u8.ToArray())) } }; break;
                case "A": field[spoilt] = new PdfDictionary { { "S", new PdfName("Launch") } }; break;
                case "Parent": field[spoilt] = new PdfReference(5); break;
                case "FT": field[spoilt] = new PdfName("Tx"); break;
                case "twice": ((PdfArray)update.Edit(new PdfReference(3))["Annots"]!).Add(new PdfReference(6)); break;
                case "elsewhere": update.Edit(new PdfReference(3))["AA"] = field["V"]!; break;
                case "page": update.Edit(new PdfReference(2))["Spoilt"] = new PdfName("X"); break;
            }
        });
        Assert.False(Check(file).Finding.IsPassed);
        if (spoilt is not "FT") Assert.Equal(IntegrityWord.Attack, Check(file).Finding.Word);
        // The way of spoiling spoils nothing by itself.
        Assert.Equal(Finding.Passed, Check(await StampedAsync(stored, (_, _) => { })).Finding);
    }

    [Fact]
    public async Task A_timestamp_of_something_else_or_of_nobody_trusted_does_not_pass()
    {
        var stored = await LastingCopies.StoredAsync(await LastingCopies.TimestampedAsync());
        Assert.Equal(("timestamp-imprint", IntegrityWord.Tampered), Word(await StampedAsync(stored, (_, _) => { }, _ => new byte[32])));
        var foreign = Timestamp.Tsa.Issue(TestKey.P256, Timestamp.Tsa.Purposes("1.3.6.1.5.5.7.3.8"), TestPki.Instance.ForeignRoot);
        var report = Check(await LastingCopies.PreservedAsync(stored, authority: foreign));
        Assert.Equal(("timestamp-foreign", Indication.Indeterminate, SubIndication.NoCertificateChainFound), (report.Finding.Code, report.Finding.Indication, report.Finding.SubIndication));
        Assert.All(report.Signatures, one => Assert.Equal((PadesLevel.BLT, true), (one.Level, one.Finding.IsPassed)));
        Assert.Equal("timestamp-purpose", Check(await LastingCopies.PreservedAsync(stored, authority: TestPki.Instance.Person(TestKey.P256))).Finding.Code);
        // A timestamp from before what it covers was timestamped.
        Assert.Equal("timestamp-order", Check(await LastingCopies.PreservedAsync(stored, TestPki.Now.AddHours(-1))).Finding.Code);
    }

    [Fact]
    public async Task Only_a_timestamp_of_that_very_signature_may_stand_beside_it()
    {
        var signed = await LastingCopies.SignAsync(Copies.Blank(), SignatureRole.Person, TestPki.Instance.Person(TestKey.P256), LastingCopies.PersonTime);
        async Task<SignedFileReport> With(params CmsAttribute[] unsigned)
        {
            await Task.Yield();
            return Check(Copies.SignAnyhow(signed, SignatureRole.Seal, Agency, cms: covered => Copies.Cms(covered, Agency, unsigned: unsigned)));
        }

        var other = (await LastingCopies.TokenAsync(new byte[32], LastingCopies.SealTime)).Encoded;
        Assert.Equal("timestamp-imprint", (await With(new CmsAttribute(Oids.SignatureTimestamp, [other]))).Finding.Code);
        Assert.Equal("unsigned-attributes", (await With(new CmsAttribute("1.2.3.4", [new byte[] { 5, 0 }]))).Finding.Code);
        Assert.Equal("unsigned-attributes", (await With(new CmsAttribute(Oids.SignatureTimestamp, [other]), new CmsAttribute("1.2.3.4", [new byte[] { 5, 0 }]))).Finding.Code);
        Assert.Equal("timestamp-not-token", (await With(new CmsAttribute(Oids.SignatureTimestamp, [new byte[] { 5, 0 }]))).Finding.Code);
    }

    [Theory]
    [InlineData(false, 389)]
    [InlineData(true, 397)]
    public async Task No_flipped_byte_of_a_preserved_copy_passes(bool streams, int step)
    {
        var copy = await LastingCopies.LastingAsync(streams: streams);
        Assert.True(Check(copy).Finding.IsPassed);
        for (var i = 0; i < copy.Length; i += step)
        {
            var flipped = copy.ToArray();
            flipped[i] ^= (byte)(i / step % 2 == 0 ? 0x01 : 0x20);
            Assert.False(Check(flipped).Finding.IsPassed, $"byte {i}");
        }
    }

    [Fact]
    public async Task No_flipped_byte_inside_the_last_contents_passes()
    {
        var copy = await LastingCopies.LastingAsync();
        var gap = AcroForm.Read(PdfDocument.Open(copy).Latest).Find("Timestamp1")!.Signature!.ByteRange!.Gap;
        var passed = 0;
        for (var i = gap.Start; i < gap.End; i += 101)
        {
            var flipped = copy.ToArray();
            flipped[i] ^= (byte)(flipped[i] >= 'A' && i % 2 == 0 ? 0x20 : 0x01);
            if (Check(flipped).Finding.IsPassed) passed++;
        }

        output.WriteLine($"{passed} passed");
        Assert.Equal(0, passed);
    }

    private static byte[] Stored(byte[] copy, Action<IncrementalUpdate> changes) => Updated(copy, update =>
    {
        update.EditCatalog()["DSS"] = update.Add(new PdfDictionary { { "Certs", new PdfArray(update.Add(new PdfStream([], Agency.Certificate.RawData))) } });
        update.EditCatalog()["Extensions"] = new PdfDictionary { { "ADBE", new PdfDictionary { { "BaseVersion", new PdfName("1.7") }, { "ExtensionLevel", new PdfInteger(8) } } } };
        changes(update);
    });

    private static byte[] Updated(byte[] copy, Action<IncrementalUpdate> changes)
    {
        var update = new IncrementalUpdate(PdfDocument.Open(copy));
        changes(update);
        return update.Finish().Document;
    }

    private static PdfDictionary Store(IncrementalUpdate update) => update.Edit((PdfReference)update.EditCatalog()["DSS"]!);

    private static async Task<byte[]> StampedAsync(byte[] file, Action<IncrementalUpdate, PdfDictionary> spoil, Func<byte[], byte[]>? digest = null)
    {
        var revision = new SignatureRevision(PdfDocument.Open(file));
        revision.Create("Timestamp1", new SignatureContent(DocumentTimestamp.Entries(), 8000));
        var field = ((PdfArray)revision.Update.Edit(new PdfReference(7))["Fields"]!)[^1];
        spoil(revision.Update, revision.Update.Edit((PdfReference)field));
        var prepared = revision.Finish();
        var covered = prepared.Range.Digest(prepared.Document, System.Security.Cryptography.HashAlgorithmName.SHA256);
        var token = await LastingCopies.TokenAsync(digest?.Invoke(covered) ?? covered, LastingCopies.DocumentTime);
        return SignatureRevision.Embed(prepared.Document, prepared.Range, token.Encoded.Span);
    }

    private static SignedFileReport Check(byte[] file) => SignedFileCheck.Check(file, TestPki.Instance.Anchors, LastingCopies.DocumentTime);

    private static (string Code, IntegrityWord Word) Word(byte[] file) => (Check(file).Finding.Code, Check(file).Finding.Word);

    private static void AssertChange(string what, byte[] file, string reason)
    {
        var finding = Check(file).Finding;
        Assert.True(finding.Code == "change-forbidden" && finding.Reason.EndsWith(reason, StringComparison.Ordinal), $"{what}: {finding.Code} {finding.Reason}");
    }
}
