using System.Text;
using ECopy.Functions.Demo;
using ECopy.Functions.Domain;
using ECopy.Functions.Layout;
using ECopy.Functions.Office;
using ECopy.Functions.Register;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Office;

/// <summary>Seal and signature as pictures: what is taken, and what a copy then shows.</summary>
public sealed class OfficeImageTests
{
    private const int Dpi = 150;
    private static readonly OfficeActor Actor = OfficeActor.Operator;

    private static byte[] Handwriting => DrawnScans.Make(
        "png", "-size", "1000x440", "xc:none", "-stroke", "#0030FF", "-strokewidth", "22", "-fill", "none", "-draw", "bezier 40,400 300,-160 600,640 960,60");

    private static byte[] Seal => DrawnScans.Make(
        "png", "-size", "800x800", "xc:none", "-stroke", "#E01010", "-strokewidth", "26", "-fill", "none", "-draw", "circle 400,400 400,20", "-draw", "circle 400,400 400,150");

    [Fact]
    public async Task A_copy_shows_the_pictures_of_its_agency_and_official_and_stays_a_test_copy()
    {
        await using var office = await TestOffice.OpenAsync();
        var drawn = await PageAsync(office);
        var images = office.Get<OfficeImages>();
        var seal = (await images.AddAsync(TestOffice.Agency, OfficeImageKind.Seal, Seal, Actor, default)).Value;
        var hand = (await images.AddAsync(TestOffice.Agency, OfficeImageKind.Signature, Handwriting, Actor, default)).Value;
        await office.Get<ChangeAgency>().SetSealImageAsync(TestOffice.Agency, seal, Actor, default);
        await office.Get<ChangePerson>().SetSignatureImageAsync(TestOffice.Agency, DemoOffice.Attestor, hand, Actor, default);

        var request = await office.CertifyAsync();
        var pdf = (await office.Store.ReadAsync(request.Issued!.Path, default))!.Content.ToArray();
        Keep("office-images", pdf);
        Assert.Empty(PdfAChecklist.Failures(pdf));
        Assert.Equal(0, OutsideTool.RunOn(pdf, ".pdf", "qpdf", "--check", "{}").ExitCode);
        Assert.Contains("BẢN THỬ NGHIỆM", OutsideTool.RunOn(pdf, ".pdf", "pdftotext", "{}", "-").Output, StringComparison.Ordinal);
        var page = PixelMap.OfPages(pdf, Dpi)[^1];

        // Both pictures are there, and where they cross the seal is painted over the signature with the paper showing through.
        var layout = CopyLayout.V1;
        Assert.True(Count(page, layout.Seal, IsRed) > 1500);
        Assert.True(Count(page, layout.Handwriting, IsBlue) > 1500);
        Assert.True(Count(page, layout.Seal, IsBlue) > 100);
        Assert.True(Count(page, layout.Seal, pixel => pixel.Red > 240 && pixel.Green > 240 && pixel.Blue > 240) > 10_000);
        Assert.NotEqual(Count(drawn, layout.Seal, IsRed), Count(page, layout.Seal, IsRed));
        var mutool = OutsideTool.RunOn(pdf, ".pdf", "mutool", "draw", "-o", "/dev/null", "-F", "ppm", "{}");
        Assert.True(mutool.ExitCode == 0 && !mutool.Error.Contains("error", StringComparison.Ordinal), mutool.All);
        Assert.Equal(AuditVerdict.Clean, (await office.AuditAsync()).Verdict);
    }

    [Fact]
    public async Task An_altered_picture_is_found_by_the_audit_and_stops_the_signature()
    {
        await using var office = await TestOffice.OpenAsync();
        var seal = (await office.Get<OfficeImages>().AddAsync(TestOffice.Agency, OfficeImageKind.Seal, Seal, Actor, default)).Value;
        await office.Get<ChangeAgency>().SetSealImageAsync(TestOffice.Agency, seal, Actor, default);
        await File.WriteAllBytesAsync(Path.Combine(office.DataPath, BlobPaths.OfficeImage(TestOffice.Agency, seal)), Handwriting);
        Assert.Equal(BlobPaths.OfficeImage(TestOffice.Agency, seal), (await office.AuditAsync()).Record);
        await Assert.ThrowsAsync<IntegrityException>(() => office.Get<OfficeImages>().ReadAsync(TestOffice.Agency, seal, default));
    }

    [Theory]
    [InlineData("opaque", "office-image-opaque")]
    [InlineData("jpeg", "office-image-opaque")]
    [InlineData("small", "office-image-too-small")]
    [InlineData("long", "seal-image-not-round")]
    [InlineData("wide", "office-image-too-large")]
    [InlineData("heavy", "office-image-too-large")]
    [InlineData("torn", "office-image-damaged")]
    [InlineData("empty", "office-image-damaged")]
    [InlineData("rubbish", "office-image-opaque")]
    public async Task Any_other_picture_is_refused_with_its_reason(string what, string code)
    {
        await using var office = await TestOffice.OpenAsync();
        var file = what switch
        {
            "opaque" => DrawnScans.Make("png", "-size", "400x400", "xc:white"),
            "jpeg" => DrawnScans.Make("jpg", "-size", "400x400", "xc:white"),
            "small" => DrawnScans.Make("png", "-size", "100x100", "xc:none"),
            "long" => Handwriting,
            "wide" => DrawnScans.Make("png", "-size", "4100x4100", "xc:none"),
            "heavy" => new byte[OfficeImages.MostBytes + 1],
            "torn" => Seal[..^40],
            "empty" => [],
            _ => Encoding.UTF8.GetBytes("đây không phải ảnh"),
        };
        Assert.Equal(code, (await office.Get<OfficeImages>().AddAsync(TestOffice.Agency, OfficeImageKind.Seal, file, Actor, default)).Rejection?.Code);
        Assert.Empty(await office.PathsAsync("office/images/"));
    }

    private static async Task<PixelMap> PageAsync(TestOffice office)
    {
        var request = await office.CertifyAsync();
        return PixelMap.OfPages((await office.Store.ReadAsync(request.Issued!.Path, default))!.Content.ToArray(), Dpi)[^1];
    }

    private static void Keep(string name, byte[] pdf) => Compose.SampleCopies.Keep(name, pdf);

    private static bool IsRed((byte Red, byte Green, byte Blue) p) => p.Red > 150 && p.Green < 110 && p.Blue < 120;

    private static bool IsBlue((byte Red, byte Green, byte Blue) p) => p.Blue > 110 && p.Red < 90;

    private static int Count(PixelMap page, Signing.Pdf.Archive.MillimetreBox box, Func<(byte Red, byte Green, byte Blue), bool> isColour)
    {
        static int Pixel(double millimetres) => (int)(millimetres / 25.4 * Dpi);
        var found = 0;
        for (var y = Pixel(box.Y); y < Pixel(box.Bottom); y++)
            for (var x = Pixel(box.X); x < Pixel(box.Right); x++)
                if (isColour(page[x, y])) found++;
        return found;
    }
}
