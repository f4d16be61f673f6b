using ECopy.Functions.Compose;
using ECopy.Functions.Layout;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Compose;

public class AppearanceTests
{
    private const int Dpi = 150;
    private static readonly CopyContent Content = SampleCopies.Content(DrawnScans.Diploma());
    private static readonly CopyLayout Layout = CopyLayout.V1;

    [Fact]
    public void The_signature_is_blue_the_seal_red_and_lies_over_a_third_of_it()
    {
        var page = Page(SampleCopies.WithAppearances(Content));
        var empty = Page(SampleCopies.Compose(Content));
        Assert.Equal(0, Count(empty, Layout.Seal.X, Layout.Handwriting.Right, IsRed) + Count(empty, Layout.Seal.X, Layout.Handwriting.Right, IsBlue));
        Assert.True(Count(page, Layout.Seal.X, Layout.Seal.Right, IsRed) > 1000);
        Assert.Equal(0, Count(page, Layout.Seal.Right + 0.2, Layout.Handwriting.Right, IsRed));
        Assert.True(Count(page, Layout.Seal.Right, Layout.Handwriting.Right, IsBlue) > 500);
        Assert.True(Count(page, Layout.Handwriting.X, Layout.Seal.Right, IsBlue) > 50);
        var covered = (Layout.Seal.Right - Layout.Handwriting.X) / Layout.Handwriting.Width;
        Assert.InRange(covered, 0.3, 0.4);
    }

    [Fact]
    public void The_seal_is_painted_over_the_signature()
    {
        var (person, seal) = SampleCopies.Appearances(Content);
        var composed = SampleCopies.Compose(Content);
        var signed = Page(SampleCopies.Filled(composed, "Person", person));
        var sealedOnly = Page(SampleCopies.Filled(composed, "Seal", seal));
        var both = Page(SampleCopies.WithAppearances(Content));
        var crossings = 0;
        for (var y = 0; y < both.Height; y++)
        {
            for (var x = 0; x < both.Width; x++)
            {
                if (!IsBlue(signed[x, y]) || !IsRed(sealedOnly[x, y])) continue;
                crossings++;
                Assert.True(both[x, y].Red > both[x, y].Blue, $"({x}, {y}) is {both[x, y]}");
            }
        }

        Assert.True(crossings > 20, $"{crossings}");
    }

    [Fact]
    public void Officials_have_strokes_of_their_own()
    {
        var one = Page(SampleCopies.WithAppearances(Content));
        var other = Page(SampleCopies.WithAppearances(Content with { SignerName = "Lê Thị An Mẫu" }));
        int Pixel(double millimetres) => (int)(millimetres / 25.4 * Dpi);
        var box = Layout.Handwriting;
        Assert.True(one.Crop(Pixel(box.X), Pixel(box.Y), Pixel(box.Width), Pixel(box.Height)).MeanDifference(other.Crop(Pixel(box.X), Pixel(box.Y), Pixel(box.Width), Pixel(box.Height))) > 5);
    }

    [Fact]
    public void Pictures_of_signature_and_seal_take_the_place_of_the_drawings()
    {
        var handwriting = DrawnScans.Make("png", "-size", "500x220", "xc:none", "-stroke", "#0030FF", "-strokewidth", "12", "-fill", "none", "-draw", "bezier 20,200 150,-80 300,320 480,30");
        var seal = DrawnScans.Make("png", "-size", "400x400", "xc:none", "-stroke", "#FF0000", "-strokewidth", "14", "-fill", "none", "-draw", "circle 200,200 200,10");
        var pdf = SampleCopies.WithAppearances(Content, handwriting, seal);
        SampleCopies.Keep("pictures", pdf);
        Assert.Empty(PdfAChecklist.Failures(pdf));
        var page = Page(pdf);
        Assert.True(Count(page, Layout.Seal.Right, Layout.Handwriting.Right, IsBlue) > 200);
        Assert.True(Count(page, Layout.Seal.X, Layout.Seal.Right, IsRed) > 500);
        var drawn = SampleCopies.WithAppearances(Content);
        Assert.NotEqual(Count(Page(drawn), Layout.Seal.X, Layout.Seal.Right, IsRed), Count(page, Layout.Seal.X, Layout.Seal.Right, IsRed));
    }

    [Fact]
    public void Two_renderers_agree_on_the_statement()
    {
        var pdf = SampleCopies.WithAppearances(Content);
        var poppler = Page(pdf);
        var folder = Directory.CreateTempSubdirectory("ecopy-mupdf-");
        var path = Path.Combine(folder.FullName, "copy.pdf");
        File.WriteAllBytes(path, pdf);
        var answer = OutsideTool.Run("mutool", "draw", "-r", $"{Dpi}", "-F", "ppm", "-o", path + ".ppm", path, "2");
        Assert.True(answer.ExitCode == 0 && !answer.Error.Contains("error", StringComparison.Ordinal), answer.All);
        var mupdf = PixelMap.Read(File.ReadAllBytes(path + ".ppm"));
        folder.Delete(recursive: true);
        Assert.InRange(poppler.Crop(0, 0, 1240, 1750).MeanDifference(mupdf.Crop(0, 0, 1240, 1750)), 0, 3);
    }

    private static PixelMap Page(byte[] pdf) => PixelMap.OfPages(pdf, Dpi)[^1];

    private static bool IsRed((byte Red, byte Green, byte Blue) p) => p.Red > 150 && p.Green < 110 && p.Blue < 120;

    private static bool IsBlue((byte Red, byte Green, byte Blue) p) => p.Blue > 110 && p.Red < 90;

    /// <summary>Pixels of a colour in the height of the seal, between two millimetres.</summary>
    private static int Count(PixelMap page, double from, double to, Func<(byte, byte, byte), bool> isColour)
    {
        int Pixel(double millimetres) => (int)(millimetres / 25.4 * Dpi);
        var found = 0;
        for (var y = Pixel(Layout.Seal.Y); y < Pixel(Layout.Seal.Bottom); y++)
            for (var x = Pixel(from); x < Pixel(to); x++)
                if (isColour(page[x, y])) found++;
        return found;
    }
}
