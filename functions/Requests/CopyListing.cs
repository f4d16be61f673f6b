using System.Runtime.CompilerServices;
using ECopy.Functions.Domain;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Requests;

/// <param name="Next">Where to go on, or null at the end. A page may hold less than was asked for, even nothing, and still have a next.</param>
internal sealed record CopyPage(IReadOnlyList<CopyRequest> Copies, string? Next);

/// <summary>
/// The requests of one agency, page by page. Open ones are found by their markers, oldest first, as they are worked on;
/// everything else by the requests themselves, newest first. One page opens at most <see cref="MostOpened"/> records.
/// Copy ids begin with their time, so their order is the order of arrival.
/// </summary>
internal sealed class CopyListing(IBlobStore store, CopyRequests requests)
{
    public const int MostOpened = 500;

    public async Task<CopyPage> ReadAsync(string agency, CopyState? state, string? after, int most, CancellationToken cancellationToken)
    {
        var names = state is { } wanted && IsOpen(wanted)
            ? NamesAsync(BlobPaths.OpenMarkersOf(agency), "", after, cancellationToken)
            : NewestFirstAsync(BlobPaths.RequestsOf(agency), ".json", after, cancellationToken);
        return await ReadAsync(agency, state, names, most, cancellationToken);
    }

    /// <summary>What is open, oldest first: the work lists. At most <see cref="MostOpened"/>.</summary>
    public async Task<IReadOnlyList<CopyRequest>> ReadOpenAsync(string agency, CancellationToken cancellationToken) =>
        (await ReadAsync(agency, null, NamesAsync(BlobPaths.OpenMarkersOf(agency), "", null, cancellationToken), MostOpened, cancellationToken)).Copies;

    /// <summary>As people look back: newest first whatever the state.</summary>
    public Task<CopyPage> ReadNewestAsync(string agency, CopyState? state, string? before, int most, CancellationToken cancellationToken)
    {
        var names = state is { } wanted && IsOpen(wanted)
            ? NewestFirstAsync(BlobPaths.OpenMarkersOf(agency), "", before, cancellationToken)
            : NewestFirstAsync(BlobPaths.RequestsOf(agency), ".json", before, cancellationToken);
        return ReadAsync(agency, state, names, most, cancellationToken);
    }

    private async Task<CopyPage> ReadAsync(string agency, CopyState? state, IAsyncEnumerable<string> names, int most, CancellationToken cancellationToken)
    {
        var found = new List<CopyRequest>();
        string? last = null;
        var opened = 0;
        await foreach (var copyId in names)
        {
            if (found.Count == most || opened == MostOpened) return new CopyPage(found, last);
            opened++;
            last = copyId;
            // A marker stands before its request does.
            if (await requests.FindAsync(agency, copyId, cancellationToken) is { } request && (state is null || request.State == state)) found.Add(request);
        }

        return new CopyPage(found, null);
    }

    /// <summary>Whether every request of this state has an open marker. Failed ones may have lost it.</summary>
    private static bool IsOpen(CopyState state) =>
        state is CopyState.Uploaded or CopyState.WaitingForReview or CopyState.Signing or CopyState.WaitingForSeal or CopyState.Preserving;

    private async IAsyncEnumerable<string> NamesAsync(string prefix, string suffix, string? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var path in store.ListAsync(prefix, cancellationToken))
        {
            if (!path.EndsWith(suffix, StringComparison.Ordinal)) continue;
            var name = path[prefix.Length..^suffix.Length];
            if (after is null || string.CompareOrdinal(name, after) > 0) yield return name;
        }
    }

    /// <summary>The store lists upwards: of the names below the cursor only the last ones are kept in memory.</summary>
    private async IAsyncEnumerable<string> NewestFirstAsync(string prefix, string suffix, string? before, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var newest = new Queue<string>();
        await foreach (var name in NamesAsync(prefix, suffix, null, cancellationToken))
        {
            if (before is not null && string.CompareOrdinal(name, before) >= 0) continue;
            newest.Enqueue(name);
            // One more than a page opens, to know whether there is another.
            if (newest.Count > MostOpened + 1) newest.Dequeue();
        }

        foreach (var name in newest.Reverse()) yield return name;
    }
}
