using System.Globalization;
using ECopy.Functions.Domain;
using ECopy.Functions.Upload;
using ECopy.Functions.Web;

namespace ECopy.Functions.Pages.Office;

/// <summary>A draft as the counter's screen has it.</summary>
/// <param name="PersonalId">Masked: what was typed once is not shown again.</param>
/// <param name="Fee">Of all originals.</param>
/// <param name="SavedAt">HH:mm, or empty while nothing is stored.</param>
internal sealed record CounterView(string DraftId, string Requester, string PersonalId, string Fee, string SavedAt, IReadOnlyList<CounterOriginal> Originals)
{
    /// <summary>A new visit has one empty original, so that there is something to type into.</summary>
    public static CounterView Of(string draftId, Draft? draft)
    {
        var originals = draft?.Originals ?? [];
        return new CounterView(
            draftId,
            draft?.Requester ?? "",
            PersonalNumbers.Mask(draft?.PersonalId ?? ""),
            Money(originals.Sum(FeeOf)),
            draft is null ? "" : LocalTime.Of(draft.ChangedAt).ToString("HH:mm", CultureInfo.InvariantCulture),
            originals.Count == 0
                ? [new CounterOriginal(Drafts.NewId(), "", "", null, Money(0), [])]
                : [.. originals.Select(original => CounterOriginal.Of(draftId, original))]);
    }

    public static int FeeOf(DraftOriginal original)
    {
        ArgumentNullException.ThrowIfNull(original);
        return original.CountedPages == 0 ? 0 : Domain.Fee.ForPages(original.CountedPages);
    }

    /// <summary>2.000 đồng.</summary>
    public static string Money(int dong) => dong.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', '.') + " đồng";
}

/// <param name="OriginalPages">As typed; null: as many as the scan has.</param>
internal sealed record CounterOriginal(string Id, string Kind, string Title, int? OriginalPages, string Fee, IReadOnlyList<CounterPage> Pages)
{
    public static CounterOriginal Of(string draftId, DraftOriginal original)
    {
        ArgumentNullException.ThrowIfNull(original);
        return new CounterOriginal(
            original.OriginalId,
            original.Kind,
            original.Title,
            original.OriginalPages,
            CounterView.Money(CounterView.FeeOf(original)),
            [.. original.Pages.Select(page => new CounterPage(page.PageId, page.Width, page.Height, page.Rotation, $"/office/counter/{draftId}?handler=scan&scan={page.PageId}"))]);
    }
}

internal sealed record CounterPage(string Id, int Width, int Height, int Rotation, string Address);

/// <summary>What is brought most often; anything else may be typed. Names of Vietnamese papers, the same in both languages.</summary>
internal static class DocumentKinds
{
    public static readonly IReadOnlyList<string> Usual =
    [
        "Bằng tốt nghiệp", "Bảng điểm, học bạ", "Chứng chỉ", "Giấy khai sinh", "Giấy chứng nhận kết hôn", "Thẻ căn cước", "Giấy phép lái xe",
        "Giấy chứng nhận quyền sử dụng đất", "Giấy chứng nhận đăng ký doanh nghiệp", "Quyết định", "Sổ hộ khẩu", "Sơ yếu lý lịch", "Hộ chiếu",
    ];
}
