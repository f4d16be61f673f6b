using System.Diagnostics;
using ECopy.Functions.Domain;
using ECopy.Functions.Storage;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Storage;

public sealed class DataFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Data => folder.Below("new", ".data");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_kind_is_fixed_at_creation()
    {
        string id;
        using (var first = (await OpenAsync(StoreKind.Demo)).Value)
            id = first.Identity.StoreId;

        var refused = await OpenAsync(StoreKind.Production);
        Assert.Equal("store-kind-mismatch", refused.Rejection!.Code);
        Assert.Equal("demo", refused.Rejection.Details!["stored"]);
        Assert.Equal("production", refused.Rejection.Details["wanted"]);
        using var again = (await OpenAsync(StoreKind.Demo)).Value;
        Assert.Equal(id, again.Identity.StoreId);
        Assert.Contains("\"kind\":\"demo\"", await File.ReadAllTextAsync(Path.Combine(Data, "store.json")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_owner_is_told_who_the_first_is()
    {
        using var first = (await OpenAsync(StoreKind.Demo)).Value;

        var second = await OpenAsync(StoreKind.Demo);

        Assert.Equal("data-folder-in-use", second.Rejection!.Code);
        Assert.Equal($"{Environment.ProcessId}", second.Rejection.Details!["pid"]);
        Assert.Equal(Data, second.Rejection.Details["folder"]);
    }

    [Fact]
    public async Task Another_process_holds_the_folder_until_it_is_killed()
    {
        using var child = Process.Start(StorageChild.Command("own", Data))!;
        Assert.Equal("owner", await child.StandardOutput.ReadLineAsync());

        var refused = await OpenAsync(StoreKind.Demo);
        Assert.Equal("data-folder-in-use", refused.Rejection!.Code);
        Assert.Equal($"{child.Id}", refused.Rejection.Details!["pid"]);
        using (var reader = (await DataFolder.OpenReadOnlyAsync(Data, default)).Value)
            Assert.False(reader.IsOwner);

        child.Kill();
        await child.WaitForExitAsync();
        using (var owner = (await OpenAsync(StoreKind.Demo)).Value)
            Assert.True(owner.AfterCrash);
        using var next = (await OpenAsync(StoreKind.Demo)).Value;
        Assert.False(next.AfterCrash);
    }

    [Fact]
    public async Task A_process_is_refused_the_folder_that_another_one_owns()
    {
        using var owner = (await OpenAsync(StoreKind.Demo)).Value;
        using var child = Process.Start(StorageChild.Command("own", Data))!;

        Assert.Equal($"data-folder-in-use {Environment.ProcessId}", (await child.StandardOutput.ReadToEndAsync()).Trim());
        await child.WaitForExitAsync();
    }

    [Fact]
    public async Task Nothing_is_changed_after_the_folder_was_given_back()
    {
        IBlobStore late;
        using (var data = (await OpenAsync(StoreKind.Demo)).Value)
        {
            late = data.Blobs;
            await late.ReplaceIfUnchangedAsync("a/b", new byte[1], null, default);
        }

        var etag = (await late.ReadAsync("a/b", default))!.ETag;
        await Assert.ThrowsAsync<TransientException>(() => late.ReplaceIfUnchangedAsync("a/b", new byte[2], etag, default));
        await Assert.ThrowsAsync<TransientException>(() => late.DeleteAsync("a/b", default));
    }

    [Fact]
    public async Task Reading_needs_a_store()
    {
        Assert.Equal("data-folder-not-found", (await DataFolder.OpenReadOnlyAsync(Data, default)).Rejection!.Code);
        Assert.False(Directory.Exists(Data));
    }

    [Fact]
    public async Task A_store_that_lost_its_mark_is_not_given_a_new_one()
    {
        using (var data = (await OpenAsync(StoreKind.Demo)).Value)
            await data.Blobs.CreateIfAbsentAsync("audit/a/0001.json", new byte[1], default);
        File.Delete(Path.Combine(Data, "store.json"));

        var fault = await Assert.ThrowsAsync<IntegrityException>(() => OpenAsync(StoreKind.Demo));
        Assert.Equal("store.json", fault.Record);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_one_gets_a_sentence()
    {
        await File.WriteAllTextAsync(folder.Below("new"), "a file");

        var refused = await OpenAsync(StoreKind.Demo);

        Assert.Equal("data-folder-unusable", refused.Rejection!.Code);
    }

    private Task<Result<DataFolder>> OpenAsync(StoreKind kind) => DataFolder.OpenAsync(Data, kind, TimeProvider.System, default);
}
