using ECopy.Functions.Demo.Drawing;
using ECopy.Functions.Review;
using ECopy.Functions.Domain;

namespace ECopy.Functions.Demo;

/// <summary>The demo data: invented papers of invented people, each in a state worth seeing.</summary>
internal static class DemoPlan
{
    /// <summary>Raised whenever something is added: a store made by an older program then gets it too.</summary>
    public const int Version = 1;

    private const int OlderCopies = 30;

    /// <summary>The ninth number of the book is the one that nobody could sign.</summary>
    private const int VoidNumber = 9;

    /// <summary>Everything, with its times counted back from here.</summary>
    public static IReadOnlyList<DemoItem> For(DateTimeOffset beganAt)
    {
        var days = new DemoDays(beganAt);
        return WithVoidNumber([.. LastYear(days), .. Older(days), .. Numbered(days), .. Neighbour(days)]);
    }

    /// <summary>Copies that hold, of three kinds of paper: the samples of the front page.</summary>
    public static IEnumerable<DemoItem> Samples(DateTimeOffset beganAt) => Numbered(new DemoDays(beganAt)).Where(item => item.Key is "1" or "2" or "12");

    /// <summary>The key fails for whatever is ninth in the newest book that comes so far.</summary>
    private static IReadOnlyList<DemoItem> WithVoidNumber(IReadOnlyList<DemoItem> plan)
    {
        var ninth = plan
            .Where(item => item is { Agency: var agency, Decision: ReviewDecision.Approved, DecidedAt: not null } && agency == DemoAgencies.MauAn)
            .OrderBy(item => item.DecidedAt)
            .GroupBy(item => LocalTime.DateOf(item.DecidedAt!.Value).Year)
            .Last(book => book.Count() >= VoidNumber)
            .ElementAt(VoidNumber - 1);
        return [.. plan.Select(item => item == ninth ? item with { KeyFails = true } : item)];
    }

    /// <summary>A book that the new year closed.</summary>
    private static IEnumerable<DemoItem> LastYear(DemoDays days) =>
    [
        Registered("last-year-1", "Giấy khai sinh", "Hà Văn Ví Dụ", fonts => CivilPapers.Birth(fonts, new Facts("Hà Thị Mẫu", "31/2018", "14/09/2018")), days.LastYear(11, 18, 9, 5), 35),
        Registered("last-year-2", "Giấy chứng nhận kết hôn", "Vương Thị Thử", fonts => CivilPapers.Marriage(fonts, new Facts("Vương Thị Thử", "02/2020", "11/01/2020"), "Kiều Văn Mẫu"), days.LastYear(12, 24, 14, 10), 25),
    ];

    private static IEnumerable<DemoItem> Older(DemoDays days)
    {
        string[] family = ["Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Phan", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý"];
        string[] given = ["Văn Mẫu", "Thị Mẫu", "Văn Thử", "Thị Ví Dụ", "Minh Mẫu", "Thị Thử", "Hoàng Mẫu", "Gia Thử", "Ngọc Mẫu"];
        for (var i = 0; i < OlderCopies; i++)
        {
            var name = $"{family[i * 5 % family.Length]} {given[i * 7 % given.Length]}";
            var facts = new Facts(name, FormattableString.Invariant($"{11 + i * 13 % 80:00}/{2004 + i * 3 % 20}"), FormattableString.Invariant($"{1 + i * 7 % 28:00}/{1 + i * 5 % 12:00}/{2004 + i * 3 % 20}"));
            // Three copies in four working days, the last of them a week ago.
            var received = days.Ago(6 + (OlderCopies - 1 - i) * 4 / 3, 8 + i * 3 % 7, i * 17 % 50);
            var item = (i % 6) switch
            {
                0 => Registered(Key(i), "Giấy khai sinh", name, fonts => CivilPapers.Birth(fonts, facts), received, 20),
                1 => Registered(Key(i), "Bằng tốt nghiệp THPT", name, fonts => SchoolPapers.Diploma(fonts, facts, "Trường THPT Suối Thử", "THPT 00" + facts.Number[..2] + "7"), received, 30),
                2 => Registered(Key(i), "Giấy phép lái xe hạng A1", name, fonts => Cards.Licence(fonts, facts), received, 15),
                3 => Registered(Key(i), "Quyết định nâng bậc lương", name, fonts => OfficePapers.Decision(fonts, facts, "Về việc nâng bậc lương thường xuyên"), received, 25),
                4 => Registered(Key(i), "Giấy xác nhận tình trạng hôn nhân", name, fonts => CivilPapers.Confirmation(fonts, facts), received, 20),
                _ => Registered(Key(i), "Chứng chỉ tin học", name, fonts => SchoolPapers.Certificate(fonts, facts, "CHỨNG CHỈ TIN HỌC", "Ứng dụng công nghệ thông tin cơ bản"), received, 40),
            };
            yield return item with { Attestor = i % 4 == 3 ? "chutich.an" : DemoOffice.Attestor };
        }

        static string Key(int i) => FormattableString.Invariant($"older-{i + 1:00}");
    }

    /// <summary>The twelve papers that the demo tells about, and one that is late.</summary>
    private static IEnumerable<DemoItem> Numbered(DemoDays days) =>
    [
        Registered("1", "Bằng tốt nghiệp THPT, số hiệu THPT 000123", "Nguyễn Thị Ví Dụ", fonts => SchoolPapers.Diploma(fonts, new Facts("Nguyễn Thị Ví Dụ", "045/2008", "05/03/1990"), "Trường THPT Sông Ví Dụ", "THPT 000123"), days.Ago(3, 8, 5), 35) with { PersonalId = "096200000001" },
        Registered("2", "Giấy khai sinh số 15/2019", "Trần Gia Bảo Mẫu", fonts => CivilPapers.Birth(fonts, new Facts("Trần Gia Bảo Mẫu", "15/2019", "02/04/2019")), days.Ago(3, 9, 10), 25) with { PersonalId = "096190000002" },
        .. OneVisit(
            Waiting("3", "Giấy chứng nhận kết hôn số 07/2021", "Huỳnh Văn Thử", fonts => CivilPapers.Marriage(fonts, new Facts("Huỳnh Văn Thử", "07/2021", "20/02/2021"), "Mạc Thị Ví Dụ"), days.Lately(0.2)) with { PersonalId = "096088000003" },
            Waiting("3-second", "Giấy khai sinh số 21/1988", "Huỳnh Văn Thử", fonts => CivilPapers.Birth(fonts, new Facts("Huỳnh Văn Thử", "21/1988", "14/02/1988")), days.Lately(0.21)) with { PersonalId = "096088000003" }),
        Registered("4", "Thẻ căn cước", "Lý Thị Thử Nghiệm", fonts => Cards.Identity(fonts, new Facts("Lý Thị Thử Nghiệm", "096200000004", "12/06/2022")), days.Ago(2, 14, 0), 40) with { PersonalId = "096200000004" },
        Waiting("5", "Giấy phép lái xe hạng A1", "Phan Văn Mẫu", fonts => Cards.Licence(fonts, new Facts("Phan Văn Mẫu", "960000000005", "19/08/2023")), days.Lately(0.45)),
        Waiting("6", "Giấy chứng nhận quyền sử dụng đất, số phát hành MA 000006", "Ngô Thị Mẫu", fonts => LandPapers.Certificate(fonts, new Facts("Ngô Thị Mẫu", "MA 000006", "30/10/2015")), days.Lately(0.6)),
        Registered("7", "Giấy chứng nhận đăng ký doanh nghiệp, mã số 9900000007", "Công ty TNHH Ví Dụ Xanh", fonts => OfficePapers.Business(fonts, new Facts("CÔNG TY TNHH VÍ DỤ XANH", "9900000007", "06/05/2020")), days.Ago(5, 10, 15), 30),
        Waiting("8", "Bảng điểm đại học", "Đặng Hoàng Mẫu", fonts => SchoolPapers.Marks(fonts, new Facts("Đặng Hoàng Mẫu", "VD190008", "28/06/2023"), 12), days.Lately(0.8)),
        Registered("9", "Quyết định tuyển dụng số 99/QĐ-VD", "Bùi Thị Ví Dụ", fonts => OfficePapers.Decision(fonts, new Facts("Bùi Thị Ví Dụ", "99/QĐ-VD", "15/07/2024"), "Về việc tuyển dụng viên chức"), days.Ago(2, 15, 20), 25) with
        {
            Decision = ReviewDecision.ReturnedForCorrection,
            Reasons = ["Thiếu trang 2 của bản chính. Đề nghị bổ sung trang 2 rồi trình lại."],
            OriginalPages = 2,
        },
        Registered("10", "Sổ tiêm chủng", "Cao Văn Thử", fonts => DamagedPapers.Vaccinations(fonts, new Facts("Cao Văn Thử", "", "")), days.Ago(4, 8, 40), 30) with
        {
            Decision = ReviewDecision.Rejected,
            Reasons = ["Bản chính bị hư hỏng, cũ nát, không thể xác định nội dung (khoản 2 Điều 22 Nghị định 23/2015/NĐ-CP). Đề nghị xin cấp lại sổ tại cơ sở tiêm chủng."],
        },
        Registered("11", "Giấy ủy quyền viết tay", "Mai Thị Thử", fonts => DamagedPapers.Handwritten(fonts, new Facts("Mai Thị Thử", "", "")), days.Ago(2, 10, 30), 20) with
        {
            Decision = ReviewDecision.Rejected,
            Reasons = ["Giấy tờ do cá nhân tự lập, không có xác nhận và đóng dấu của cơ quan, tổ chức có thẩm quyền (khoản 6 Điều 22 Nghị định 23/2015/NĐ-CP)."],
        },
        Registered("12", "Chứng chỉ ngoại ngữ bậc B1, số B1-000012", "Tạ Minh Mẫu", fonts => SchoolPapers.Language(fonts, new Facts("Tạ Minh Mẫu", "B1-000012", "01/03/2025")), days.Ago(1, 10, 20), 25),
        Waiting("overdue", "Giấy xác nhận tình trạng hôn nhân", "Lương Văn Ví Dụ", fonts => CivilPapers.Confirmation(fonts, new Facts("Lương Văn Ví Dụ", "118/2026", "09/10/2026")), days.Ago(2, 9, 0)),
    ];

    /// <summary>The second agency's desk: one copy in each state that waits for a person, and one in its book.</summary>
    private static IEnumerable<DemoItem> Neighbour(DemoDays days)
    {
        var registered = days.Ago(2, 8, 20);
        var waitsForSeal = days.Ago(1, 15, 30);
        DemoItem[] items =
        [
            Registered("neighbour-registered", "Giấy khai sinh số 44/2012", "Âu Thị Mẫu", fonts => CivilPapers.Birth(fonts, new Facts("Âu Thị Mẫu", "44/2012", "17/05/2012")), registered, 30) with { SealedAt = registered.AddMinutes(50) },
            Registered("neighbour-seal", "Quyết định bổ nhiệm số 12/QĐ-VD", "Đinh Văn Thử", fonts => OfficePapers.Decision(fonts, new Facts("Đinh Văn Thử", "12/QĐ-VD", "03/01/2026"), "Về việc bổ nhiệm tổ trưởng"), waitsForSeal, 40),
            Waiting("neighbour-waiting", "Chứng chỉ tin học", "Kim Thị Ví Dụ", fonts => SchoolPapers.Certificate(fonts, new Facts("Kim Thị Ví Dụ", "TH-000321", "22/11/2024"), "CHỨNG CHỈ TIN HỌC", "Ứng dụng công nghệ thông tin nâng cao"), days.Lately(0.7)),
        ];
        return items.Select(item => item with { Agency = DemoAgencies.ViDu, Attestor = "chutich.phuc" });
    }

    /// <summary>Several originals on one form.</summary>
    private static IEnumerable<DemoItem> OneVisit(params DemoItem[] items) => items.Select(item => item with { Visit = [.. items.Select(one => one.CopyId)] });

    private static DemoItem Waiting(string key, string title, string requester, Func<Layout.CopyFonts, IReadOnlyList<byte[]>> draw, DateTimeOffset received) =>
        new(key, DemoAgencies.MauAn, title, requester, draw, received);

    private static DemoItem Registered(string key, string title, string requester, Func<Layout.CopyFonts, IReadOnlyList<byte[]>> draw, DateTimeOffset received, int minutes) =>
        new(key, DemoAgencies.MauAn, title, requester, draw, received) { DecidedAt = received.AddMinutes(minutes) };
}
