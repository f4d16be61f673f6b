using ECopy.Functions.Demo;
using ECopy.Functions.Domain;
using ECopy.Functions.Upload;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Upload;

/// <summary>Visits as the counter's screen makes them.</summary>
internal static class CounterVisits
{
    public const string Requester = "Nguyễn Thị Ví Dụ";
    public const string PersonalId = "096200000001";

    /// <summary>Two originals, three pages: the second of the first one turned and moved to the front.</summary>
    public static async Task<string> FillAsync(TestOffice office, string? draftId = null)
    {
        var drafts = office.Get<Drafts>();
        draftId ??= Drafts.NewId();
        string one = Drafts.NewId(), two = Drafts.NewId();
        var pages = Enumerable.Range(0, 3).Select(_ => Drafts.NewId()).ToList();
        for (var i = 0; i < 3; i++) Taken(await drafts.AddPageAsync(TestOffice.Agency, draftId, DemoOffice.Clerk, i < 2 ? one : two, pages[i], i + 1, SmallScan.Png(i + 1), default));
        Taken(await drafts.SaveAsync(
            TestOffice.Agency,
            draftId,
            DemoOffice.Clerk,
            new DraftForm(Requester, PersonalId,
            [
                new(one, "Bảng điểm", "Bảng điểm đại học", 5, [new(pages[1], 90), new(pages[0], 0)]),
                new(two, "Giấy khai sinh", "", null, [new(pages[2], 0)]),
            ]),
            default));
        return draftId;
    }

    public static Draft Taken(Result<Draft> result)
    {
        Assert.Null(result.Rejection);
        return result.Value;
    }
}
