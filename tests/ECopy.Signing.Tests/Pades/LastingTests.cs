using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ECopy.Signing.Cms;
using ECopy.Signing.Pades;
using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;
using ECopy.Signing.Verification;
using ECopy.TestKit;

namespace ECopy.Signing.Tests.Pades;

/// <summary>B-T, B-LT and B-LTA as other tools and our own check see them.</summary>
public class LastingTests
{
    private static readonly TestPki Pki = TestPki.Instance;

    [Theory]
    [InlineData(TestKey.P256, TestKey.Rsa2048, false, null)]
    [InlineData(TestKey.Rsa2048, TestKey.P384, true, "rsa-pss-sha256")]
    public async Task Other_tools_and_our_check_accept_every_level(TestKey person, TestKey agency, bool streams, string? algorithm)
    {
        var timestamped = await LastingCopies.TimestampedAsync(person, agency, streams, algorithm);
        var stored = await LastingCopies.StoredAsync(timestamped);
        var preserved = await LastingCopies.PreservedAsync(stored);
        Assert.Equal(PadesLevel.BB, Level(await Copies.SealedAsync(person, agency, streams)));
        Assert.Equal(PadesLevel.BT, Level(timestamped));
        Assert.Equal(PadesLevel.BLT, Level(stored));
        Assert.Equal(PadesLevel.BLTA, Level(preserved));
        foreach (var file in new[] { timestamped, stored, preserved })
        {
            using var folder = new TestFolder();
            var path = folder.Write("copy.pdf", file);
            var qpdf = CopyTools.Qpdf(path);
            Assert.True(qpdf.ExitCode == 0, qpdf.All);

            var pdfsig = CopyTools.Pdfsig(path).All;
            Assert.Equal(2, Count(pdfsig, "Signature Validation: Signature is Valid."));
            if (ReferenceEquals(file, preserved)) Assert.Equal(1, Count(pdfsig, "Signature has not yet been verified."));

            // MuPDF knows neither PSS nor document timestamps, and says so in a way of its own.
            var mutool = CopyTools.MutoolSign(path).All;
            Assert.Equal(Count(mutool, "Digest error"), Count(mutool, "Digest error: Unknown error"));
            RequireOpenSsl(folder, file, ReferenceEquals(file, preserved) ? 3 : 2);
        }
    }

    [Fact]
    public async Task A_preserved_copy_says_when_it_was_proven_and_to_what_level()
    {
        var report = Check(await LastingCopies.LastingAsync(), LastingCopies.DocumentTime);
        Assert.Equal(Finding.Passed, report.Finding);
        Assert.Equal([(DateTimeOffset?)LastingCopies.PersonTime, LastingCopies.SealTime], report.Signatures.Select(one => one.ProvenTime));
        Assert.All(report.Signatures, one => Assert.Equal((PadesLevel.BLTA, Coverage.Revision), (one.Level, one.Coverage)));
        var timestamp = Assert.Single(report.Timestamps);
        Assert.Equal(("Timestamp1", Coverage.WholeFile, LastingCopies.DocumentTime), (timestamp.Field, timestamp.Coverage!.Value, timestamp.Time!.Value));
        Assert.Equal(Pki.Root.Certificate.Thumbprint, timestamp.Chain[^1].Thumbprint);
    }

    [Fact]
    public async Task Years_later_the_last_timestamp_decides_and_a_renewal_in_time_keeps_the_copy()
    {
        var copy = await LastingCopies.LastingAsync();
        var later = TestPki.Now.AddYears(3);
        // By then the signers' and the first authority's certificates have expired.
        var expired = Check(copy, later);
        Assert.Equal(("timestamp-expired", Indication.Indeterminate, SubIndication.OutOfBoundsNoPoe), (expired.Finding.Code, expired.Finding.Indication, expired.Finding.SubIndication));
        // Without any timestamp, expiry alone makes it so.
        Assert.Equal("certificate-expired", Check(await Copies.SealedAsync(), later).Finding.Code);

        var newer = Timestamp.Tsa.Issue(TestKey.P384, Timestamp.Tsa.Purposes("1.3.6.1.5.5.7.3.8"), until: TestPki.Now.AddYears(10));
        var renewed = await LastingCopies.PreservedAsync(copy, TestPki.Now.AddYears(1), newer);
        var report = Check(renewed, later);
        Assert.Equal(Finding.Passed, report.Finding);
        Assert.Equal(["Timestamp1", "Timestamp2"], report.Timestamps.Select(one => one.Field!));
        // Too late, the first authority's certificate had expired already.
        Assert.Equal("timestamp-expired", Check(await LastingCopies.PreservedAsync(copy, TestPki.Now.AddYears(2).AddDays(2), newer), later).Finding.Code);
        // A renewal that claims to be older than what it covers.
        Assert.Equal("timestamp-order", Check(await LastingCopies.PreservedAsync(copy, TestPki.Now.AddDays(-1), newer), later).Finding.Code);
    }

    [Fact]
    public async Task The_store_holds_each_piece_once_and_no_VRI_and_the_extensions_are_declared_once()
    {
        var timestamped = await LastingCopies.TimestampedAsync();
        var material = await LastingCopies.MaterialAsync(timestamped);
        var twice = new ValidationMaterial([.. material.Certificates, .. material.Certificates], material.OcspAnswers, material.RevocationLists);
        var stored = SecurityStore.Append(timestamped, twice).ToArray();
        Assert.Equal(stored, SecurityStore.Append(timestamped, material).ToArray());
        Assert.Equal(stored, SecurityStore.Append(stored, material).ToArray());

        var document = PdfDocument.Open(stored);
        var read = SecurityStore.Read(document.Latest);
        Assert.Equal(Hex(material.Certificates), Hex(read.Certificates));
        Assert.Equal(Hex(material.OcspAnswers), Hex(read.OcspAnswers));
        Assert.Equal(Hex(material.RevocationLists), Hex(read.RevocationLists));
        // Person, agency, timestamp authority, responder, issuing authority, root; an answer for each of the first three.
        Assert.Equal((6, 3, 1), (read.Certificates.Count, read.OcspAnswers.Count, read.RevocationLists.Count));
        Assert.Equal(["Type", "Certs", "OCSPs", "CRLs"], document.Latest.Get<PdfDictionary>(document.Latest.Catalog, "DSS")!.Keys);

        var more = await LastingCopies.PreservedAsync(SecurityStore.Append(stored, new ValidationMaterial([], [], [await Trust.Revocation.Authority.ListAsync([])])).ToArray());
        var latest = PdfDocument.Open(more).Latest;
        Assert.Equal((6, 3, 2), SecurityStore.Read(latest) is { } grown ? (grown.Certificates.Count, grown.OcspAnswers.Count, grown.RevocationLists.Count) : default);
        var extensions = latest.Get<PdfDictionary>(latest.Catalog, "Extensions")!;
        Assert.Equal(["ESIC", "ADBE"], extensions.Keys);
        Assert.Equal(Finding.Passed, Check(more, LastingCopies.DocumentTime).Finding);
    }

    [Fact]
    public async Task What_preservation_adds_breaks_no_clause_of_PDF_A()
    {
        // The small test document is no PDF/A itself; nothing may be wrong with a later revision that was not wrong before.
        static HashSet<string> Kinds(byte[] file) => [.. PdfAChecklist.Failures(file).Select(line => line[(line.IndexOf(',', StringComparison.Ordinal) + 2)..])];
        var signed = Copies.Blank(picture: "q Q"u8.ToArray());
        foreach (var (role, signer) in new[] { (SignatureRole.Person, Pki.Person(TestKey.P256)), (SignatureRole.Seal, Pki.Agency(TestKey.P256)) })
            signed = await LastingCopies.SignAsync(signed, role, signer, LastingCopies.PersonTime, visible: false);
        var before = Kinds(signed);
        Assert.NotEmpty(before);
        var lasting = await LastingCopies.PreservedAsync(await LastingCopies.StoredAsync(signed));
        Assert.Equal(5, PdfDocument.Open(lasting).Revisions.Count);
        Assert.Empty(Kinds(lasting).Except(before));
    }

    [Fact]
    public async Task Pieces_that_do_not_belong_together_are_refused()
    {
        var person = Pki.Person(TestKey.P256);
        var plan = Copies.Plan(SignatureRole.Person, person);
        var token = await LastingCopies.TokenAsync(SHA256.HashData([1]), TestPki.Now);
        var prepared = PadesPreparation.Prepare(Copies.Blank(), plan with { ReserveForTimestamp = SignatureTimestamp.RoomFor(token) });
        var cms = PadesAssembly.BuildCms(prepared, await Copies.ValueAsync(prepared, person));
        Assert.Equal("timestamp-mismatch", Refusal(() => SignatureTimestamp.Attach(prepared, cms, token)));
        var right = await LastingCopies.TokenAsync(SignatureTimestamp.Digest(cms, HashAlgorithmName.SHA256), TestPki.Now);
        var attached = SignatureTimestamp.Attach(prepared, cms, right);
        Assert.Equal(attached, SignatureTimestamp.Attach(prepared, cms, right));
        Assert.Equal("cms-mismatch", Refusal(() => SignatureTimestamp.Attach(prepared, attached, right)));

        var tight = PadesPreparation.Prepare(Copies.Blank(), plan);
        var tightCms = PadesAssembly.BuildCms(tight, await Copies.ValueAsync(tight, person));
        var tightToken = await LastingCopies.TokenAsync(SignatureTimestamp.Digest(tightCms, HashAlgorithmName.SHA256), TestPki.Now);
        Assert.Equal("contents-overflow", Refusal(() => SignatureTimestamp.Attach(tight, tightCms, tightToken)));

        var copy = await LastingCopies.TimestampedAsync();
        var document = DocumentTimestamp.Prepare(copy, HashAlgorithmName.SHA256, 8000);
        Assert.Equal(document.Document.ToArray(), DocumentTimestamp.Prepare(copy, HashAlgorithmName.SHA256, 8000).Document.ToArray());
        Assert.Equal("timestamp-mismatch", Refusal(() => DocumentTimestamp.Embed(document, token)));
        var small = DocumentTimestamp.Prepare(copy, HashAlgorithmName.SHA256, 100);
        var fitting = await LastingCopies.TokenAsync(small.Digest, TestPki.Now);
        Assert.Equal("contents-overflow", Refusal(() => DocumentTimestamp.Embed(small, fitting)));
    }

    private static void RequireOpenSsl(TestFolder folder, byte[] file, int expected)
    {
        var root = folder.Write("root.pem", Encoding.ASCII.GetBytes(Pki.Root.Certificate.ExportCertificatePem()));
        var found = CopyTools.Signatures(file);
        Assert.Equal(expected, found.Count);
        foreach (var one in found)
        {
            var cms = CmsSignedData.Read(one.Cms);
            if (cms.Content is not null)
            {
                Token(one.Signed, one.Cms);
                continue;
            }

            var answer = OutsideTool.Run("openssl", "cms", "-verify", "-binary", "-cades", "-inform", "DER", "-in", folder.Write("cms", one.Cms), "-content", folder.Write("content", one.Signed), "-CAfile", root, "-purpose", "any", "-attime", AtTime(), "-out", folder["out"]);
            Assert.True(answer.ExitCode == 0, answer.All);
            Token(cms.Signers[0].Signature.ToArray(), SignatureTimestamp.Find(cms.Signers[0], out _)!.Value.ToArray());
        }

        void Token(byte[] covered, byte[] token)
        {
            var answer = OutsideTool.Run("openssl", "ts", "-verify", "-data", folder.Write("covered", covered), "-in", folder.Write("token", token), "-token_in", "-CAfile", root, "-attime", AtTime());
            Assert.True(answer.ExitCode == 0, answer.All);
        }

        static string AtTime() => TestPki.Now.AddMinutes(1).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
    }

    private static PadesLevel Level(byte[] file)
    {
        var report = Check(file, LastingCopies.DocumentTime);
        Assert.Equal(Finding.Passed, report.Finding);
        return Assert.Single(report.Signatures.Select(one => one.Level).Distinct());
    }

    private static SignedFileReport Check(byte[] file, DateTimeOffset at) => SignedFileCheck.Check(file, Pki.Anchors, at);

    private static string Refusal(Action action) => Assert.Throws<SignatureRefusedException>(action).Code;

    private static IEnumerable<string> Hex(IEnumerable<ReadOnlyMemory<byte>> pieces) => pieces.Select(piece => Convert.ToHexString(piece.Span));

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
