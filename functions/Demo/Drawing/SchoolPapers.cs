using ECopy.Functions.Layout;

namespace ECopy.Functions.Demo.Drawing;

/// <summary>Papers of schools.</summary>
internal static class SchoolPapers
{
    private const int RowsPerPage = 20;

    public static IReadOnlyList<byte[]> Diploma(CopyFonts fonts, Facts facts, string school, string serial)
    {
        var sheet = Papers.Across(fonts, facts, 0xF6EFDF);
        Papers.Guilloche(sheet, Ink.Straw, 0.35);
        Papers.Border(sheet, 11, Ink.Red);
        Papers.NationalHead(sheet, 148.5, 29);
        sheet.Text(148.5, 50, "GIÁM ĐỐC SỞ GIÁO DỤC VÀ ĐÀO TẠO VÍ DỤ", 13, fonts.SerifBold, Ink.Black, Align.Centre);
        sheet.Text(148.5, 58, "cấp", 13, fonts.SerifItalic, Ink.Black, Align.Centre);
        sheet.Text(148.5, 76, "BẰNG TỐT NGHIỆP", 30, fonts.SerifBold, Ink.Red, Align.Centre);
        sheet.Text(148.5, 87, "TRUNG HỌC PHỔ THÔNG", 20, fonts.SerifBold, Ink.Red, Align.Centre);
        sheet.Frame(30, 98, 30, 40, 0.3, Ink.Grey);
        sheet.Text(45, 119, "Ảnh 3 × 4", 11, fonts.SerifItalic, Ink.Grey, Align.Centre);
        var y = 104.0;
        foreach (var (label, value) in ((string, string)[])
                 [("Cho:", facts.Name), ("Ngày sinh:", facts.Date), ("Học sinh trường:", school), ("Xếp loại tốt nghiệp:", "Khá")])
        {
            Papers.Field(sheet, 76, y, 262, label, value, 14);
            y += 11;
        }

        sheet.Text(30, 172, $"Số hiệu: {serial}", 12.5);
        sheet.Text(30, 180, $"Vào sổ cấp bằng số: {facts.Number}", 12.5);
        sheet.Text(220, 146, "Ví Dụ, ngày 15 tháng 07 năm 2008", 12.5, fonts.SerifItalic, Ink.Black, Align.Centre);
        Papers.Signed(sheet, 220, 154, "GIÁM ĐỐC", "Tống Văn Mẫu", "SỞ GIÁO DỤC VÀ ĐÀO TẠO · VÍ DỤ ·");
        return [sheet.ToPng()];
    }

    public static IReadOnlyList<byte[]> Certificate(CopyFonts fonts, Facts facts, string title, string subject) => [CertificatePage(fonts, facts, title, subject)];

    /// <summary>Certificate and the page of its parts.</summary>
    public static IReadOnlyList<byte[]> Language(CopyFonts fonts, Facts facts)
    {
        var parts = Papers.Across(fonts, facts with { Name = facts.Name + " (2)" }, 0xF1F2EA);
        Papers.Border(parts, 11, Ink.Green);
        parts.Text(148.5, 40, "KẾT QUẢ TỪNG KỸ NĂNG", 20, fonts.SerifBold, Ink.Green, Align.Centre);
        parts.Text(148.5, 50, $"Số hiệu chứng chỉ: {facts.Number}", 13, fonts.Serif, Ink.Black, Align.Centre);
        (string, string)[] marks = [("Nghe", "7,0"), ("Nói", "6,5"), ("Đọc", "7,5"), ("Viết", "6,0"), ("Trung bình", "6,8")];
        foreach (var (row, (skill, mark)) in marks.Index())
        {
            var y = 66 + row * 14.0;
            parts.Frame(70, y, 100, 14, 0.3);
            parts.Frame(170, y, 56, 14, 0.3);
            parts.Text(76, y + 9, skill, 14, row == 4 ? fonts.SerifBold : fonts.Serif);
            parts.Text(198, y + 9, mark, 14, fonts.SerifBold, Ink.Black, Align.Centre);
        }

        parts.Text(30, 160, "Có giá trị đến: 01/03/2027", 14, fonts.SerifBold, Ink.Red);
        Papers.Stamp(parts, 236, 164, 17, "TRƯỜNG ĐẠI HỌC VÍ DỤ · ");
        return [CertificatePage(fonts, facts, "CHỨNG CHỈ NGOẠI NGỮ", "Tiếng Anh bậc B1 (bậc 3/6)"), parts.ToPng()];
    }

    /// <summary>A list of marks over many pages.</summary>
    public static IReadOnlyList<byte[]> Marks(CopyFonts fonts, Facts facts, int pages) =>
        [.. Enumerable.Range(1, pages).AsParallel().AsOrdered().Select(page => MarksPage(fonts, facts, page, pages))];

    private static byte[] CertificatePage(CopyFonts fonts, Facts facts, string title, string subject)
    {
        var sheet = Papers.Across(fonts, facts, 0xF1F2EA);
        Papers.Guilloche(sheet, Ink.Green, 0.14);
        Papers.Border(sheet, 11, Ink.Green);
        Papers.Issuer(sheet, 82, 30, "ĐẠI HỌC VÍ DỤ", "TRUNG TÂM KHẢO THÍ");
        Papers.NationalHead(sheet, 206, 30);
        sheet.Text(148.5, 72, title, 28, fonts.SerifBold, Ink.Green, Align.Centre);
        sheet.Text(148.5, 84, subject, 16, fonts.SerifItalic, Ink.Black, Align.Centre);
        var y = 102.0;
        foreach (var (label, value) in ((string, string)[]) [("Cấp cho:", facts.Name), ("Ngày sinh:", "08/09/1998"), ("Số hiệu:", facts.Number), ("Kết quả:", "Đạt")])
        {
            Papers.Field(sheet, 52, y, 250, label, value, 14);
            y += 11;
        }

        sheet.Text(212, 152, $"Ví Dụ, {facts.DateInWords}", 12.5, fonts.SerifItalic, Ink.Black, Align.Centre);
        Papers.Signed(sheet, 212, 160, "GIÁM ĐỐC", "Cù Thị Mẫu", "TRUNG TÂM KHẢO THÍ · VÍ DỤ ·");
        return sheet.ToPng();
    }

    private static byte[] MarksPage(CopyFonts fonts, Facts facts, int page, int pages)
    {
        string[] subjects =
        [
            "Toán cao cấp", "Vật lý đại cương", "Hóa học đại cương", "Tin học cơ sở", "Triết học", "Tiếng Anh", "Pháp luật đại cương", "Xác suất thống kê", "Kinh tế vi mô", "Kế toán đại cương",
            "Cơ sở dữ liệu", "Mạng máy tính", "Lập trình cơ bản", "Cấu trúc dữ liệu", "Giáo dục thể chất", "Kỹ năng mềm", "Quản trị học", "Marketing căn bản", "Phương pháp nghiên cứu", "Thực tập",
        ];
        var sheet = Papers.Upright(fonts, facts, 0xF7F6F1, (uint)page);
        Papers.Issuer(sheet, 60, 22, "BỘ GIÁO DỤC VÍ DỤ", "TRƯỜNG ĐẠI HỌC VÍ DỤ", 11);
        Papers.NationalHead(sheet, 146, 22, 10.5);
        sheet.Text(105, 48, "BẢNG ĐIỂM ĐẠI HỌC", 18, fonts.SerifBold, Ink.Black, Align.Centre);
        sheet.Text(25, 58, $"Sinh viên: {facts.Name}", 12.5, fonts.SerifBold);
        sheet.Text(185, 58, $"Mã sinh viên: {facts.Number}", 12.5, fonts.Serif, Ink.Black, Align.Right);
        sheet.Text(25, 66, FormattableString.Invariant($"Học kỳ {page}"), 12.5, fonts.SerifItalic);
        double[] columns = [25, 38, 120, 142, 164, 185];
        string[] heads = ["TT", "Học phần", "Số tín chỉ", "Điểm số", "Điểm chữ"];
        for (var column = 0; column < heads.Length; column++) sheet.Text((columns[column] + columns[column + 1]) / 2, 76, heads[column], 11, fonts.SerifBold, Ink.Black, Align.Centre);
        for (var row = 0; row <= RowsPerPage + 1; row++) sheet.Line(25, 70 + row * 8.6, 185, 70 + row * 8.6, 0.2);
        foreach (var column in columns) sheet.Line(column, 70, column, 70 + (RowsPerPage + 1) * 8.6, 0.2);
        for (var row = 0; row < RowsPerPage; row++)
        {
            var y = 84.5 + row * 8.6;
            var tenths = 55 + sheet.Chance.Below(43);
            sheet.Text(31.5, y, FormattableString.Invariant($"{(page - 1) * RowsPerPage + row + 1}"), 11, fonts.Serif, Ink.Black, Align.Centre);
            sheet.Text(40, y, $"{subjects[(row + page * 3) % subjects.Length]} {(page + row) % 3 + 1}", 11.5);
            sheet.Text(131, y, FormattableString.Invariant($"{2 + sheet.Chance.Below(3)}"), 11, fonts.Serif, Ink.Black, Align.Centre);
            sheet.Text(153, y, FormattableString.Invariant($"{tenths / 10},{tenths % 10}"), 11, fonts.Serif, Ink.Black, Align.Centre);
            sheet.Text(174.5, y, tenths >= 85 ? "A" : tenths >= 70 ? "B" : "C", 11, fonts.Serif, Ink.Black, Align.Centre);
        }

        if (page == pages) sheet.Text(25, 262, "Điểm trung bình tích lũy: 7,62. Xếp loại: Khá", 12, fonts.SerifBold);
        Papers.Stamp(sheet, 158, 270, 14, "TRƯỜNG ĐẠI HỌC VÍ DỤ · ");
        sheet.Text(105, 288, FormattableString.Invariant($"Trang {page}/{pages}"), 10, fonts.Serif, Ink.Black, Align.Centre);
        return sheet.ToPng();
    }
}
