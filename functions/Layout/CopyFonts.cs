using System.Text;
using ECopy.Signing.Pdf.Fonts;

namespace ECopy.Functions.Layout;

/// <summary>The typefaces of a copy, read once: Tinos for the statement, Be Vietnam Pro for what the system adds.</summary>
internal sealed record CopyFonts(
    TrueTypeFont Serif,
    TrueTypeFont SerifItalic,
    TrueTypeFont SerifBold,
    TrueTypeFont Sans,
    TrueTypeFont SansSemiBold,
    TrueTypeFont SansBold)
{
    /// <summary>The first letter of a paper's name that the statement could only show as an empty box, or null.</summary>
    public Rune? FirstMissing(string title)
    {
        ArgumentNullException.ThrowIfNull(title);
        foreach (var letter in title.EnumerateRunes())
        {
            if (!SerifBold.Has(letter)) return letter;
        }

        return null;
    }

    /// <summary>Reads the fonts in <c>fonts/</c> beside the program, or in another folder.</summary>
    public static CopyFonts Load(string? folder = null)
    {
        folder ??= Path.Combine(AppContext.BaseDirectory, "fonts");
        TrueTypeFont Read(string name) => TrueTypeFont.Read(File.ReadAllBytes(Path.Combine(folder, name + ".ttf")));
        return new CopyFonts(
            Read("Tinos_400Regular"),
            Read("Tinos_400Regular_Italic"),
            Read("Tinos_700Bold"),
            Read("BeVietnamPro_400Regular"),
            Read("BeVietnamPro_600SemiBold"),
            Read("BeVietnamPro_700Bold"));
    }
}
