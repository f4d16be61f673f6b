using ECopy.Functions.Layout;

namespace ECopy.Functions.Demo.Drawing;

/// <summary>Papers that offices issue.</summary>
internal static class OfficePapers
{
    public static IReadOnlyList<byte[]> Decision(CopyFonts fonts, Facts facts, string about)
    {
        var sheet = Papers.Upright(fonts, facts, 0xF8F7F3);
        Papers.Issuer(sheet, 58, 27, "ỦY BAN NHÂN DÂN VÍ DỤ", "PHÒNG NỘI VỤ", 11.5);
        sheet.Text(58, 41, $"Số: {facts.Number}", 11.5, fonts.Serif, Ink.Black, Align.Centre);
        Papers.NationalHead(sheet, 146, 27, 11);
        sheet.Text(187, 42, $"Ví Dụ, {facts.DateInWords}", 11.5, fonts.SerifItalic, Ink.Black, Align.Right);
        sheet.Text(105, 62, "QUYẾT ĐỊNH", 17, fonts.SerifBold, Ink.Black, Align.Centre);
        sheet.Text(105, 70, about, 13.5, fonts.SerifBold, Ink.Black, Align.Centre);
        sheet.Text(105, 84, "TRƯỞNG PHÒNG NỘI VỤ", 13.5, fonts.SerifBold, Ink.Black, Align.Centre);
        var y = 96.0;
        foreach (var paragraph in (string[])
                 [
                     "Căn cứ quy định về chức năng, nhiệm vụ, quyền hạn của Phòng Nội vụ;",
                     "Xét đề nghị của bộ phận tổ chức cán bộ,",
                 ]) y = Papers.Paragraph(sheet, 25, y, 187, paragraph);
        sheet.Text(105, y + 4, "QUYẾT ĐỊNH:", 13.5, fonts.SerifBold, Ink.Black, Align.Centre);
        y += 15;
        foreach (var paragraph in (string[])
                 [
                     $"Điều 1. {about} đối với ông (bà) {facts.Name}, hiện công tác tại đơn vị sự nghiệp thuộc Phòng Nội vụ Ví Dụ, kể từ ngày ký Quyết định này.",
                     "Điều 2. Ông (bà) có tên tại Điều 1 được hưởng lương và các chế độ theo quy định hiện hành.",
                     $"Điều 3. Bộ phận tổ chức, bộ phận tài chính và ông (bà) {facts.Name} chịu trách nhiệm thi hành Quyết định này./.",
                 ]) y = Papers.Paragraph(sheet, 25, y, 187, paragraph) + 2;
        sheet.Text(25, y + 12, "Nơi nhận:", 11, fonts.SerifItalic);
        sheet.Text(25, y + 18, "- Như Điều 3;", 10.5);
        sheet.Text(25, y + 23, "- Lưu: VT.", 10.5);
        Papers.Signed(sheet, 146, y + 12, "TRƯỞNG PHÒNG", "Thái Văn Mẫu", "PHÒNG NỘI VỤ · VÍ DỤ · ");
        return [sheet.ToPng()];
    }

    public static IReadOnlyList<byte[]> Business(CopyFonts fonts, Facts facts)
    {
        var sheet = Papers.Upright(fonts, facts, 0xF4F1E4);
        Papers.Guilloche(sheet, Ink.Straw, 0.4);
        Papers.Border(sheet, 10, Ink.Brown);
        Papers.Issuer(sheet, 58, 30, "SỞ TÀI CHÍNH VÍ DỤ", "PHÒNG ĐĂNG KÝ KINH DOANH", 10.5);
        Papers.NationalHead(sheet, 146, 30, 10.5);
        sheet.Text(105, 62, "GIẤY CHỨNG NHẬN ĐĂNG KÝ DOANH NGHIỆP", 17, fonts.SerifBold, Ink.Red, Align.Centre);
        sheet.Text(105, 71, "CÔNG TY TRÁCH NHIỆM HỮU HẠN MỘT THÀNH VIÊN", 13, fonts.SerifBold, Ink.Black, Align.Centre);
        sheet.Text(105, 80, $"Mã số doanh nghiệp: {facts.Number}", 14, fonts.SerifBold, Ink.Black, Align.Centre);
        sheet.Text(105, 87, $"Đăng ký lần đầu: {facts.DateInWords}", 12, fonts.SerifItalic, Ink.Black, Align.Centre);
        var y = 102.0;
        foreach (var (heading, value) in ((string, string)[])
                 [
                     ("1. Tên công ty", facts.Name), ("2. Địa chỉ trụ sở chính", "Số 12 đường Mẫu, ấp 1, xã Mẫu An"), ("3. Vốn điều lệ", "1.000.000.000 đồng"),
                     ("4. Chủ sở hữu", "Triệu Văn Ví Dụ"), ("5. Người đại diện theo pháp luật", "Triệu Văn Ví Dụ, Giám đốc"),
                 ])
        {
            sheet.Text(26, y, heading, 13, fonts.SerifBold);
            sheet.Text(34, y + 8, value, 13);
            y += 20;
        }

        Papers.Signed(sheet, 145, y + 6, "TRƯỞNG PHÒNG", "Lưu Thị Mẫu", "PHÒNG ĐĂNG KÝ KINH DOANH · ");
        return [sheet.ToPng()];
    }
}
