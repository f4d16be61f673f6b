using ECopy.Functions.Layout;

namespace ECopy.Functions.Demo.Drawing;

/// <summary>Papers of civil status.</summary>
internal static class CivilPapers
{
    public static IReadOnlyList<byte[]> Birth(CopyFonts fonts, Facts facts)
    {
        var sheet = Papers.Upright(fonts, facts, 0xF6EEE6);
        Papers.Guilloche(sheet, Ink.Rose);
        Papers.Border(sheet, 11, Ink.Red);
        Papers.Issuer(sheet, 54, 30, "ỦY BAN NHÂN DÂN", "XÃ MẪU AN", 11);
        Papers.NationalHead(sheet, 138, 30, 11);
        sheet.Text(105, 66, "GIẤY KHAI SINH", 26, fonts.SerifBold, Ink.Red, Align.Centre);
        sheet.Text(105, 75, $"Số: {facts.Number}", 13, fonts.Serif, Ink.Black, Align.Centre);
        var y = 92.0;
        foreach (var (label, value) in ((string, string)[])
                 [
                     ("Họ, chữ đệm, tên:", facts.Name), ("Ngày, tháng, năm sinh:", facts.Date), ("Nơi sinh:", "Trạm Y tế xã Mẫu An"), ("Dân tộc, quốc tịch:", "Kinh, Việt Nam"),
                     ("Họ, chữ đệm, tên người mẹ:", "Đỗ Thị Mẫu"), ("Nơi cư trú:", "Ấp 1, xã Mẫu An"), ("Họ, chữ đệm, tên người cha:", "Trần Văn Thử"), ("Nơi cư trú:", "Ấp 1, xã Mẫu An"), ("Nơi đăng ký khai sinh:", "Ủy ban nhân dân xã Mẫu An"),
                 ])
        {
            Papers.Field(sheet, 24, y, 186, label, value);
            y += 12;
        }

        sheet.Text(186, y + 6, $"Xã Mẫu An, {facts.DateInWords}", 12.5, fonts.SerifItalic, Ink.Black, Align.Right);
        Papers.Signed(sheet, 140, y + 16, "CHỦ TỊCH", "Lê Văn Mẫu", "ỦY BAN NHÂN DÂN · XÃ MẪU AN ·");
        return [sheet.ToPng()];
    }

    public static IReadOnlyList<byte[]> Marriage(CopyFonts fonts, Facts facts, string other)
    {
        var sheet = Papers.Across(fonts, facts, 0xF7EBE6);
        Papers.Guilloche(sheet, Ink.Rose, 0.25);
        Papers.Border(sheet, 11, Ink.Red);
        Papers.NationalHead(sheet, 148.5, 28);
        sheet.Text(148.5, 54, "GIẤY CHỨNG NHẬN KẾT HÔN", 25, fonts.SerifBold, Ink.Red, Align.Centre);
        sheet.Text(148.5, 62, $"Số: {facts.Number}", 13, fonts.Serif, Ink.Black, Align.Centre);
        Side(28, "Họ, chữ đệm, tên chồng:", facts.Name, "14/02/1988");
        Side(154, "Họ, chữ đệm, tên vợ:", other, "09/11/1990");
        sheet.Text(148.5, 134, $"Nơi đăng ký kết hôn: Ủy ban nhân dân xã Mẫu An, {facts.DateInWords}", 13, fonts.SerifItalic, Ink.Black, Align.Centre);
        sheet.Text(60, 148, "Chồng", 13, fonts.SerifBold, Ink.Black, Align.Centre);
        Papers.Scribble(sheet, 44, 164, 0.9);
        sheet.Text(118, 148, "Vợ", 13, fonts.SerifBold, Ink.Black, Align.Centre);
        Papers.Scribble(sheet, 102, 166, 0.8);
        Papers.Signed(sheet, 226, 148, "CHỦ TỊCH", "Lê Văn Mẫu", "ỦY BAN NHÂN DÂN · XÃ MẪU AN ·");
        return [sheet.ToPng()];

        void Side(double x, string label, string name, string born)
        {
            sheet.Text(x, 78, label, 13);
            sheet.Text(x + 4, 87, name, 15, fonts.SerifBold);
            Papers.Field(sheet, x, 98, x + 114, "Ngày, tháng, năm sinh:", born);
            Papers.Field(sheet, x, 108, x + 114, "Dân tộc, quốc tịch:", "Kinh, Việt Nam");
            Papers.Field(sheet, x, 118, x + 114, "Nơi cư trú:", "Ấp 2, xã Mẫu An");
        }
    }

    public static IReadOnlyList<byte[]> Confirmation(CopyFonts fonts, Facts facts)
    {
        var sheet = Papers.Upright(fonts, facts, 0xF5F2EA);
        Papers.Issuer(sheet, 56, 28, "ỦY BAN NHÂN DÂN", "XÃ MẪU AN", 11.5);
        sheet.Text(56, 42, $"Số: {facts.Number}/UBND-XNTTHN", 11.5, fonts.Serif, Ink.Black, Align.Centre);
        Papers.NationalHead(sheet, 144, 28, 11.5);
        sheet.Text(105, 70, "GIẤY XÁC NHẬN TÌNH TRẠNG HÔN NHÂN", 17, fonts.SerifBold, Ink.Black, Align.Centre);
        var y = Papers.Paragraph(sheet, 25, 86, 187, "Xét đề nghị của người có tên dưới đây về việc cấp Giấy xác nhận tình trạng hôn nhân, Ủy ban nhân dân xã Mẫu An xác nhận:") + 4;
        foreach (var (label, value) in ((string, string)[])
                 [
                     ("Họ, chữ đệm, tên:", facts.Name), ("Ngày, tháng, năm sinh:", "21/07/1995"), ("Dân tộc, quốc tịch:", "Kinh, Việt Nam"), ("Nơi cư trú:", "Ấp 3, xã Mẫu An"),
                     ("Tình trạng hôn nhân:", "chưa đăng ký kết hôn với ai"), ("Mục đích:", "bổ sung hồ sơ vay vốn"),
                 ])
        {
            Papers.Field(sheet, 25, y, 187, label, value);
            y += 11;
        }

        Papers.Paragraph(sheet, 25, y + 4, 187, "Giấy này có giá trị trong thời hạn 06 tháng, kể từ ngày cấp.");
        sheet.Text(187, y + 24, $"Xã Mẫu An, {facts.DateInWords}", 12.5, fonts.SerifItalic, Ink.Black, Align.Right);
        Papers.Signed(sheet, 145, y + 33, "CHỦ TỊCH", "Lê Văn Mẫu", "ỦY BAN NHÂN DÂN · XÃ MẪU AN ·");
        return [sheet.ToPng()];
    }
}
