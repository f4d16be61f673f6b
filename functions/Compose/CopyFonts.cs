namespace ECopy.Functions.Compose;

/// <summary>The typefaces of a copy, read once.</summary>
internal sealed class CopyFonts
{
    /// <summary>Reads the fonts in <c>fonts/</c> beside the program, or another folder.</summary>
    public static CopyFonts Load(string? folder = null)
    {
        _ = folder ?? Path.Combine(AppContext.BaseDirectory, "fonts");
        return new CopyFonts();
    }
}
