namespace ECopy.Signing.Tests;

public class SkeletonTests
{
    [Fact]
    public void Fonts_are_beside_the_program() =>
        Assert.True(File.Exists(Path.Combine(AppContext.BaseDirectory, "fonts", "Tinos_400Regular.ttf")));
}
