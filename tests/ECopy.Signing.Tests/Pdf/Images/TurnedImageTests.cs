using ECopy.Signing.Pdf.Images;
using ECopy.TestKit;

namespace ECopy.Signing.Tests.Pdf.Images;

public sealed class TurnedImageTests
{
    /// <summary>What turns each EXIF orientation upright: an optional mirroring, then clockwise degrees (EXIF 2.32, 4.6.4 A).</summary>
    private static readonly (bool Mirrored, int Degrees)[] Meaning =
        [(false, 0), (true, 0), (false, 180), (true, 180), (true, 270), (false, 90), (true, 90), (false, 270)];

    [Fact]
    public void Every_orientation_turned_by_every_angle_is_the_orientation_that_means_the_same()
    {
        for (var orientation = 1; orientation <= 8; orientation++)
        {
            var image = ScanImage.Read(PictureFiles.WithChunk(PictureFiles.Png(2, 8), "eXIf", PictureFiles.Exif(orientation)), ImageLimits.Default);
            Assert.Equal(orientation, image.Orientation);
            foreach (var degrees in (int[])[0, 90, 180, 270])
            {
                var turned = image.Turned(degrees);
                var (mirrored, upright) = Meaning[orientation - 1];
                Assert.Equal((mirrored, (upright + degrees) % 360), Meaning[turned.Orientation - 1]);
                Assert.Equal(degrees % 180 == 0 ? (image.Width, image.Height) : (image.Height, image.Width), (turned.Width, turned.Height));
            }

            // The picture that was read is not changed by turning it.
            Assert.Equal(orientation, image.Orientation);
        }
    }
}
