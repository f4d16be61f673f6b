using System.Globalization;
using ECopy.Functions.Domain;
using ECopy.Functions.Layout;
using ECopy.Functions.Ledger;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Upload;

/// <summary>The drafts of the counter. Ids of drafts, originals and pages are chosen by the screen, so that a repeat is the same act.</summary>
internal sealed class Drafts(IBlobStore store, AuditTrail audit, UploadLimits limits, CopyFonts fonts, TimeProvider clock)
{
    private const int MostOriginals = 50;

    /// <summary>How long an ended draft still leads to its dossier.</summary>
    private static readonly TimeSpan KeepEnded = TimeSpan.FromDays(1);

    private static Rejection TooManyOriginals => new("too-many-originals", "most", MostOriginals.ToString(CultureInfo.InvariantCulture));

    public static string NewId() => Guid.CreateVersion7().ToString("N");

    public static bool IsId(string? id) => id is { Length: 32 } && id.All(char.IsAsciiHexDigitLower);

    /// <summary>The draft in whatever state it is, or null.</summary>
    public async Task<Draft?> FindAsync(string agency, string draftId, CancellationToken cancellationToken) =>
        IsId(draftId) ? (await store.ReadJsonAsync<Draft>(BlobPaths.Draft(agency, draftId), cancellationToken))?.Value : null;

    /// <summary>Drafts that wait for their clerk, the last touched first.</summary>
    public async Task<IReadOnlyList<Draft>> ListAsync(string agency, CancellationToken cancellationToken)
    {
        var drafts = new List<Draft>();
        var prefix = BlobPaths.DraftsOf(agency);
        await foreach (var path in store.ListAsync(prefix, cancellationToken))
        {
            // The records only: pages lie one level below.
            if (path.IndexOf('/', prefix.Length) >= 0) continue;
            if ((await store.ReadJsonAsync<Draft>(path, cancellationToken))?.Value is { End: null } draft) drafts.Add(draft);
        }

        return [.. drafts.OrderByDescending(draft => draft.ChangedAt)];
    }

    /// <summary>
    /// Takes over what is on the screen. Originals and pages that the screen does not name are kept at the end: another
    /// window may have added them; what is dropped is dropped by name.
    /// </summary>
    public async Task<Result<Draft>> SaveAsync(string agency, string draftId, string by, DraftForm form, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(form);
        // Strict reading does not look into lists.
        if (form.Originals.Any(original => original is null || !IsId(original.Id) || original.Pages.Any(page => page is null)) || form.Originals.DistinctBy(original => original.Id).Count() != form.Originals.Count
            || form.Originals.SelectMany(original => original.Pages).Any(page => page.Rotation is not (0 or 90 or 180 or 270))) return new Rejection("request-invalid");
        if (form.Originals.Count > MostOriginals) return TooManyOriginals;
        if (form.PersonalId is { Length: > 20 }) return new Rejection("personal-id-invalid");
        foreach (var original in form.Originals)
        {
            if (FormText.TooLong(original.Title, form.Requester, original.Kind) is { } refusal) return refusal;
            if ((FormText.Unprintable(FormText.Clean(original.Title), fonts) ?? FormText.Unprintable(FormText.Clean(original.Kind), fonts)) is { } unprintable) return unprintable;
            if (original.OriginalPages is < 1 or > FormText.MostPages) return new Rejection("pages-invalid");
        }

        return await ChangeAsync(agency, draftId, by, draft => Arranged(draft, form), cancellationToken);
    }

    /// <summary>
    /// Stores a page and puts it behind the others of its original. The file before the record that names it: what a kill
    /// leaves between goes when the draft is cleared. Rejects <c>image-…</c> and the limits of an upload.
    /// </summary>
    public async Task<Result<Draft>> AddPageAsync(
        string agency, string draftId, string by, string originalId, string pageId, int number, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (!IsId(draftId) || !IsId(originalId) || !IsId(pageId)) return new Rejection("request-invalid");
        if (content.Length > limits.MostBytes) return limits.TooLarge;
        var read = CheckedPicture.Read(content, number);
        if (read.IsRejected) return read.Rejection!;
        if (await FindAsync(agency, draftId, cancellationToken) is { IsOpen: false }) return new Rejection("draft-ended");
        var picture = read.Value;
        var path = BlobPaths.DraftPage(agency, draftId, pageId, picture.Extension);
        if (await store.CreateIfAbsentAsync(path, content, cancellationToken) is CreateOutcome.OtherAlreadyThere) return new Rejection("request-invalid");
        var page = new DraftPage(pageId, picture.Extension, content.Length, picture.Sha256, picture.Width, picture.Height, 0);
        var added = await ChangeAsync(
            agency,
            draftId,
            by,
            draft =>
            {
                if (draft.Pages.Any(one => one.PageId == pageId)) return draft;
                var original = draft.Originals.FirstOrDefault(one => one.OriginalId == originalId) ?? new DraftOriginal(originalId, "", "", null, []);
                if (original.Pages.Count >= limits.MostFiles) return limits.TooManyFiles;
                if (original.Pages.Sum(one => one.Length) + page.Length > limits.MostBytes) return limits.TooLarge;
                return draft with { Originals = With(draft.Originals, original with { Pages = [.. original.Pages, page] }) };
            },
            cancellationToken);
        // Refused, or ended meanwhile: nothing names the file, unless an earlier sending of it was taken and is being handed in.
        if (added.IsRejected && (await FindAsync(agency, draftId, cancellationToken))?.Pages.Any(one => one.PageId == pageId) is not true)
            await store.DeleteAsync(path, cancellationToken);
        return added;
    }

    /// <summary>Takes a page out for good. The record first: a page that it names is always there.</summary>
    public async Task<Result<Draft>> DropPageAsync(string agency, string draftId, string by, string pageId, CancellationToken cancellationToken)
    {
        DraftPage? dropped = null;
        var changed = await ChangeAsync(
            agency,
            draftId,
            by,
            draft =>
            {
                dropped = draft.Pages.FirstOrDefault(page => page.PageId == pageId) ?? dropped;
                return draft.Pages.Any(page => page.PageId == pageId)
                    ? draft with { Originals = [.. draft.Originals.Select(original => original with { Pages = [.. original.Pages.Where(page => page.PageId != pageId)] })] }
                    : draft;
            },
            cancellationToken);
        if (!changed.IsRejected && dropped is not null)
            await store.DeleteAsync(BlobPaths.DraftPage(agency, draftId, dropped.PageId, dropped.Extension), cancellationToken);
        return changed;
    }

    /// <summary>Takes an original out with all its pages.</summary>
    public async Task<Result<Draft>> RemoveOriginalAsync(string agency, string draftId, string by, string originalId, CancellationToken cancellationToken)
    {
        IReadOnlyList<DraftPage> dropped = [];
        var changed = await ChangeAsync(
            agency,
            draftId,
            by,
            draft =>
            {
                if (draft.Originals.FirstOrDefault(one => one.OriginalId == originalId) is not { } original) return draft;
                dropped = original.Pages;
                return draft with { Originals = [.. draft.Originals.Where(one => one.OriginalId != originalId)] };
            },
            cancellationToken);
        if (changed.IsRejected) return changed;
        foreach (var page in dropped) await store.DeleteAsync(BlobPaths.DraftPage(agency, draftId, page.PageId, page.Extension), cancellationToken);
        return changed;
    }

    /// <summary>A page of a draft that is still open or being submitted.</summary>
    public async Task<(ReadOnlyMemory<byte> Content, string Extension)?> ReadPageAsync(string agency, string draftId, string pageId, CancellationToken cancellationToken)
    {
        if ((await FindAsync(agency, draftId, cancellationToken))?.Pages.FirstOrDefault(page => page.PageId == pageId) is not { } page) return null;
        return await store.ReadAsync(BlobPaths.DraftPage(agency, draftId, page.PageId, page.Extension), cancellationToken) is { } blob ? (blob.Content, page.Extension) : null;
    }

    /// <summary>Gives the visit up and destroys its pages. Rejects <c>draft-not-found</c>, <c>draft-ended</c>.</summary>
    public async Task<Result<Draft>> DiscardAsync(string agency, string draftId, string by, CancellationToken cancellationToken)
    {
        if (await FindAsync(agency, draftId, cancellationToken) is null) return new Rejection("draft-not-found");
        await MarkEndingAsync(agency, draftId, cancellationToken);
        var page = await audit.OpenPageAsync(agency, cancellationToken);
        var now = clock.GetUtcNow();
        var ended = await store.UpdateAsync<Draft>(
            BlobPaths.Draft(agency, draftId),
            draft => draft.End is { DossierCode: null } ? Change<Draft>.Keep
                : draft.IsOpen ? Emptied(draft, new DraftEnd(now, by, null, draft.Pages.Count(), page, false))
                : new Rejection("draft-ended"),
            clock,
            cancellationToken);
        if (!ended.IsRejected) await ClearAsync(ended.Value, cancellationToken);
        return ended;
    }

    /// <summary>Before a draft ends: until it is cleared, the sweeper finds it by this.</summary>
    public Task MarkEndingAsync(string agency, string draftId, CancellationToken cancellationToken) =>
        store.CreateIfAbsentAsync(BlobPaths.EndingDraft(agency, draftId), "1"u8.ToArray(), cancellationToken);

    /// <summary>Says what became of a submitted draft and clears it.</summary>
    public async Task EndAsync(Draft draft, string dossierCode, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(draft);
        var submission = draft.Submission!;
        var now = clock.GetUtcNow();
        var ended = await store.UpdateAsync<Draft>(
            BlobPaths.Draft(draft.Agency, draft.DraftId),
            current => current.End is null
                ? Emptied(current, new DraftEnd(now, submission.By, dossierCode, current.Pages.Count(), submission.AuditPage, false))
                : Change<Draft>.Keep,
            clock,
            cancellationToken);
        await ClearAsync(ended.Value, cancellationToken);
    }

    /// <summary>Removes the pages of an ended draft, and after a day its last trace. Done over and over until all is gone.</summary>
    public async Task ClearAsync(Draft draft, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(draft);
        if (draft.End is not { } end) return;
        var path = BlobPaths.Draft(draft.Agency, draft.DraftId);
        if (!end.IsCleared)
        {
            if (end.DossierCode is null)
            {
                await audit.AppendAsync(
                    new AuditEvent(
                        draft.Agency, end.By, "OneStopClerk", "draft-discarded", draft.DraftId,
                        new Dictionary<string, string> { ["pages"] = end.Pages.ToString(CultureInfo.InvariantCulture) }, $"{draft.DraftId}:discarded"),
                    end.AuditPage,
                    cancellationToken);
            }

            await foreach (var page in store.ListAsync(BlobPaths.DraftPages(draft.Agency, draft.DraftId), cancellationToken)) await store.DeleteAsync(page, cancellationToken);
            await store.UpdateAsync<Draft>(path, current => current.End is { IsCleared: false } there ? current with { End = there with { IsCleared = true } } : Change<Draft>.Keep, clock, cancellationToken);
        }

        if (clock.GetUtcNow() - end.At < KeepEnded) return;
        await store.DeleteAsync(path, cancellationToken);
        await store.DeleteAsync(BlobPaths.EndingDraft(draft.Agency, draft.DraftId), cancellationToken);
    }

    /// <summary>Nothing of the requester stays in what is left.</summary>
    private static Draft Emptied(Draft draft, DraftEnd end) => draft with { Requester = "", PersonalId = "", Originals = [], End = end };

    private static IReadOnlyList<DraftOriginal> With(IReadOnlyList<DraftOriginal> originals, DraftOriginal original) =>
        originals.Any(one => one.OriginalId == original.OriginalId)
            ? [.. originals.Select(one => one.OriginalId == original.OriginalId ? original : one)]
            : [.. originals, original];

    private static Draft Arranged(Draft draft, DraftForm form)
    {
        var stored = draft.Originals.SelectMany(original => original.Pages.Select(page => (original.OriginalId, Page: page))).ToDictionary(one => one.Page.PageId);
        var placed = new HashSet<string>(StringComparer.Ordinal);
        var originals = new List<DraftOriginal>();
        foreach (var typed in form.Originals)
        {
            var pages = typed.Pages.Where(page => stored.ContainsKey(page.Id) && placed.Add(page.Id)).Select(page => stored[page.Id].Page with { Rotation = page.Rotation });
            originals.Add(new DraftOriginal(typed.Id, FormText.Clean(typed.Kind), FormText.Clean(typed.Title), typed.OriginalPages, [.. pages]));
        }

        originals.AddRange(draft.Originals.Where(one => originals.TrueForAll(known => known.OriginalId != one.OriginalId)).Select(one => one with { Pages = [] }).ToList());
        return draft with
        {
            Requester = FormText.Clean(form.Requester),
            PersonalId = form.PersonalId is { } typedId ? string.Concat(typedId.Where(letter => !char.IsWhiteSpace(letter))) : draft.PersonalId,
            Originals =
            [
                .. originals.Select(original => original with
                {
                    Pages = [.. original.Pages, .. stored.Values.Where(one => one.OriginalId == original.OriginalId && !placed.Contains(one.Page.PageId)).Select(one => one.Page)],
                }),
            ],
        };
    }

    /// <summary>Changes an open draft; the first change makes it.</summary>
    private async Task<Result<Draft>> ChangeAsync(string agency, string draftId, string by, Func<Draft, Change<Draft>> change, CancellationToken cancellationToken)
    {
        if (!IsId(draftId)) return new Rejection("draft-not-found");
        var path = BlobPaths.Draft(agency, draftId);
        var now = clock.GetUtcNow();
        if (await store.ReadAsync(path, cancellationToken) is null)
        {
            var made = new Draft { Agency = agency, DraftId = draftId, CreatedBy = by, CreatedAt = now, ChangedAt = now };
            await store.CreateJsonAsync(path, made, cancellationToken);
        }

        return await store.UpdateAsync<Draft>(
            path,
            draft =>
            {
                if (!draft.IsOpen) return new Rejection("draft-ended");
                var wanted = change(draft);
                if (wanted.Value is null || ReferenceEquals(wanted.Value, draft)) return wanted.Rejection ?? Change<Draft>.Keep;
                // What other windows added counts too.
                return wanted.Value.Originals.Count > Math.Max(MostOriginals, draft.Originals.Count) ? TooManyOriginals : wanted.Value with { ChangedAt = now };
            },
            clock,
            cancellationToken);
    }
}
