using ECopy.Functions.Layout;

namespace ECopy.Functions.Demo.Drawing;

/// <summary>A land-use certificate: four pages A3.</summary>
internal static class LandPapers
{
    public static IReadOnlyList<byte[]> Certificate(CopyFonts fonts, Facts facts)
    {
        Func<byte[]>[] pages = [() => Cover(fonts, facts), () => Content(fonts, facts), () => Plan(fonts, facts), () => Changes(fonts, facts)];
        return [.. pages.AsParallel().AsOrdered().Select(page => page())];
    }

    private static Sheet Page(CopyFonts fonts, Facts facts, uint page) => new(fonts, 297, 420, Papers.Dpi, 0xF5E6E2, facts.Seed + page);

    private static byte[] Cover(CopyFonts fonts, Facts facts)
    {
        var sheet = Page(fonts, facts, 1);
        Papers.Guilloche(sheet, Ink.Rose, 0.35);
        Papers.Border(sheet, 16, Ink.Red);
        Papers.NationalHead(sheet, 148.5, 58, 18);
        sheet.Text(148.5, 130, "GIẤY CHỨNG NHẬN", 38, fonts.SerifBold, Ink.Red, Align.Centre);
        sheet.Text(148.5, 148, "QUYỀN SỬ DỤNG ĐẤT", 30, fonts.SerifBold, Ink.Red, Align.Centre);
        sheet.Text(148.5, 163, "QUYỀN SỞ HỮU NHÀ Ở VÀ TÀI SẢN KHÁC GẮN LIỀN VỚI ĐẤT", 17, fonts.SerifBold, Ink.Red, Align.Centre);
        sheet.Text(40, 220, "I. Người sử dụng đất, chủ sở hữu nhà ở và tài sản khác gắn liền với đất", 17, fonts.SerifBold);
        Papers.Field(sheet, 48, 240, 250, "Ông (bà):", facts.Name, 18);
        Papers.Field(sheet, 48, 256, 250, "Năm sinh:", "1979", 18);
        Papers.Field(sheet, 48, 272, 250, "Địa chỉ thường trú:", "Ấp 5, xã Mẫu An", 18);
        sheet.Text(148.5, 380, $"Số phát hành: {facts.Number}", 22, fonts.SerifBold, Ink.Red, Align.Centre);
        return sheet.ToPng();
    }

    private static byte[] Content(CopyFonts fonts, Facts facts)
    {
        var sheet = Page(fonts, facts, 2);
        sheet.Text(148.5, 48, "II. Thửa đất, nhà ở và tài sản khác gắn liền với đất", 19, fonts.SerifBold, Ink.Black, Align.Centre);
        var y = 70.0;
        foreach (var (label, value) in ((string, string)[])
                 [
                     ("a) Thửa đất số:", "12        Tờ bản đồ số: 3"), ("b) Địa chỉ:", "Ấp 5, xã Mẫu An"), ("c) Diện tích:", "412,5 m² (bốn trăm mười hai phẩy năm mét vuông)"),
                     ("d) Hình thức sử dụng:", "riêng"), ("đ) Mục đích sử dụng:", "đất ở tại nông thôn 200 m²; đất trồng cây lâu năm 212,5 m²"), ("e) Thời hạn sử dụng:", "lâu dài; đến 10/2043"), ("g) Nguồn gốc sử dụng:", "Nhà nước công nhận quyền sử dụng đất"),
                 ])
        {
            Papers.Field(sheet, 36, y, 262, label, value, 15);
            y += 19;
        }

        foreach (var (label, value) in ((string, string)[]) [("2. Nhà ở:", "-/-"), ("3. Công trình xây dựng khác:", "-/-"), ("4. Ghi chú:", "không")])
        {
            Papers.Field(sheet, 36, y, 262, label, value, 15);
            y += 19;
        }

        sheet.Text(196, y + 12, $"Ví Dụ, {facts.DateInWords}", 15, fonts.SerifItalic, Ink.Black, Align.Centre);
        Papers.Signed(sheet, 196, y + 24, "CHỦ TỊCH", "Lâm Văn Mẫu", "ỦY BAN NHÂN DÂN · VÍ DỤ · ");
        return sheet.ToPng();
    }

    private static byte[] Plan(CopyFonts fonts, Facts facts)
    {
        var sheet = Page(fonts, facts, 3);
        sheet.Text(148.5, 48, "III. Sơ đồ thửa đất, nhà ở và tài sản khác gắn liền với đất", 19, fonts.SerifBold, Ink.Black, Align.Centre);
        (double X, double Y)[] corners = [(82, 122), (206, 104), (226, 240), (150, 268), (70, 226)];
        string[] lengths = ["25,1 m", "27,4 m", "16,2 m", "18,9 m", "21,0 m"];
        for (var i = 0; i < corners.Length; i++)
        {
            var (from, to) = (corners[i], corners[(i + 1) % corners.Length]);
            sheet.Line(from.X, from.Y, to.X, to.Y, 0.7);
            sheet.Ring(from.X, from.Y, 1.6, 1.5, Ink.Black);
            sheet.Text(from.X + (from.X < 148 ? -9 : 4), from.Y - 3, FormattableString.Invariant($"{i + 1}"), 14, fonts.SansSemiBold);
            // Inside, a little way from the border towards the middle.
            var (midX, midY) = ((from.X + to.X) / 2, (from.Y + to.Y) / 2);
            sheet.Text(midX + (148 - midX) * 0.17, midY + (186 - midY) * 0.13 + 2, lengths[i], 12, fonts.Sans, Ink.Blue, Align.Centre);
        }

        sheet.Text(150, 186, "Thửa 12", 22, fonts.SerifBold, Ink.Black, Align.Centre);
        sheet.Text(150, 197, "412,5 m²", 17, fonts.Serif, Ink.Black, Align.Centre);
        sheet.Text(250, 180, "Thửa 13", 13, fonts.SerifItalic, Ink.Grey, Align.Centre);
        sheet.Text(46, 180, "Thửa 11", 13, fonts.SerifItalic, Ink.Grey, Align.Centre);
        sheet.Text(150, 92, "Đường đất 4 m", 13, fonts.SerifItalic, Ink.Grey, Align.Centre);
        sheet.Line(262, 96, 262, 66, 0.6);
        sheet.Shape([[(262, 60), (265, 70), (259, 70)]], Ink.Black);
        sheet.Text(262, 57, "B", 15, fonts.SansBold, Ink.Black, Align.Centre);
        sheet.Text(148.5, 300, "Tỷ lệ 1 : 500", 15, fonts.Serif, Ink.Black, Align.Centre);
        Papers.Stamp(sheet, 230, 330, 17, "VĂN PHÒNG ĐẤT ĐAI · VÍ DỤ · ");
        return sheet.ToPng();
    }

    private static byte[] Changes(CopyFonts fonts, Facts facts)
    {
        var sheet = Page(fonts, facts, 4);
        sheet.Text(148.5, 48, "IV. Những thay đổi sau khi cấp Giấy chứng nhận", 19, fonts.SerifBold, Ink.Black, Align.Centre);
        sheet.Frame(30, 62, 237, 250, 0.4);
        sheet.Line(180, 62, 180, 312, 0.4);
        sheet.Line(30, 80, 267, 80, 0.4);
        sheet.Text(105, 73, "Nội dung thay đổi và cơ sở pháp lý", 14, fonts.SerifBold, Ink.Black, Align.Centre);
        sheet.Text(223, 73, "Xác nhận của cơ quan", 14, fonts.SerifBold, Ink.Black, Align.Centre);
        sheet.Text(36, 96, "Ngày 18/03/2019: đính chính địa chỉ thường trú", 14, fonts.Serif);
        sheet.Text(36, 106, "theo hồ sơ số 000118.ĐC.001.", 14, fonts.Serif);
        Papers.Scribble(sheet, 205, 116, 0.9);
        Papers.Stamp(sheet, 206, 110, 15, "VĂN PHÒNG ĐẤT ĐAI · VÍ DỤ · ");
        sheet.Text(30, 332, "Người được cấp Giấy chứng nhận không được sửa chữa, tẩy xóa bất kỳ nội dung nào trong Giấy chứng nhận.", 12.5, fonts.SerifItalic);
        for (var bar = 0; bar < 48; bar++) sheet.Area(110 + bar * 1.6, 350, 0.4 + 0.3 * sheet.Chance.Below(4), 16, Ink.Black, 1);
        sheet.Text(148.5, 374, "99 00 00 00 06 2015", 12, fonts.Sans, Ink.Black, Align.Centre);
        return sheet.ToPng();
    }
}
