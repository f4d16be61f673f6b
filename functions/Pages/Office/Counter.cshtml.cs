using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Upload;
using ECopy.Functions.Web;
using Microsoft.AspNetCore.Authorization;

namespace ECopy.Functions.Pages.Office;

/// <param name="Documents">What it is about, in one line.</param>
internal sealed record DraftRow(string DraftId, string Requester, string Documents, int Pages, string Clerk, string Changed);

/// <summary>Where a clerk begins: a new visit, or one that was left off.</summary>
[Authorize(Access.Clerk)]
internal sealed class CounterModel(Drafts drafts, OfficeDirectory office) : OfficePageModel
{
    public IReadOnlyList<DraftRow> Drafts { get; private set; } = [];

    public async Task OnGetAsync()
    {
        var clerks = (await office.PersonsAsync(Caller.Agency, HttpContext.RequestAborted)).ToDictionary(person => person.PersonId, person => person.FullName);
        Drafts =
        [
            .. (await drafts.ListAsync(Caller.Agency, HttpContext.RequestAborted)).Select(draft => new DraftRow(
                draft.DraftId,
                PersonalNumbers.Mask(draft.Requester),
                string.Join(", ", draft.Originals.Select(NameOf).Where(name => name.Length > 0)),
                draft.Pages.Count(),
                clerks.GetValueOrDefault(draft.CreatedBy, draft.CreatedBy),
                CopiesWords.Time(draft.ChangedAt, Text))),
        ];
    }

    private static string NameOf(DraftOriginal original) => original.Title.Length > 0 ? original.Title : original.Kind;
}
