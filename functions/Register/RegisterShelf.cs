using ECopy.Functions.Domain;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Register;

/// <summary>Which books there are, from the names of their pages.</summary>
internal sealed class RegisterShelf(IBlobStore store)
{
    /// <summary>The books of one agency, or of all when it is null, in the order of their paths.</summary>
    public async Task<IReadOnlyList<RegisterPages>> ListAsync(string? agency, CancellationToken cancellationToken)
    {
        var found = new List<RegisterPages>();
        string? root = null;
        var prefix = agency is null ? RegisterPages.Prefix : $"{RegisterPages.Prefix}{agency}/";
        await foreach (var path in store.ListAsync(prefix, cancellationToken))
        {
            var folder = path[..path.LastIndexOf('/')];
            if (folder == root)
                continue;
            root = folder;
            found.Add(await NameAsync(folder, path, cancellationToken));
        }

        return found;
    }

    private async Task<RegisterPages> NameAsync(string root, string path, CancellationToken cancellationToken)
    {
        // register/{agency}/{year}/{book}/{page}: the name in a path has lost its slashes, so a page tells it.
        var segments = root.Split('/');
        if (segments.Length != 4)
            throw new IntegrityException(path, "is not a page of any book");
        var page = (await store.ReadRequiredJsonAsync<RegisterPage>(path, cancellationToken)).Value;
        if (!RegisterBook.TryParse(page.Book, out var book) || RegisterPages.RootOf(segments[1], book) != root)
            throw new IntegrityException(path, $"is of book {page.Book}");
        return new RegisterPages(segments[1], book);
    }
}
