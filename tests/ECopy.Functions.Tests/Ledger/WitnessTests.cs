using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Register;
using ECopy.Functions.Storage;
using ECopy.Functions.Tests.Register;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Ledger;

public sealed class WitnessTests : IDisposable
{
    private const string Page1 = "register/H99.9.1/2026/01-2026-SCT-BS-TEST/0001.json";
    private const string Page2 = "register/H99.9.1/2026/01-2026-SCT-BS-TEST/0002.json";
    private const string Mark = "books/register/H99.9.1/2026/01-2026-SCT-BS-TEST.json";
    private readonly StoreFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(6)]
    public async Task A_backup_restored_to_any_earlier_moment_gives_no_number(int kept)
    {
        using var backup = new TemporaryFolder();
        await ReserveAsync(1, kept);
        fixture.Folder.CopyTo(backup.Path);
        await ReserveAsync(kept + 1, 7);
        Restore(backup);

        var fault = await Assert.ThrowsAsync<IntegrityException>(() => fixture.Start().Register.ReserveAsync(fixture.Request(8), default));
        Assert.StartsWith("register/H99.9.1/2026/01-2026-SCT-BS-TEST/000", fault.Record, StringComparison.Ordinal);
        Assert.Contains("backup", fault.Reason, StringComparison.Ordinal);
        Assert.Equal(kept, (await fixture.EntriesAsync()).Count);
    }

    [Fact]
    public async Task A_backup_from_before_the_first_number_is_noticed_too()
    {
        using var backup = new TemporaryFolder();
        await fixture.StartAsync();
        fixture.Folder.CopyTo(backup.Path);
        await ReserveAsync(1, 1);
        Restore(backup);

        await Assert.ThrowsAsync<IntegrityException>(() => fixture.Start().Register.ReserveAsync(fixture.Request(8), default));
        Assert.Empty(fixture.Files("register"));
    }

    [Fact]
    public async Task A_backup_restored_under_a_running_process_is_noticed()
    {
        using var backup = new TemporaryFolder();
        var running = fixture.Start().Register;
        await running.ReserveAsync(fixture.Request(1), default);
        fixture.Folder.CopyTo(backup.Path);
        await running.ReserveAsync(fixture.Request(2), default);
        Restore(backup);

        await Assert.ThrowsAsync<IntegrityException>(() => running.ReserveAsync(fixture.Request(3), default));
    }

    [Fact]
    public async Task A_witness_behind_is_a_crash_in_between_and_is_brought_up()
    {
        await ReserveAsync(1, 2);
        // The third number's page is written, its mark is not.
        var dying = fixture.Start(FaultPlan.At(2, StoreFault.CrashBefore)).Register;
        await Assert.ThrowsAsync<SimulatedCrashException>(() => dying.ReserveAsync(fixture.Request(3), default));
        Assert.Equal(2, await MarkAsync());

        Assert.Equal(3, (await fixture.Start().Register.ReserveAsync(fixture.Request(3), default)).Entry().Number);
        Assert.Equal(3, await MarkAsync());
    }

    [Fact]
    public async Task Any_change_of_what_was_reserved_on_the_marked_page_is_noticed()
    {
        await ReserveAsync(1, 5);
        foreach (var (old, changed) in new[]
                 {
                     ("\"fee\":4000", "\"fee\":4001"), ("Ví Dụ", "Ví Dủ"), ("copy5", "copy6"), ("\"pages\":2", "\"pages\":3"),
                     ("Mẫu", "Mậu"), ("\"approval\":1", "\"approval\":2"), ("số 4", "số 9"),
                 })
        {
            var text = await File.ReadAllTextAsync(fixture.Folder.Below(Page2));
            Assert.Contains(old, text, StringComparison.Ordinal);
            await File.WriteAllTextAsync(fixture.Folder.Below(Page2), text.Replace(old, changed, StringComparison.Ordinal));
            var fault = await Assert.ThrowsAsync<IntegrityException>(() => fixture.Start().Register.ReserveAsync(fixture.Request(8), default));
            Assert.Equal(Page2, fault.Record);
            await File.WriteAllTextAsync(fixture.Folder.Below(Page2), text);
        }

        Assert.Equal(6, (await fixture.Start().Register.ReserveAsync(fixture.Request(8), default)).Entry().Number);
    }

    [Fact]
    public async Task A_state_may_change_under_the_mark()
    {
        await ReserveAsync(1, 5);
        var register = fixture.Start().Register;
        await register.IssueAsync(StoreFixture.Agency, StoreFixture.Book, 5, "copy5", new string('a', 64), default);
        await register.VoidAsync(StoreFixture.Agency, StoreFixture.Book, 1, "copy1", "returned", default);

        Assert.Equal(6, (await fixture.Start().Register.ReserveAsync(fixture.Request(6), default)).Entry().Number);
    }

    [Fact]
    public async Task A_store_without_its_witness_gives_no_number_unless_told_to()
    {
        await ReserveAsync(1, 4);
        Directory.Delete(fixture.WitnessFolder.Below("books"), recursive: true);

        var fault = await Assert.ThrowsAsync<IntegrityException>(() => fixture.Start().Register.ReserveAsync(fixture.Request(5), default));
        Assert.Contains("no witness", fault.Reason, StringComparison.Ordinal);

        var adopting = await fixture.StartAsync(adopt: true);
        Assert.Equal(5, (await adopting.Register.ReserveAsync(fixture.Request(5), default)).Entry().Number);
        Assert.Equal(6, (await fixture.Start().Register.ReserveAsync(fixture.Request(6), default)).Entry().Number);
    }

    [Theory]
    [InlineData("\"number\":4", "\"number\":3")]
    [InlineData("\"page\":2", "\"page\":1")]
    [InlineData("T01:00:00", "T02:00:00")]
    [InlineData("\"signature\":\"", "\"signature\":\"AA")]
    public async Task A_mark_that_the_store_did_not_sign_is_refused(string old, string changed)
    {
        await ReserveAsync(1, 4);
        var path = fixture.WitnessFolder.Below(Mark);
        var text = await File.ReadAllTextAsync(path);
        Assert.Contains(old, text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(path, text.Replace(old, changed, StringComparison.Ordinal));

        var fault = await Assert.ThrowsAsync<IntegrityException>(() => fixture.Start().Register.ReserveAsync(fixture.Request(5), default));
        Assert.Equal($"witness/{Mark}", fault.Record);
    }

    [Fact]
    public async Task A_mark_of_another_store_or_book_is_refused()
    {
        await ReserveAsync(1, 1);
        await fixture.Start().Trail.AppendAsync(new AuditEvent(StoreFixture.Agency, "a", "r", "x", "s", new Dictionary<string, string>(), "k"), null, default);
        using var other = await Witness.OpenAsync(fixture.Blobs, fixture.Place, "another", true, false, fixture.Time, default);
        await Assert.ThrowsAsync<IntegrityException>(() => other.ReadAsync("audit/H99.9.1", default));

        File.Copy(fixture.WitnessFolder.Below("books", "audit", "H99.9.1.json"), fixture.WitnessFolder.Below(Mark), overwrite: true);
        await Assert.ThrowsAsync<IntegrityException>(() => fixture.Start().Register.ReserveAsync(fixture.Request(5), default));
    }

    [Fact]
    public async Task A_store_that_lost_its_key_is_not_given_another()
    {
        await ReserveAsync(1, 1);
        File.Delete(fixture.Folder.Below("keys", "witness.json"));

        var fault = await Assert.ThrowsAsync<IntegrityException>(() => fixture.StartAsync());
        Assert.Equal(Witness.KeyPath, fault.Record);
    }

    [Fact]
    public async Task A_mark_never_goes_back()
    {
        await ReserveAsync(1, 4);
        var witness = fixture.Start().Witness;
        var mark = (await witness.ReadAsync(Mark["books/".Length..^".json".Length], default))!;

        await witness.WriteAsync(mark with { Number = 2, Page = 1 }, default);

        Assert.Equal(mark, await witness.ReadAsync(mark.Book, default));
    }

    [Fact]
    public async Task It_lies_outside_of_the_data_folder()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.Below(".data", "sub"));
        Directory.CreateSymbolicLink(folder.Below("link"), folder.Below(".data", "sub"));
        string? Environment(string name) => name == "XDG_STATE_HOME" ? folder.Below("state") : null;

        Assert.Equal(folder.Below("state", "ecopy", "id"), WitnessFolder.Locate(folder.Below(".data"), null, "id", Environment).Value);
        Assert.Equal(folder.Below("w", "id"), WitnessFolder.Locate(folder.Below(".data"), folder.Below("w"), "id", Environment).Value);
        Assert.Equal(folder.Below(".data2", "id"), WitnessFolder.Locate(folder.Below(".data"), folder.Below(".data2"), "id", Environment).Value);
        Assert.EndsWith("/.local/state/ecopy/id", WitnessFolder.Locate(folder.Below(".data"), null, "id", _ => "relative").Value, StringComparison.Ordinal);
        foreach (var inside in new[] { folder.Below(".data"), folder.Below(".data", "w"), folder.Below("x", "..", ".data"), folder.Below("link") })
            Assert.Equal("witness-inside-data-folder", WitnessFolder.Locate(folder.Below(".data"), inside, "id", Environment).Rejection!.Code);

        using var data = (await DataFolder.OpenAsync(folder.Below(".data"), StoreKind.Demo, TimeProvider.System, default)).Value;
        Assert.Equal("witness-inside-data-folder", (await Witness.OpenAsync(data, data.FullPath, false, TimeProvider.System, default)).Rejection!.Code);
        await File.WriteAllTextAsync(folder.Below("file"), "");
        await Assert.ThrowsAsync<IntegrityException>(() => Witness.OpenAsync(data, folder.Below("file"), false, TimeProvider.System, default));
    }

    [Theory]
    [InlineData("\"kind\":\"demo\"", "\"kind\":\"production\"")]
    [InlineData("\"createdAt\":\"2", "\"createdAt\":\"1")]
    public async Task A_demonstration_store_cannot_be_turned_into_a_real_one(string old, string changed)
    {
        using var folder = new TemporaryFolder(inMemory: true);
        using (var data = (await DataFolder.OpenAsync(folder.Below(".data"), StoreKind.Demo, TimeProvider.System, default)).Value)
        using ((await Witness.OpenAsync(data, folder.Below("w"), false, TimeProvider.System, default)).Value)
        {
        }

        var path = folder.Below(".data", "store.json");
        await File.WriteAllTextAsync(path, (await File.ReadAllTextAsync(path)).Replace(old, changed, StringComparison.Ordinal));

        using var reader = (await DataFolder.OpenReadOnlyAsync(folder.Below(".data"), default)).Value;
        Assert.Equal("store.json", (await Assert.ThrowsAsync<IntegrityException>(
            () => Witness.OpenAsync(reader, folder.Below("w"), false, TimeProvider.System, default))).Record);
    }

    private async Task ReserveAsync(int first, int last)
    {
        var register = fixture.Start().Register;
        for (var copy = first; copy <= last; copy++)
            await register.ReserveAsync(fixture.Request(copy), default);
    }

    private async Task<int> MarkAsync() =>
        (await fixture.Start().Witness.ReadAsync(Mark["books/".Length..^".json".Length], default))!.Number;

    private void Restore(TemporaryFolder backup)
    {
        foreach (var entry in Directory.GetFileSystemEntries(fixture.Folder.Path))
        {
            if (Directory.Exists(entry))
                Directory.Delete(entry, recursive: true);
            else
                File.Delete(entry);
        }

        backup.CopyTo(fixture.Folder.Path);
    }
}
