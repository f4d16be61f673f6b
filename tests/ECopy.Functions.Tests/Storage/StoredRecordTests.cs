using System.Text;
using ECopy.Functions.Domain;
using ECopy.Functions.Storage;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Storage;

public sealed class StoredRecordTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.FromHours(7));
    private readonly TemporaryFolder folder = new();
    private readonly FileBlobStore store;

    public StoredRecordTests() => store = FileBlobStore.Open(folder.Path);

    private enum Shade
    {
        DarkRed,
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Letters_stay_letters_and_times_are_utc()
    {
        var json = Encoding.UTF8.GetString(StoredJson.Serialize(new Note(1, "Nguyễn Thị Ví Dụ <a&b> Đ", 0, Noon, Shade.DarkRed, null)));

        Assert.Equal("""{"schema":1,"text":"Nguyễn Thị Ví Dụ <a&b> Đ","count":0,"at":"2026-11-22T05:00:00.0000000Z","shade":"darkRed","remark":null}""", json);
    }

    [Fact]
    public async Task A_record_comes_back_as_it_went()
    {
        var note = new Note(1, "đ", 3, Noon, Shade.DarkRed, "r");
        await store.CreateJsonAsync("n", note, default);

        Assert.Equal(note, (await store.ReadJsonAsync<Note>("n", default))!.Value);
        Assert.Null(await store.ReadJsonAsync<Note>("m", default));
    }

    [Fact]
    public async Task A_file_torn_at_any_byte_is_recognised_and_named()
    {
        var whole = StoredJson.Serialize(new Note(1, "đ", 3, Noon, Shade.DarkRed, "r"));
        for (var length = 0; length < whole.Length; length++)
        {
            var path = $"torn/{length}";
            await store.CreateIfAbsentAsync(path, whole.AsMemory(0, length), default);
            var fault = await Assert.ThrowsAsync<IntegrityException>(() => store.ReadJsonAsync<Note>(path, default));
            Assert.Equal(path, fault.Record);
        }
    }

    [Theory]
    [InlineData("""{"schema":2,"text":"a","count":0,"at":"2026-11-22T05:00:00Z","shade":"darkRed","remark":null}""")]
    [InlineData("""{"schema":0,"text":"a","count":0,"at":"2026-11-22T05:00:00Z","shade":"darkRed","remark":null}""")]
    [InlineData("""{"schema":1,"text":"a","count":0,"at":"2026-11-22T05:00:00Z","shade":"darkRed","remark":null,"more":1}""")]
    [InlineData("""{"schema":1,"text":"a","count":0,"count":1,"at":"2026-11-22T05:00:00Z","shade":"darkRed","remark":null}""")]
    [InlineData("""{"schema":1,"text":null,"count":0,"at":"2026-11-22T05:00:00Z","shade":"darkRed","remark":null}""")]
    [InlineData("""{"schema":1,"text":"a","at":"2026-11-22T05:00:00Z","shade":"darkRed","remark":null}""")]
    [InlineData("""{"schema":1,"text":"a","count":0,"at":"2026-11-22T05:00:00Z","shade":0,"remark":null}""")]
    [InlineData("""{"schema":1,"text":"a","count":0,"at":"yesterday","shade":"darkRed","remark":null}""")]
    [InlineData("null")]
    [InlineData("[]")]
    public void What_would_be_lost_by_rewriting_is_not_read(string json) =>
        Assert.Equal("n", Assert.Throws<IntegrityException>(() => StoredJson.Parse<Note>("n", Encoding.UTF8.GetBytes(json))).Record);

    [Fact]
    public async Task An_immutable_blob_may_be_written_again_but_not_otherwise()
    {
        await store.CreateImmutableAsync("i", new byte[] { 1 }, default);
        await store.CreateImmutableAsync("i", new byte[] { 1 }, default);
        await store.CreateImmutableAsync("i", new MemoryStream([1]), default);

        Assert.Equal("i", (await Assert.ThrowsAsync<IntegrityException>(() => store.CreateImmutableAsync("i", new byte[] { 2 }, default))).Record);
        await Assert.ThrowsAsync<IntegrityException>(() => store.CreateImmutableAsync("i", new MemoryStream([2]), default));
    }

    [Theory]
    [InlineData(StoreFault.None)]
    [InlineData(StoreFault.Refused)]
    [InlineData(StoreFault.Conflict)]
    [InlineData(StoreFault.ServerError)]
    [InlineData(StoreFault.LostAnswer)]
    public async Task A_change_happens_once_whatever_the_store_answers(StoreFault fault)
    {
        await store.CreateJsonAsync("n", new Note(1, "đ", 3, Noon, Shade.DarkRed, null), default);
        var faulty = new FaultyBlobStore(store, FaultPlan.At(1, fault));

        // Not idempotent on purpose: a lost answer must be recognised by what is stored.
        var changed = await faulty.UpdateAsync<Note>("n", note => note with { Count = note.Count + 1 }, TimeProvider.System, default);

        Assert.Equal(4, changed.Value.Count);
        Assert.Equal(4, (await store.ReadJsonAsync<Note>("n", default))!.Value.Count);
    }

    [Fact]
    public async Task A_change_may_keep_or_refuse()
    {
        await store.CreateJsonAsync("n", new Note(1, "đ", 3, Noon, Shade.DarkRed, null), default);
        var plan = FaultPlan.Off();
        var counted = new FaultyBlobStore(store, plan);

        Assert.Equal(3, (await counted.UpdateAsync<Note>("n", _ => Change<Note>.Keep, TimeProvider.System, default)).Value.Count);
        Assert.Equal("no", (await counted.UpdateAsync<Note>("n", _ => new Rejection("no"), TimeProvider.System, default)).Rejection!.Code);
        Assert.Empty(plan.Writes);
        Assert.Equal("m", (await Assert.ThrowsAsync<IntegrityException>(
            () => counted.UpdateAsync<Note>("m", note => note, TimeProvider.System, default))).Record);
    }

    [Fact]
    public async Task Changes_at_once_all_happen()
    {
        await store.CreateJsonAsync("n", new Note(1, "đ", 0, Noon, Shade.DarkRed, null), default);

        await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(() =>
            store.UpdateAsync<Note>("n", note => note with { Count = note.Count + 1 }, TimeProvider.System, default))));

        Assert.Equal(12, (await store.ReadJsonAsync<Note>("n", default))!.Value.Count);
    }

    [Fact]
    public async Task A_store_that_keeps_failing_is_a_transient_fault_in_the_end()
    {
        await store.CreateJsonAsync("n", new Note(1, "đ", 0, Noon, Shade.DarkRed, null), default);
        var plan = new FaultPlan(_ => StoreFault.Refused);

        await Assert.ThrowsAsync<TransientException>(() => new FaultyBlobStore(store, plan)
            .UpdateAsync<Note>("n", note => note with { Count = 1 }, TimeProvider.System, default));
        Assert.InRange(plan.Writes.Count, 2, 20);
    }

    private sealed record Note(int Schema, string Text, int Count, DateTimeOffset At, Shade Shade, string? Remark) : IStoredRecord
    {
        public static int CurrentSchema => 1;
    }
}
