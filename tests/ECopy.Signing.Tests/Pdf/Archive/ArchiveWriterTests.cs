using System.Buffers.Binary;
using System.Text;
using ECopy.Signing.Pades;
using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Archive;
using ECopy.Signing.Pdf.Fonts;
using ECopy.Signing.Pdf.Images;
using ECopy.Signing.Pdf.Reading;
using ECopy.TestKit;

namespace ECopy.Signing.Tests.Pdf.Archive;

public class ArchiveWriterTests
{
    [Fact]
    public void A_file_is_clean_for_qpdf_and_for_the_list_of_clauses()
    {
        var pdf = Sample();
        var check = OutsideTool.RunOn(pdf, ".pdf", "qpdf", "--check", "{}");
        Assert.True(check.ExitCode == 0 && !check.All.Contains("WARNING", StringComparison.Ordinal), check.All);
        Assert.Empty(PdfAChecklist.Failures(pdf));
    }

    [Fact]
    public void The_same_calls_give_the_same_bytes_and_other_content_another_id()
    {
        Assert.Equal(Sample(), Sample());
        Assert.NotEqual(Identifier(Sample()), Identifier(Sample(title: "Khác")));
    }

    [Fact]
    public void Equal_streams_are_written_once()
    {
        var writer = Writer("x");
        var image = ScanImage.Read(PictureFiles.Png(2, 8), ImageLimits.Default);
        Assert.Equal(image.AddTo(writer), image.AddTo(writer));
    }

    [Fact]
    public void Title_and_code_stand_in_plain_metadata()
    {
        var pdf = Sample(title: "Giấy <tờ> & \"sổ\" \u0001");
        var text = Encoding.UTF8.GetString(pdf);
        Assert.Contains("<dc:identifier>7Q4K-M2XB-9TVD-H3RPW</dc:identifier>", text, StringComparison.Ordinal);
        Assert.Contains("Giấy &lt;tờ&gt; &amp; ", text, StringComparison.Ordinal);
        var info = OutsideTool.RunOn(pdf, ".pdf", "pdfinfo", "{}").Output;
        Assert.Matches(@"Producer:\s+ECopy", info);
        Assert.Matches(@"PDF version:\s+1\.7", info);
        Assert.Matches(@"Page size:\s+595\.28 x 841\.89 pts \(A4\)", info);
    }

    [Fact]
    public void Signature_fields_are_declared_empty_visible_and_locked()
    {
        var revision = PdfDocument.Open(Sample()).Latest;
        var form = revision.Get<PdfDictionary>(revision.Catalog, "AcroForm")!;
        Assert.Equal(3, revision.Get<PdfInteger>(form, "SigFlags")!.Value);
        var fields = revision.Get<PdfArray>(form, "Fields")!.Select(f => (PdfDictionary)revision.Resolve(f)).ToList();
        Assert.Equal(["Person", "Seal"], fields.Select(f => ((PdfString)f["T"]!).AsText()));
        foreach (var field in fields)
        {
            Assert.False(field.Contains("V"));
            Assert.Equal(132, ((PdfInteger)field["F"]!).Value);
            Assert.IsType<PdfReference>(field["Lock"]);
        }

        var (person, seal) = (revision.Get<PdfDictionary>(fields[0], "Lock")!, revision.Get<PdfDictionary>(fields[1], "Lock")!);
        Assert.True(person.Is("Action", "Exclude") && seal.Is("Action", "All"));
        Assert.Equal((2, 1), (((PdfInteger)person["P"]!).Value, ((PdfInteger)seal["P"]!).Value));
    }

    [Fact]
    public void The_colour_profile_is_srgb()
    {
        var profile = SrgbProfile.Build();
        double Fixed(int at) => BinaryPrimitives.ReadInt32BigEndian(profile.AsSpan(at)) / 65536.0;
        var tags = Enumerable.Range(0, 9).ToDictionary(
            i => Encoding.ASCII.GetString(profile, 132 + 12 * i, 4),
            i => BinaryPrimitives.ReadInt32BigEndian(profile.AsSpan(136 + 12 * i)));
        // White is the sum of the primaries.
        for (var i = 0; i < 3; i++)
        {
            var sum = new[] { "rXYZ", "gXYZ", "bXYZ" }.Sum(tag => Fixed(tags[tag] + 8 + 4 * i));
            Assert.Equal(Fixed(tags["wtpt"] + 8 + 4 * i), sum, 3);
        }

        // Half of the scale is 21.4 % of the light.
        var middle = BinaryPrimitives.ReadUInt16BigEndian(profile.AsSpan(tags["gTRC"] + 12 + 2 * 512)) / 65535.0;
        Assert.Equal(0.2144, middle, 3);
        // Little CMS, as ImageMagick uses it, reads it and leaves colours as they are.
        var folder = Directory.CreateTempSubdirectory("ecopy-icc-");
        var path = Path.Combine(folder.FullName, "srgb.icc");
        File.WriteAllBytes(path, profile);
        var answer = OutsideTool.Run("convert", "-size", "1x1", "xc:#C08040", "-profile", path, "-profile", path, "-depth", "8", "txt:-");
        folder.Delete(recursive: true);
        Assert.Contains("#C08040", answer.Output, StringComparison.Ordinal);
        Assert.Empty(answer.Error);
    }

    public static TheoryData<string, string, string> Faults => new()
    {
        { "/F 132", "/F 128", "6.3.2" },
        { "/GTS_PDFA1", "/GTS_PDFX1", "6.2.3" },
        { "<pdfaid:part>2", "<pdfaid:part>3", "6.6.4" },
        { "/CIDToGIDMap /Identity", "/CIDToGIDMap /Identitx", "6.2.11.3.2" },
        { "/FontFile2", "/FontFile9", "6.2.11.4.1" },
        { "/ID [", "/IX [", "6.1.3" },
        { "%PDF-1.7\n%\u00E2", "%PDF-1.7\n%a", "6.1.2" },
        { "/ICCBased", "/ICCBasex", "6.2.4" },
        { "/CS /DeviceRGB", "/CS /DeviceXYZ", "6.2.4" },
        { "\nendobj", " endobj", "6.1.9" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void The_list_of_clauses_finds_what_was_broken(string right, string wrong, string clause)
    {
        var text = Encoding.Latin1.GetString(Sample());
        var at = text.IndexOf(right, StringComparison.Ordinal);
        Assert.True(at >= 0, right);
        var broken = text[..at] + wrong + text[(at + right.Length)..];
        var failures = PdfAChecklist.Failures(Encoding.Latin1.GetBytes(broken));
        Assert.Contains(failures, f => f.Contains($" {clause}:", StringComparison.Ordinal));
    }

    private static string Identifier(byte[] pdf) => Convert.ToHexString(((PdfString)((PdfArray)PdfDocument.Open(pdf).Latest.Trailer["ID"]!)[0]).Bytes);

    private static ArchiveWriter Writer(string title) =>
        new(new ArchiveMetadata(title, "7Q4K-M2XB-9TVD-H3RPW", "ECopy, layout 1", new DateTimeOffset(2026, 11, 22, 9, 41, 7, TimeSpan.FromHours(7))));

    private static byte[] Sample(string title = "Bằng tốt nghiệp")
    {
        var writer = Writer(title);
        var font = TrueTypeFont.Read(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "fonts", "Tinos_400Regular.ttf")));
        var canvas = writer.NewCanvas(210, 297);
        byte[] profiled = PictureFiles.WithChunk(PictureFiles.Png(2, 8), "iCCP", [.. "sRGB\0\0"u8, .. FlateStreams.Compress(SrgbProfile.Build())]);
        foreach (var (index, file) in ((byte[][])[PictureFiles.Jpeg(), profiled, PictureFiles.Good.Single(v => v.Name == "png-rgba-8").File]).Index())
        {
            var image = ScanImage.Read(file, ImageLimits.Default);
            canvas.Image(image.AddTo(writer), image, new MillimetreBox(20, 20 + 50 * index, 40, 40));
        }

        canvas.IsBlended = true;
        canvas.Text(100, 50, title, new TextStyle(font, 12, PdfColour.Black));
        writer.AddPage(canvas);
        writer.AddSignatureField(new("Person", "Người ký", new MillimetreBox(20, 200, 60, 30), SignatureProfile.Lock(SignatureRole.Person)));
        writer.AddSignatureField(new("Seal", "Cơ quan", new MillimetreBox(40, 200, 60, 30), SignatureProfile.Lock(SignatureRole.Seal)));
        return writer.Finish();
    }
}
