using System.Text;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Tests.Storage;

/// <summary>The contract of <see cref="IBlobStore"/>; every implementation runs it.</summary>
public abstract class BlobStoreContract
{
    protected static CancellationToken None => CancellationToken.None;

    protected abstract IBlobStore Store { get; }

    [Fact]
    public async Task What_was_created_is_read_back()
    {
        Assert.Equal(CreateOutcome.Created, await Store.CreateIfAbsentAsync("scans/H99.9.1/c1/1.jpg", Bytes("ảnh"), None));

        var blob = await Store.ReadAsync("scans/H99.9.1/c1/1.jpg", None);
        Assert.Equal("ảnh", Text(blob));
        Assert.Equal("scans/H99.9.1/c1/1.jpg", blob!.Path);
        await using var stream = await Store.OpenReadAsync("scans/H99.9.1/c1/1.jpg", None);
        using var reader = new StreamReader(stream!);
        Assert.Equal("ảnh", await reader.ReadToEndAsync(None));
    }

    [Fact]
    public async Task An_empty_blob_is_a_blob()
    {
        Assert.Equal(CreateOutcome.Created, await Store.CreateIfAbsentAsync("open/a/c1", ReadOnlyMemory<byte>.Empty, None));

        Assert.Equal(0, (await Store.ReadAsync("open/a/c1", None))!.Content.Length);
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("a/nothing")]
    [InlineData("a/b/c/nothing.json")]
    public async Task What_is_not_there_is_null(string path)
    {
        await Store.CreateIfAbsentAsync("a/b/there", Bytes("1"), None);

        Assert.Null(await Store.ReadAsync(path, None));
        Assert.Null(await Store.OpenReadAsync(path, None));
        await Store.DeleteAsync(path, None);
    }

    [Fact]
    public async Task A_folder_is_not_a_blob_and_nothing_lies_below_a_blob()
    {
        await Store.CreateIfAbsentAsync("a/b", Bytes("1"), None);

        Assert.Null(await Store.ReadAsync("a", None));
        Assert.Null(await Store.OpenReadAsync("a", None));
        Assert.Null(await Store.ReadAsync("a/b/c", None));
    }

    [Fact]
    public async Task Create_only_tells_the_same_from_another()
    {
        await Store.CreateIfAbsentAsync("copies/a/c1/1.pdf", Bytes("one"), None);

        Assert.Equal(CreateOutcome.SameAlreadyThere, await Store.CreateIfAbsentAsync("copies/a/c1/1.pdf", Bytes("one"), None));
        Assert.Equal(CreateOutcome.OtherAlreadyThere, await Store.CreateIfAbsentAsync("copies/a/c1/1.pdf", Bytes("two"), None));
        Assert.Equal("one", Text(await Store.ReadAsync("copies/a/c1/1.pdf", None)));
    }

    [Fact]
    public async Task Create_only_from_a_stream_does_the_same()
    {
        var large = new byte[700_000];
        new Random(1).NextBytes(large);
        Assert.Equal(CreateOutcome.Created, await Store.CreateIfAbsentAsync("scans/x", new MemoryStream(large), None));

        Assert.Equal(CreateOutcome.SameAlreadyThere, await Store.CreateIfAbsentAsync("scans/x", new MemoryStream(large), None));
        large[699_999]++;
        Assert.Equal(CreateOutcome.OtherAlreadyThere, await Store.CreateIfAbsentAsync("scans/x", new MemoryStream(large), None));
        large[699_999]--;
        Assert.True((await Store.ReadAsync("scans/x", None))!.Content.Span.SequenceEqual(large));
    }

    [Fact]
    public async Task A_source_that_breaks_leaves_nothing()
    {
        await Assert.ThrowsAsync<IOException>(() => Store.CreateIfAbsentAsync("scans/x", new BreakingStream(), None));

        Assert.Null(await Store.ReadAsync("scans/x", None));
        Assert.Empty(await ListAsync("scans/"));
    }

    [Fact]
    public async Task Compare_and_swap_replaces_only_what_was_read()
    {
        var first = await Store.ReplaceIfUnchangedAsync("requests/a/c1.json", Bytes("1"), null, None);
        Assert.NotNull(first);
        Assert.Null(await Store.ReplaceIfUnchangedAsync("requests/a/c1.json", Bytes("2"), null, None));

        var second = await Store.ReplaceIfUnchangedAsync("requests/a/c1.json", Bytes("2"), first, None);
        Assert.NotNull(second);
        Assert.NotEqual(first, second);
        Assert.Null(await Store.ReplaceIfUnchangedAsync("requests/a/c1.json", Bytes("3"), first, None));
        var blob = await Store.ReadAsync("requests/a/c1.json", None);
        Assert.Equal("2", Text(blob));
        Assert.Equal(second, blob!.ETag);
    }

    [Fact]
    public async Task Compare_and_swap_on_a_removed_blob_is_a_conflict()
    {
        var etag = await Store.ReplaceIfUnchangedAsync("open/a/c1", Bytes("1"), null, None);
        await Store.DeleteAsync("open/a/c1", None);

        Assert.Null(await Store.ReplaceIfUnchangedAsync("open/a/c1", Bytes("2"), etag, None));
        Assert.Null(await Store.ReadAsync("open/a/c1", None));
    }

    [Fact]
    public async Task Of_many_creators_at_once_one_wins()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 24).Select(i =>
            Task.Run(() => Store.CreateIfAbsentAsync("public/code.json", Bytes($"{i}"), None))));

        Assert.Single(outcomes, outcome => outcome is CreateOutcome.Created);
        Assert.Equal(23, outcomes.Count(outcome => outcome is CreateOutcome.OtherAlreadyThere));
    }

    [Fact]
    public async Task Of_many_swaps_at_once_each_round_has_one_winner()
    {
        await Store.CreateIfAbsentAsync("count", Bytes("0"), None);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var done = 0; done < 5;)
            {
                var blob = (await Store.ReadAsync("count", None))!;
                if (await Store.ReplaceIfUnchangedAsync("count", Bytes($"{int.Parse(Text(blob)!, System.Globalization.CultureInfo.InvariantCulture) + 1}"), blob.ETag, None) is not null)
                    done++;
            }
        })));

        Assert.Equal("40", Text(await Store.ReadAsync("count", None)));
    }

    [Fact]
    public async Task Readers_never_see_part_of_a_write()
    {
        var old = new byte[200_000];
        var etag = (await Store.ReplaceIfUnchangedAsync("page", old, null, None))!;
        using var stop = new CancellationTokenSource();
        var reader = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var content = (await Store.ReadAsync("page", None))!.Content;
                Assert.Equal(200_000, content.Length);
                Assert.False(content.Span.ContainsAnyExcept(content.Span[0]));
            }
        });
        for (byte i = 1; i < 20; i++)
            etag = (await Store.ReplaceIfUnchangedAsync("page", Enumerable.Repeat(i, 200_000).ToArray(), etag, None))!;
        await stop.CancelAsync();
        await reader;
    }

    [Fact]
    public async Task A_stream_that_was_opened_keeps_what_it_opened()
    {
        var etag = await Store.ReplaceIfUnchangedAsync("page", Bytes("old"), null, None);
        await using var stream = await Store.OpenReadAsync("page", None);
        await Store.ReplaceIfUnchangedAsync("page", Bytes("new"), etag, None);

        using var reader = new StreamReader(stream!);
        Assert.Equal("old", await reader.ReadToEndAsync(None));
    }

    [Fact]
    public async Task Lists_are_in_the_order_of_the_whole_path()
    {
        string[] paths = ["r/a/1", "r/a-b/1", "r/a.b", "r/A/1", "r/a/0002.json", "r/a/0001.json", "r/a0", "s/a"];
        foreach (var path in paths)
            await Store.CreateIfAbsentAsync(path, Bytes("x"), None);

        Assert.Equal(paths.Where(path => path.StartsWith("r/", StringComparison.Ordinal)).Order(StringComparer.Ordinal), await ListAsync("r/"));
        Assert.Equal(["r/a/0001.json", "r/a/0002.json", "r/a/1"], await ListAsync("r/a/"));
        Assert.Empty(await ListAsync("nothing/"));
    }

    [Fact]
    public async Task The_list_of_everything_is_in_the_same_order()
    {
        string[] paths = ["store.json", "zeta.json", "a/1", "a/2", "a-b/1", "Upper/1", "copies/x/1.pdf", "t_/1", "t/1"];
        foreach (var path in paths)
            await Store.CreateIfAbsentAsync(path, Bytes("x"), None);

        Assert.Equal(paths.Order(StringComparer.Ordinal), await ListAsync(""));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/etc/passwd")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("../a")]
    [InlineData("a/../b")]
    [InlineData("a/./b")]
    [InlineData(".tmp/a")]
    [InlineData("a/.hidden")]
    [InlineData("a.")]
    [InlineData("a\\b")]
    [InlineData("a\0b")]
    [InlineData("a b")]
    [InlineData("ả")]
    [InlineData("a\u202eb")]
    [InlineData("C:x")]
    public async Task Hostile_paths_are_refused(string path)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Store.ReadAsync(path, None));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.OpenReadAsync(path, None));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.CreateIfAbsentAsync(path, Bytes("x"), None));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.CreateIfAbsentAsync(path, new MemoryStream(), None));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.ReplaceIfUnchangedAsync(path, Bytes("x"), null, None));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.DeleteAsync(path, None));
        await Assert.ThrowsAsync<ArgumentException>(() => ListAsync(path is "a/" or "" ? "a" : path));
    }

    [Fact]
    public async Task Endless_paths_are_refused()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Store.ReadAsync(new string('a', 201), None));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.ReadAsync(string.Join('/', Enumerable.Repeat("abcdefg", 100)), None));
    }

    protected static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    protected static string? Text(Blob? blob) => blob is null ? null : Encoding.UTF8.GetString(blob.Content.Span);

    protected async Task<List<string>> ListAsync(string prefix)
    {
        var paths = new List<string>();
        await foreach (var path in Store.ListAsync(prefix, None))
            paths.Add(path);
        return paths;
    }

    private sealed class BreakingStream : MemoryStream
    {
        private int reads;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            ++reads > 2 ? throw new IOException("the client went away") : ValueTask.FromResult(1000);
    }
}
