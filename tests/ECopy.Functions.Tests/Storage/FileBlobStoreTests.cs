using ECopy.Functions.Domain;
using ECopy.Functions.Storage;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Storage;

public sealed class FileBlobStoreTests : BlobStoreContract, IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly FileBlobStore store;

    public FileBlobStoreTests() => store = FileBlobStore.Open(folder.Path);

    protected override IBlobStore Store => store;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Half_written_files_of_a_dead_owner_go_at_start_and_are_never_listed()
    {
        await Store.CreateIfAbsentAsync("a/b", Bytes("1"), None);
        File.WriteAllText(folder.Below(".tmp", "deadbeef"), "half");

        FileBlobStore.Open(folder.Path, afterCrash: true);

        Assert.Empty(Directory.GetFiles(folder.Below(".tmp")));
        Assert.Equal(["a/b"], await ListAsync("a/"));
    }

    [Fact]
    public async Task Nothing_temporary_is_left_behind()
    {
        var etag = await Store.ReplaceIfUnchangedAsync("a/b", Bytes("1"), null, None);
        await Store.ReplaceIfUnchangedAsync("a/b", Bytes("2"), "wrong", None);
        await Store.ReplaceIfUnchangedAsync("a/b", Bytes("2"), etag, None);
        await Store.CreateIfAbsentAsync("a/b", Bytes("3"), None);
        await Store.CreateIfAbsentAsync("a/b", new MemoryStream([1]), None);
        await Assert.ThrowsAsync<IOException>(() => Store.CreateIfAbsentAsync("a/c", new FailingStream(), None));

        Assert.Empty(Directory.GetFiles(folder.Below(".tmp")));
    }

    [Fact]
    public async Task Files_and_folders_are_for_the_owner_alone()
    {
        await Store.CreateIfAbsentAsync("scans/a/1.jpg", Bytes("1"), None);

        Assert.Equal("600", OutsideTool.Run("stat", "-c", "%a", folder.Below("scans", "a", "1.jpg")).Output.Trim());
        Assert.Equal("700", OutsideTool.Run("stat", "-c", "%a", folder.Below("scans", "a")).Output.Trim());
    }

    [Fact]
    public async Task A_file_where_a_folder_must_be_is_an_integrity_fault()
    {
        await Store.CreateIfAbsentAsync("a/b", Bytes("1"), None);

        await Assert.ThrowsAsync<IntegrityException>(() => Store.CreateIfAbsentAsync("a/b/c", Bytes("1"), None));
        await Assert.ThrowsAsync<IntegrityException>(() => Store.ReplaceIfUnchangedAsync("a", Bytes("1"), null, None));
    }

    [Fact]
    public async Task Opened_for_reading_it_writes_nothing()
    {
        await Store.CreateIfAbsentAsync("a/b", Bytes("1"), None);
        var reader = FileBlobStore.OpenReadOnly(folder.Path);

        Assert.Equal("1", Text(await reader.ReadAsync("a/b", None)));
        await Assert.ThrowsAsync<InvalidOperationException>(() => reader.DeleteAsync("a/b", None));
        await Assert.ThrowsAsync<InvalidOperationException>(() => reader.CreateIfAbsentAsync("a/c", Bytes("1"), None));
    }

    [Fact]
    public async Task Names_put_there_by_hand_that_are_no_paths_are_not_listed()
    {
        await Store.CreateIfAbsentAsync("a/b", Bytes("1"), None);
        File.WriteAllText(folder.Below("a", "b~"), "backup of an editor");
        File.WriteAllText(folder.Below("a", ".b.swp"), "backup of an editor");

        Assert.Equal(["a/b"], await ListAsync("a/"));
    }

    private sealed class FailingStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new IOException("the client went away");
    }
}
