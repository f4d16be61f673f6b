using ECopy.Functions.Layout;

namespace ECopy.Functions.Demo.Drawing;

/// <summary>Papers that an official refuses.</summary>
internal static class DamagedPapers
{
    /// <summary>An open booklet that has been through water: hardly anything can be read.</summary>
    public static IReadOnlyList<byte[]> Vaccinations(CopyFonts fonts, Facts facts)
    {
        var sheet = new Sheet(fonts, 210, 148, Papers.Dpi, 0xE9DFC6, facts.Seed);
        sheet.Line(105, 0, 105, 148, 0.6, Ink.Brown, 0.7);
        sheet.Text(54, 18, "SỔ TIÊM CHỦNG CÁ NHÂN", 14, fonts.SerifBold, Ink.Blue, Align.Centre, 0.7);
        Papers.Field(sheet, 12, 34, 96, "Họ và tên:", facts.Name, 12);
        Papers.Field(sheet, 12, 45, 96, "Ngày sinh:", "…/…/…", 12);
        string[] vaccines = ["Lao (BCG)", "Viêm gan B", "Bại liệt", "Sởi", "Bạch hầu", "Ho gà", "Uốn ván"];
        for (var i = 0; i < vaccines.Length; i++)
        {
            var y = 60 + i * 11.0;
            sheet.Line(12, y + 2.5, 198, y + 2.5, 0.2, Ink.Blue, 0.4);
            sheet.Text(13, y, vaccines[i], 11, fonts.Serif, Ink.Blue, Align.Left, 0.45);
            sheet.Text(120, y, FormattableString.Invariant($"{3 + i}/{1 + sheet.Chance.Below(12)}/199"), 11, fonts.SerifItalic, Ink.Black, Align.Left, 0.3);
        }

        // Water, dirt, a burnt corner.
        Blot(sheet, 150, 70, 46, Ink.Brown, 0.55);
        Blot(sheet, 168, 104, 34, Ink.Brown, 0.75);
        Blot(sheet, 60, 112, 30, Ink.Brown, 0.5);
        Blot(sheet, 84, 46, 20, Ink.Brown, 0.6);
        Blot(sheet, 126, 34, 24, Ink.Grey, 0.75);
        sheet.Shape([[(184, -2), (187, 5), (193, 9), (194, 15), (201, 17), (204, 25), (214, 27), (214, -2)]], Ink.Brown, 1);
        sheet.Shape([[(186, -2), (189, 4), (195, 8), (196, 13), (203, 15), (206, 23), (214, 25), (214, -2)]], Ink.Black, 1);
        for (var i = 0; i < 240; i++) Blot(sheet, sheet.Chance.Between(4, 206), sheet.Chance.Between(4, 144), sheet.Chance.Between(0.2, 1.1), Ink.Brown, 0.8);
        for (var fold = 0; fold < 4; fold++)
        {
            var (x, y) = (sheet.Chance.Between(20, 190), 0.0);
            while (y < 148)
            {
                var (toX, toY) = (x + sheet.Chance.Between(-3, 3), y + 5);
                sheet.Line(x, y, toX, toY, 0.4, Ink.Grey, 0.6);
                (x, y) = (toX, toY);
            }
        }

        Papers.Stamp(sheet, 176, 126, 13, "TRẠM Y TẾ · XÃ MẪU AN · ");
        return [sheet.ToPng()];
    }

    /// <summary>Written at home, with nobody's seal.</summary>
    public static IReadOnlyList<byte[]> Handwritten(CopyFonts fonts, Facts facts)
    {
        var sheet = Papers.Upright(fonts, facts, 0xF6F4EA);
        for (var y = 30.0; y < 285; y += 9) sheet.Line(6, y, 204, y, 0.18, Ink.Sky, 0.8);
        sheet.Line(26, 4, 26, 293, 0.3, Ink.Rose, 0.9);
        Write(sheet, 68, 38.4, "GIẤY ỦY QUYỀN", 24);
        string[] lines =
        [
            $"Tôi tên là {facts.Name}, sinh năm 1968,", "ở ấp 2, xã Mẫu An.", "Nay tôi ủy quyền cho con tôi là Mai Văn Mẫu", "thay tôi đi nhận tiền hỗ trợ và ký các giấy tờ",
            "có liên quan tại xã.", "Thời gian ủy quyền: từ nay đến hết năm.", "Tôi xin chịu trách nhiệm về việc ủy quyền này.",
        ];
        for (var i = 0; i < lines.Length; i++) Write(sheet, 31, 65.4 + i * 18, lines[i], 19);
        Write(sheet, 110, 209.4, "Mẫu An, ngày 3 tháng 11", 17);
        Write(sheet, 136, 227.4, "Người viết", 18);
        Papers.Scribble(sheet, 128, 244, 1.1);
        Write(sheet, 130, 263.4, facts.Name, 18);
        // Not the office's stamp: this paper has none. It only says that it is a sample.
        sheet.Frame(34, 250, 34, 16, 0.8, Ink.Stamp, 0.85);
        sheet.Text(51, 261, "MẪU", 20, fonts.SansBold, Ink.Stamp, Align.Centre, 0.85);
        return [sheet.ToPng()];
    }

    /// <summary>No two letters sit alike.</summary>
    private static void Write(Sheet sheet, double x, double y, string text, double points)
    {
        foreach (var letter in text.EnumerateRunes())
        {
            var size = points * sheet.Chance.Between(0.93, 1.06);
            sheet.Letter(x, y + sheet.Chance.Between(-0.5, 0.4), letter, size, sheet.Fonts.SerifItalic, Ink.Blue, 0.92, sheet.Chance.Between(-0.09, 0.05));
            x += sheet.WidthOf(letter.ToString(), size, sheet.Fonts.SerifItalic) * 1.02 + sheet.Chance.Between(-0.15, 0.2);
        }
    }

    private static void Blot(Sheet sheet, double x, double y, double radius, Ink ink, double strength)
    {
        var phase = sheet.Chance.Between(0, 6);
        IEnumerable<(double, double)> Edge(double part) => Enumerable.Range(0, 96).Select(i =>
        {
            var angle = 2 * Math.PI * i / 96;
            var reach = part * radius * (0.84 + 0.08 * Math.Sin(2 * angle + phase) + 0.05 * Math.Sin(5 * angle + 2 * phase) + 0.02 * Math.Sin(17 * angle));
            return (x + reach * Math.Cos(angle), y + reach * Math.Sin(angle) * 0.8);
        });
        if (radius < 2)
        {
            sheet.Shape([Edge(1)], ink, strength);
            return;
        }

        // Water leaves what it carried at its edge, and less towards the middle.
        sheet.Shape([Edge(1), Edge(0.97).Reverse()], ink, Math.Min(1, strength * 1.25));
        for (var part = 5; part >= 1; part--) sheet.Shape([Edge(0.97 * part / 5), Edge(0.97 * (part - 1) / 5).Reverse()], ink, strength * (0.55 + 0.09 * part));
    }
}
