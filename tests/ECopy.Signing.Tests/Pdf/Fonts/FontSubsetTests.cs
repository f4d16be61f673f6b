using System.Buffers.Binary;
using System.Text;
using ECopy.Signing.Pdf.Archive;
using ECopy.Signing.Pdf.Fonts;
using ECopy.TestKit;

namespace ECopy.Signing.Tests.Pdf.Fonts;

public class FontSubsetTests
{
    /// <summary>Every letter of Vietnamese with every tone, both cases, and the marks of ordinary text.</summary>
    private static readonly string[] Lines =
    [
        "aàáảãạăằắẳẵặâầấẩẫậ bcdđ eèéẻẽẹêềếểễệ gh iìíỉĩị klmn",
        "oòóỏõọôồốổỗộơờớởỡợ pqrst uùúủũụưừứửữự vx yỳýỷỹỵ fjwz",
        "AÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬ BCDĐ EÈÉẺẼẸÊỀẾỂỄỆ GH IÌÍỈĨỊ KLMN",
        "OÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢ PQRST UÙÚỦŨỤƯỪỨỬỮỰ VX YỲÝỶỸỴ FJWZ",
        "fi fl ff ffi ffl AVATAR To Ty Tự 0123456789 .,;:!?()[]/&%+-=*@#\"' · – … “”",
    ];

    private static readonly string[] FontNames =
    [
        "Tinos_400Regular", "Tinos_400Regular_Italic", "Tinos_700Bold", "BeVietnamPro_400Regular", "BeVietnamPro_600SemiBold", "BeVietnamPro_700Bold",
    ];

    private static readonly Dictionary<string, TrueTypeFont> Fonts = FontNames.ToDictionary(name => name, name => TrueTypeFont.Read(Bytes(name)));

    [Fact]
    public void Vietnamese_text_comes_back_letter_by_letter_from_every_font()
    {
        var writer = Writer();
        foreach (var name in FontNames)
        {
            var canvas = writer.NewCanvas(297, 60);
            foreach (var (index, line) in Lines.Index()) canvas.Text(5, 10 + 10 * index, line, new TextStyle(Font(name), 11, PdfColour.Black));
            writer.AddPage(canvas);
        }

        var pdf = writer.Finish();
        var text = OutsideTool.RunOn(pdf, ".pdf", "pdftotext", "-raw", "{}", "-").Output;
        var found = text.Split(['\n', '\f'], StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Enumerable.Repeat(Lines, FontNames.Length).SelectMany(l => l), found);
        Assert.True(text.IsNormalized());

        var fonts = OutsideTool.RunOn(pdf, ".pdf", "pdffonts", "{}").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[2..];
        Assert.Equal(FontNames.Length, fonts.Length);
        Assert.All(fonts, line => Assert.Matches(@"^[A-Z]{6}\+\S+ +CID TrueType +Identity-H +yes yes yes ", line));
    }

    [Fact]
    public void Glyphs_of_the_subset_look_like_their_outlines()
    {
        var writer = Writer();
        var style = new TextStyle(Font("Tinos_400Regular"), 30, PdfColour.Black);
        foreach (var text in (string[])["Đặng Nguyễn Ửỹ ẩ ỗ ợ 09", "Đăng Nguyên Ưy â ô ơ 09"])
        {
            var canvas = writer.NewCanvas(150, 20);
            canvas.Text(5, 14, text, style);
            writer.AddPage(canvas);
        }

        var drawn = writer.NewCanvas(150, 20);
        var before = "";
        foreach (var character in "Đặng Nguyễn Ửỹ ẩ ỗ ợ 09".EnumerateRunes())
        {
            before += character;
            drawn.Outline(5 + style.Width(before) - style.Width(character.ToString()), 14, character, style, 0);
        }

        drawn.Fill(PdfColour.Black);
        writer.AddPage(drawn);
        var pages = PixelMap.OfPages(writer.Finish(), 600);
        var (same, withoutTones) = (pages[0].MeanDifference(pages[2]), pages[1].MeanDifference(pages[2]));
        // Poppler sets letters on quarters of a pixel, which shows at the edges; a missing accent is far more.
        Assert.True(same < 1.5 && withoutTones > 1.6 * same, $"{same:0.00} and {withoutTones:0.00}");
    }

    [Fact]
    public void A_character_that_no_font_has_shows_as_a_square_is_reported_and_is_still_found_by_search()
    {
        var writer = Writer();
        var canvas = writer.NewCanvas(100, 20);
        canvas.Text(5, 10, "Bằng 漢 tốt 𠀀 nghiệp", new TextStyle(Font("Tinos_400Regular"), 14, PdfColour.Black));
        writer.AddPage(canvas);
        var pdf = writer.Finish();
        Assert.Equal(["漢", "𠀀"], writer.Fonts.Substituted.Select(r => r.ToString()));
        Assert.Equal("Bằng 漢 tốt 𠀀 nghiệp", OutsideTool.RunOn(pdf, ".pdf", "pdftotext", "-raw", "{}", "-").Output.Trim());
        Assert.Empty(PdfAChecklist.Failures(pdf));
        var without = Writer();
        var blank = without.NewCanvas(100, 20);
        blank.Text(5, 10, "Bằng   tốt   nghiệp", new TextStyle(Font("Tinos_400Regular"), 14, PdfColour.Black));
        without.AddPage(blank);
        Assert.True(PixelMap.OfPages(pdf, 150)[0].Inked > PixelMap.OfPages(without.Finish(), 150)[0].Inked + 100);
    }

    [Fact]
    public void Kerning_draws_letters_together_without_changing_them()
    {
        var style = new TextStyle(Font("Tinos_700Bold"), 12, PdfColour.Black);
        Assert.True(style.Width("AV") < style.Width("A") + style.Width("V") - 0.1);
        Assert.Equal(style.Width("n") * 2, style.Width("nn"), 6);
    }

    [Fact]
    public void The_tag_of_a_subset_depends_on_its_glyphs_alone()
    {
        string Name(string text)
        {
            var writer = Writer();
            var canvas = writer.NewCanvas(100, 20);
            canvas.Text(5, 10, text, new TextStyle(Font("Tinos_400Regular"), 14, PdfColour.Black));
            writer.AddPage(canvas);
            return OutsideTool.RunOn(writer.Finish(), ".pdf", "pdffonts", "{}").Output.Split('\n')[2].Split(' ')[0];
        }

        Assert.Equal(Name("abc"), Name("cba abc"[..3]));
        Assert.NotEqual(Name("abc"), Name("abd"));
    }

    [Theory]
    [InlineData(0x0002)]
    [InlineData(0x0100)]
    [InlineData(0x0200)]
    public void A_font_whose_licence_bits_forbid_it_is_refused(int type)
    {
        var file = Bytes("Tinos_400Regular").ToArray();
        BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(TableAt(file, "OS/2") + 8), (ushort)type);
        Assert.Equal(FontFormatException.NotEmbeddable, Assert.Throws<FontFormatException>(() => TrueTypeFont.Read(file)).Code);
    }

    [Fact]
    public void Damaged_fonts_give_one_kind_of_exception()
    {
        const int seed = 7;
        var random = new Random(seed);
        var original = Bytes("BeVietnamPro_400Regular");
        for (var i = 0; i < 300; i++)
        {
            var file = original.ToArray();
            for (var n = 0; n < 40; n++) file[random.Next(random.Next(3) == 0 ? 400 : file.Length)] = (byte)random.Next(256);
            if (i % 10 == 0) file = file[..random.Next(file.Length)];
            try
            {
                var sink = new MemorySink();
                var fonts = new DocumentFonts(sink);
                var canvas = new PdfCanvas(100, 100, fonts);
                var style = new TextStyle(TrueTypeFont.Read(file), 10, PdfColour.Black);
                canvas.Text(0, 10, "Đặng AV ửỹ", style);
                canvas.Outline(0, 0, new Rune('ẩ'), style, 0);
                fonts.Write();
            }
            catch (FontFormatException)
            {
            }
            catch (Exception fault)
            {
                Assert.Fail($"seed {seed}, mutant {i}: {fault}");
            }
        }
    }

    private static ArchiveWriter Writer() => new(new ArchiveMetadata("fonts", "none", "ECopy", DateTimeOffset.UnixEpoch));

    private static byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "fonts", name + ".ttf"));

    private static TrueTypeFont Font(string name) => Fonts[name];

    private static int TableAt(byte[] file, string tag)
    {
        var entry = file.AsSpan(0, 400).IndexOf(Encoding.ASCII.GetBytes(tag));
        return BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(entry + 8));
    }
}
