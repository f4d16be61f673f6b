using ECopy.Functions.Layout;

namespace ECopy.Functions.Demo.Drawing;

/// <summary>Cards of 85.6 × 54 mm, both sides.</summary>
internal static class Cards
{
    private const int Dpi = 300;

    public static IReadOnlyList<byte[]> Identity(CopyFonts fonts, Facts facts)
    {
        var front = Blank(fonts, facts, 0xE3EDEC, 0);
        Waves(front, Ink.Sky);
        front.Text(52, 7.5, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 5.8, fonts.SansBold, Ink.Black, Align.Centre);
        front.Text(52, 10.5, "Độc lập - Tự do - Hạnh phúc", 5.2, fonts.Sans, Ink.Black, Align.Centre);
        front.Text(52, 17, "THẺ CĂN CƯỚC", 11, fonts.SansBold, Ink.Red, Align.Centre);
        front.Text(27, 23, "Số định danh cá nhân:", 5.6, fonts.Sans);
        front.Text(50, 23.2, facts.Number, 8.5, fonts.SansBold);
        Lines(front, 27, 29, [("Họ và tên", facts.Name.ToUpper(System.Globalization.CultureInfo.InvariantCulture)), ("Ngày sinh", "17/10/1992"), ("Giới tính, quốc tịch", "Nữ, Việt Nam"), ("Nơi cư trú", "Ấp 4, xã Mẫu An")]);
        Photo(front);
        Papers.Stamp(front, 75, 42, 7, "BỘ VÍ DỤ · THẺ MẪU · ");

        var back = Blank(fonts, facts, 0xE3EDEC, 1);
        Waves(back, Ink.Sky);
        Lines(back, 6, 9, [("Nơi đăng ký khai sinh", "Xã Mẫu An"), ("Ngày cấp", facts.Date), ("Ngày hết hạn", "17/10/2032")]);
        Chip(back, 62, 8);
        string[] machine = ["IDVNM9620000049096200000004<<0", "9210174F3210170VNM<<<<<<<<<<<6", "LY<<THI<THU<NGHIEM<<<<<<<<<<<<"];
        for (var i = 0; i < machine.Length; i++) back.Text(42.8, 39 + i * 5.0, machine[i], 9, fonts.Sans, Ink.Black, Align.Centre);
        Papers.Stamp(back, 50, 25, 7, "BỘ VÍ DỤ · THẺ MẪU · ");
        return [front.ToPng(), back.ToPng()];
    }

    public static IReadOnlyList<byte[]> Licence(CopyFonts fonts, Facts facts)
    {
        var front = Blank(fonts, facts, 0xF3EFD6, 0);
        Waves(front, Ink.Straw);
        front.Text(52, 7.5, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 5.8, fonts.SansBold, Ink.Black, Align.Centre);
        front.Text(52, 10.5, "Độc lập - Tự do - Hạnh phúc", 5.2, fonts.Sans, Ink.Black, Align.Centre);
        front.Text(52, 16.5, "GIẤY PHÉP LÁI XE", 10, fonts.SansBold, Ink.Red, Align.Centre);
        front.Text(52, 21, $"Số: {facts.Number}", 7, fonts.SansBold, Ink.Black, Align.Centre);
        Lines(front, 27, 26, [("Họ tên", facts.Name), ("Ngày sinh, quốc tịch", "03/06/1991, Việt Nam"), ("Nơi cư trú", "Ấp 2, xã Mẫu An"), ("Hạng", "A1"), ("Có giá trị đến", "Không thời hạn")]);
        Photo(front);
        Papers.Stamp(front, 75, 42, 7, "SỞ VÍ DỤ · THẺ MẪU · ");

        var back = Blank(fonts, facts, 0xF3EFD6, 1);
        Waves(back, Ink.Straw);
        back.Text(42.8, 9, "CÁC LOẠI XE CƠ GIỚI ĐƯỜNG BỘ ĐƯỢC ĐIỀU KHIỂN", 6, fonts.SansBold, Ink.Black, Align.Centre);
        back.Frame(6, 13, 73.6, 30, 0.2);
        back.Line(22, 13, 22, 43, 0.2);
        back.Line(62, 13, 62, 43, 0.2);
        back.Line(6, 20, 79.6, 20, 0.2);
        back.Text(14, 18, "Hạng", 6, fonts.SansSemiBold, Ink.Black, Align.Centre);
        back.Text(42, 18, "Loại xe", 6, fonts.SansSemiBold, Ink.Black, Align.Centre);
        back.Text(70.8, 18, "Ngày cấp", 6, fonts.SansSemiBold, Ink.Black, Align.Centre);
        back.Text(14, 27, "A1", 9, fonts.SansBold, Ink.Black, Align.Centre);
        back.Text(24, 26, "Mô tô hai bánh có dung tích", 6, fonts.Sans);
        back.Text(24, 30, "từ 50 đến dưới 175 cm³", 6, fonts.Sans);
        back.Text(70.8, 27, facts.Date, 6, fonts.Sans, Ink.Black, Align.Centre);
        Papers.Stamp(back, 52, 40, 7, "SỞ VÍ DỤ · THẺ MẪU · ");
        return [front.ToPng(), back.ToPng()];
    }

    private static Sheet Blank(CopyFonts fonts, Facts facts, int paper, uint side) => new(fonts, 85.6, 54, Dpi, paper, facts.Seed + side);

    private static void Lines(Sheet sheet, double x, double y, IReadOnlyList<(string Label, string Value)> lines)
    {
        for (var i = 0; i < lines.Count; i++)
        {
            sheet.Text(x, y + i * 5.0, lines[i].Label + ":", 5.2, sheet.Fonts.Sans, Ink.Grey);
            sheet.Text(x + 21, y + i * 5.0, lines[i].Value, 6.4, sheet.Fonts.SansSemiBold);
        }
    }

    private static void Photo(Sheet sheet)
    {
        sheet.Area(5, 20, 18, 24, Ink.Sky, 0.5);
        sheet.Frame(5, 20, 18, 24, 0.2, Ink.Grey);
        sheet.Text(14, 33, "ẢNH MẪU", 5.5, sheet.Fonts.SansSemiBold, Ink.Grey, Align.Centre);
    }

    private static void Chip(Sheet sheet, double x, double y)
    {
        sheet.Area(x, y, 12, 10, Ink.Straw, 0.9);
        sheet.Frame(x, y, 12, 10, 0.2, Ink.Brown);
        sheet.Line(x, y + 5, x + 12, y + 5, 0.2, Ink.Brown);
        sheet.Line(x + 4, y, x + 4, y + 10, 0.2, Ink.Brown);
        sheet.Line(x + 8, y, x + 8, y + 10, 0.2, Ink.Brown);
    }

    private static void Waves(Sheet sheet, Ink ink)
    {
        for (var line = 0; line < 16; line++)
        {
            for (var x = 1.0; x < sheet.Width - 2; x += 1.5)
            {
                double At(double place) => 3 + line * 3.2 + 1.2 * Math.Sin(place / 5 + line * 0.8);
                sheet.Line(x, At(x), x + 1.52, At(x + 1.52), 0.14, ink, 0.6);
            }
        }
    }
}
