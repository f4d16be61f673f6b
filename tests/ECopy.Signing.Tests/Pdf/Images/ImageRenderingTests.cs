using ECopy.Signing.Pdf.Archive;
using ECopy.Signing.Pdf.Images;
using ECopy.TestKit;

namespace ECopy.Signing.Tests.Pdf.Images;

public class ImageRenderingTests
{
    private const double PointsPerMillimetre = 72 / 25.4;

    /// <summary>
    /// Mean difference of all samples, of 255, between poppler's page and ImageMagick's decoding. One level for rounding;
    /// halved chroma is enlarged by two different filters, which shows at the edges.
    /// </summary>
    private const double Bound = 1, BoundOfHalvedChroma = 4;

    /// <summary>ImageMagick does not follow the eXIf chunk of a PNG; the next test does that without it.</summary>
    private static readonly List<(string Name, byte[] File)> Variants = [.. PictureFiles.Good.Where(v => !v.Name.StartsWith("png-exif", StringComparison.Ordinal))];

    [Fact]
    public void Every_variant_looks_as_ImageMagick_decodes_it()
    {
        var pages = Rendered([.. Variants.Select(v => v.File)]);
        var decoded = Decoded();
        var failures = new List<string>();
        foreach (var (index, (name, _)) in Variants.Index())
        {
            var (page, reference) = (pages[index], decoded[index]);
            if (page.Width != reference.Width || page.Height != reference.Height)
            {
                failures.Add($"{name}: {page.Width} × {page.Height} instead of {reference.Width} × {reference.Height}");
                continue;
            }

            var bound = name is "jpeg-rgb-420" or "jpeg-rgb-422" ? BoundOfHalvedChroma : Bound;
            var difference = page.MeanDifference(reference);
            if (difference > bound) failures.Add($"{name}: {difference:0.00}");
        }

        Assert.Empty(failures);
    }

    [Fact]
    public void Eight_orientations_show_the_same_picture_when_the_pixels_were_turned_the_other_way()
    {
        // What each orientation undoes, as ImageMagick's own operators.
        string[][] turns = [["-flop"], ["-rotate", "180"], ["-flip"], ["-transpose"], ["-rotate", "270"], ["-transverse"], ["-rotate", "90"]];
        var upright = PictureFiles.Png(2, 8);
        var turned = turns.Select((turn, index) => PictureFiles.WithChunk(PictureFiles.Png(2, 8, turn), "eXIf", PictureFiles.Exif(index + 2)));
        var pages = Rendered([upright, .. turned]);
        foreach (var page in pages) Assert.True(page.MeanDifference(pages[0]) <= Bound);
    }

    /// <summary>One page a picture, one pixel a point.</summary>
    private static List<PixelMap> Rendered(byte[][] files)
    {
        var writer = new ArchiveWriter(new ArchiveMetadata("pictures", "none", "ECopy", DateTimeOffset.UnixEpoch));
        foreach (var file in files)
        {
            var image = ScanImage.Read(file, ImageLimits.Default);
            var canvas = writer.NewCanvas(image.Width / PointsPerMillimetre, image.Height / PointsPerMillimetre);
            // A hair smaller than the page: poppler gives a picture that ends on a pixel's edge one pixel more, and scales it.
            canvas.Image(image.AddTo(writer), image, new MillimetreBox(0, 0, canvas.Width, canvas.Height).Inset(0.002));
            writer.AddPage(canvas);
        }

        return PixelMap.OfPages(writer.Finish(), dpi: 72);
    }

    private static List<PixelMap> Decoded()
    {
        var folder = Directory.CreateTempSubdirectory("ecopy-decoded-");
        try
        {
            var paths = new List<string>();
            foreach (var (name, file) in Variants)
            {
                paths.Add(Path.Combine(folder.FullName, name + (name.StartsWith("jpeg", StringComparison.Ordinal) ? ".jpg" : ".png")));
                File.WriteAllBytes(paths[^1], file);
            }

            // -alpha remove lays transparent pixels over white, as paper does.
            var answer = OutsideTool.Run(
                "convert",
                [.. paths, "-auto-orient", "-background", "white", "-alpha", "remove", "-colorspace", "sRGB", "-type", "TrueColor", "-depth", "8", Path.Combine(folder.FullName, "out-%03d.ppm")]);
            Assert.True(answer.ExitCode == 0, answer.All);
            return [.. paths.Index().Select(p => PixelMap.Read(File.ReadAllBytes(Path.Combine(folder.FullName, $"out-{p.Index:D3}.ppm"))))];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
