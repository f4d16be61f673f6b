using System.Text;
using ECopy.Functions.Domain;
using ECopy.Functions.Storage;
using ECopy.Functions.Upload;

namespace ECopy.Functions.Backup;

/// <summary>
/// Everything that changes, as one moment could have left it, read while others write. What the flow does is safe against a kill
/// at any moment, and so is whatever looks like the moment of a kill; that is what is made here:
/// <list type="number">
/// <item>Ledgers are read before and after the requests. What a request says of its number and its end was in the ledgers before it
/// was in the request, so the later reading has it: no request refers to a number that is not there.</item>
/// <item>What the later reading shows and the earlier did not has moved meanwhile: those requests are read again, since an entry has
/// a request that decided on it. If one of them is further than the ledgers by now, the ledgers are read once more, and so on; each
/// round takes a moment, and a copy takes many.</item>
/// <item>Drafts are read before the requests, and again behind them: a visit is a draft or a dossier with all its requests.</item>
/// <item>What is only ever created comes last (<see cref="TakeBackup"/>), for the copies that are known here and no further than
/// the ledgers are: whatever a record refers to was there before the record.</item>
/// </list>
/// </summary>
internal sealed class StoreCut(IBlobStore store, BackupTarget target, TimeProvider time)
{
    private const int MostRounds = 100;
    private readonly LedgerCut ledgers = new(store, target);
    private readonly Dictionary<string, (CopyRequest Request, ReadOnlyMemory<byte> Content)> moving = new(StringComparer.Ordinal);
    private readonly HashSet<string> finished = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> copyOfCode = new(StringComparer.Ordinal);
    private readonly HashSet<string> dossiers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (Draft Draft, ReadOnlyMemory<byte> Content)> drafts = new(StringComparer.Ordinal);

    public async Task TakeAsync(CancellationToken cancellationToken)
    {
        await ledgers.ReadAsync(cancellationToken);
        await foreach (var path in store.ListAsync("drafts/", cancellationToken))
        {
            if (path.EndsWith(".json", StringComparison.Ordinal) && path.Count(letter => letter == '/') == 2) await ReadDraftAsync(path, cancellationToken);
        }

        await foreach (var path in store.ListAsync(BlobPaths.Requests, cancellationToken)) await ReadRequestAsync(path, cancellationToken);
        for (var round = 1; !await IsSettledAsync(cancellationToken); round++)
        {
            if (round == MostRounds) throw new TransientException("the store changes too fast for a backup; try again at a quieter time");
            await Backoff.PauseAsync(round, time, cancellationToken);
        }

        await StoreAsync(cancellationToken);
    }

    public bool HasDossier(string agency, string code) => dossiers.Contains(BlobPaths.Dossier(agency, code));

    /// <summary>The marker of a request that failed: it waits for a person, on the lists.</summary>
    public bool HasFinished(string copyId) => finished.Contains(copyId);

    /// <summary>A scan belongs to its request from the beginning.</summary>
    public bool HasRequest(string copyId) => finished.Contains(copyId) || moving.ContainsKey(copyId);

    /// <summary>
    /// What an approval led to. Without a number it must not be there: the next attempt would take another number and find a
    /// copy composed with this one.
    /// </summary>
    public bool HasWork(string copyId, string approval) => finished.Contains(copyId) || ledgers.StateOf(copyId, approval) is not null;

    /// <summary>Copies and what is published of them, once they are issued.</summary>
    public bool HasCopy(string copyId) => finished.Contains(copyId) || ledgers.IsIssued(copyId);

    public bool HasPublished(string code) => copyOfCode.TryGetValue(code, out var copyId) && HasCopy(copyId);

    /// <summary>One more look at what has moved; true when nothing is further than the ledgers that were read.</summary>
    private async Task<bool> IsSettledAsync(CancellationToken cancellationToken)
    {
        var isSettled = true;
        foreach (var (agency, subject) in await ledgers.ReadAsync(cancellationToken))
        {
            // What was finished before this reading, this reading knows.
            if (BlobPath.IsSegment(subject) && !finished.Contains(subject)) isSettled &= await ReadRequestAsync(BlobPaths.Request(agency, subject), cancellationToken);
        }

        foreach (var (path, known) in drafts.ToList())
        {
            if (known.Draft.IsOpen) isSettled &= await ReadDraftAsync(path, cancellationToken);
        }

        return isSettled;
    }

    /// <summary>False when it is further than the ledgers that were read last, or may be.</summary>
    private async Task<bool> ReadRequestAsync(string path, CancellationToken cancellationToken)
    {
        if (finished.Contains(Path.GetFileNameWithoutExtension(path))) return true;
        // A subject of the trail may be something else than a copy.
        if (await store.ReadAsync(path, cancellationToken) is not { } blob) return true;
        var request = StoredJson.Parse<CopyRequest>(path, blob.Content.Span);
        if (path != BlobPaths.Request(request.Agency, request.CopyId)) throw new IntegrityException(path, "stands in another request's place");
        copyOfCode[request.VerificationCode] = request.CopyId;
        if (!request.IsFinished)
        {
            moving[request.CopyId] = (request, blob.Content);
            var isKnown = request.Reservation?.Number is null || ledgers.StateOf(request.CopyId, request.Reservation.Approval) is not null;
            return await ReadVisitAsync(request.Agency, request.DossierCode, cancellationToken) && isKnown;
        }

        moving.Remove(request.CopyId);
        finished.Add(request.CopyId);
        await target.AddAsync(BackupRecord.Store + path, blob.Content, cancellationToken);
        await ReadVisitAsync(request.Agency, request.DossierCode, cancellationToken);
        return false;
    }

    /// <summary>A dossier is there with all the requests that it has.</summary>
    private async Task<bool> ReadVisitAsync(string agency, string code, CancellationToken cancellationToken)
    {
        var path = BlobPaths.Dossier(agency, code);
        if (!dossiers.Add(path)) return true;
        var blob = await store.ReadAsync(path, cancellationToken) ?? throw new IntegrityException(path, "is missing");
        await target.AddAsync(BackupRecord.Store + path, blob.Content, cancellationToken);
        var isSettled = true;
        foreach (var copyId in StoredJson.Parse<Dossier>(path, blob.Content.Span).CopyIds)
        {
            if (!HasRequest(copyId)) isSettled &= await ReadRequestAsync(BlobPaths.Request(agency, copyId), cancellationToken);
        }

        return isSettled;
    }

    /// <summary>A draft with its pages, each written once: a page's name is drawn anew for every scan.</summary>
    private async Task<bool> ReadDraftAsync(string path, CancellationToken cancellationToken)
    {
        if (await store.ReadAsync(path, cancellationToken) is not { } blob)
        {
            drafts.Remove(path);
            return true;
        }

        var draft = StoredJson.Parse<Draft>(path, blob.Content.Span);
        drafts[path] = (draft, blob.Content);
        if (draft.End?.DossierCode is { } code) return await ReadVisitAsync(draft.Agency, code, cancellationToken);
        var isSettled = true;
        foreach (var page in draft.Pages)
        {
            var pagePath = BlobPaths.DraftPage(draft.Agency, draft.DraftId, page.PageId, page.Extension);
            if (target.Has(BackupRecord.Store + pagePath)) continue;
            if (await store.ReadAsync(pagePath, cancellationToken) is { } scan) await target.AddAsync(BackupRecord.Store + pagePath, scan.Content, cancellationToken);
            // Dropped, or handed in, since the draft was read.
            else isSettled = false;
        }

        return isSettled;
    }

    private async Task StoreAsync(CancellationToken cancellationToken)
    {
        await ledgers.StoreAsync(cancellationToken);
        foreach (var (request, content) in moving.Values)
        {
            await target.AddAsync(BackupRecord.Store + BlobPaths.Request(request.Agency, request.CopyId), content, cancellationToken);
            // It may have been finished and its marker gone since: in the backup it is not.
            await target.AddAsync(BackupRecord.Store + BlobPaths.OpenMarker(request.Agency, request.CopyId), Encoding.ASCII.GetBytes(request.CopyId), cancellationToken);
        }

        foreach (var (path, (draft, content)) in drafts)
        {
            await target.AddAsync(BackupRecord.Store + path, content, cancellationToken);
            if (!draft.IsOpen) await target.AddAsync(BackupRecord.Store + BlobPaths.EndingDraft(draft.Agency, draft.DraftId), "1"u8.ToArray(), cancellationToken);
        }
    }
}
