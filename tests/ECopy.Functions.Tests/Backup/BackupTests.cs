using System.Security.Cryptography;
using System.Text;
using ECopy.Functions.Backup;
using ECopy.Functions.Domain;
using ECopy.Functions.Register;
using ECopy.Functions.Storage;
using ECopy.TestKit;
using Xunit.Abstractions;

namespace ECopy.Functions.Tests.Backup;

/// <summary>A copy of the store, taken while it is in use, is a moment at which it could have been killed.</summary>
public sealed class BackupTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryFolder folder = new(inMemory: true);

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_backup_taken_while_copies_are_made_goes_on_as_after_a_kill()
    {
        var backups = new List<string>();
        await using (var office = await TestOffice.OpenAsync())
        {
            var copies = Task.WhenAll(Enumerable.Range(1, 24).Select(async seed =>
            {
                var copyId = (await office.SubmitAsync($"Bảng điểm {seed}", null, SmallScan.Png(seed))).Value.CopyId;
                await office.WhenStateAsync(copyId, CopyState.WaitingForReview);
                // One in six is left undecided.
                if (seed % 6 != 0) await office.DecideAsync(copyId);
                if (seed % 6 != 0) await office.WhenStateAsync(copyId, CopyState.Registered);
            }));
            while (!copies.IsCompleted || backups.Count == 0)
            {
                var path = folder.Below($"b{backups.Count}{(backups.Count % 2 == 0 ? "" : ".zip")}");
                await BackUpAsync(office, path, withKeys: true);
                backups.Add(path);
            }

            await copies;
        }

        // The first, the last, and one from between, where most is under way.
        output.WriteLine($"{backups.Count} backups meanwhile");
        foreach (var backup in backups.Count > 3 ? [backups[0], backups[backups.Count / 2], backups[^1]] : backups) await GoOnAsync(backup);
    }

    [Fact]
    public async Task What_a_backup_leaves_out_is_what_no_store_needs()
    {
        await using var office = await TestOffice.OpenAsync();
        var request = await office.CertifyAsync();
        await BackUpAsync(office, folder.Below("without"), withKeys: false);
        await BackUpAsync(office, folder.Below("with"), withKeys: true);

        var names = Names("without");
        Assert.Contains($"store/{request.Issued!.Path}", names);
        Assert.Contains("store/keys/witness.json", names);
        Assert.DoesNotContain(names, name => name.Contains(".p12", StringComparison.Ordinal) || name.Contains("password", StringComparison.Ordinal) || name.Contains("sqlite", StringComparison.Ordinal) || name.Contains("owner.lock", StringComparison.Ordinal) || name.Contains(".sock", StringComparison.Ordinal));
        Assert.Contains(Names("with"), name => name.StartsWith("files/keys/", StringComparison.Ordinal) && name.EndsWith(".p12", StringComparison.Ordinal));
        // The list is what sha256sum reads.
        Assert.Equal(0, OutsideTool.Run("bash", "-c", $"cd '{folder.Below("with")}' && sha256sum --check --quiet --strict SHA256SUMS").ExitCode);
    }

    [Fact]
    public async Task A_backup_that_is_not_whole_is_not_restored()
    {
        await using var office = await TestOffice.OpenAsync();
        await office.CertifyAsync();
        await BackUpAsync(office, folder.Below("b"), withKeys: false);
        var record = (await BackupSource.OpenAsync(folder.Below("b"), default)).Value.Record;
        Assert.Equal(1, record.Schema);

        var copy = Names("b").First(name => name.StartsWith("store/copies/", StringComparison.Ordinal));
        var good = await File.ReadAllBytesAsync(folder.Below("b", copy));
        good[^1] ^= 1;
        await File.WriteAllBytesAsync(folder.Below("b", copy), good);
        var damaged = await RestoreAsync("b", "one");
        Assert.Equal(("backup-damaged", copy), (damaged.Rejection!.Code, damaged.Rejection.Details!["file"]));
        Assert.False(Directory.Exists(folder.Below("one")));
        File.Delete(folder.Below("b", copy));
        Assert.Equal("backup-damaged", (await RestoreAsync("b", "one")).Rejection!.Code);
        good[^1] ^= 1;
        await File.WriteAllBytesAsync(folder.Below("b", copy), good);

        // Cut short in its middle: no store; the same restore goes on, another one does not.
        Directory.CreateDirectory(folder.Below("one", Path.GetDirectoryName(copy)!["store/".Length..]));
        await File.WriteAllBytesAsync(folder.Below("one", copy["store/".Length..]), good);
        Assert.False((await RestoreAsync("b", "one")).IsRejected);
        Assert.Equal("restore-not-empty", (await RestoreAsync("b", "one")).Rejection!.Code);
        Directory.CreateDirectory(folder.Below("two", "requests"));
        await File.WriteAllTextAsync(folder.Below("two", "requests", "other.json"), "{}");
        Assert.Equal("restore-not-empty", (await RestoreAsync("b", "two")).Rejection!.Code);

        await File.AppendAllTextAsync(folder.Below("b", "SHA256SUMS"), $"{new string('0', 64)}  store/more\n");
        Assert.Equal("backup-unusable", (await RestoreAsync("b", "three")).Rejection!.Code);
        File.Delete(folder.Below("b", "backup.json"));
        Assert.Equal("backup-unusable", (await RestoreAsync("b", "three")).Rejection!.Code);
        Assert.Equal("backup-unusable", (await RestoreAsync("nothing", "three")).Rejection!.Code);
        Assert.Equal("backup-target-unusable", BackupTarget.Create(folder.Below("b")).Rejection!.Code);
    }

    [Fact]
    public async Task Keys_that_lie_in_a_folder_of_their_own_are_in_a_backup_with_keys_and_come_back_there()
    {
        await using var office = await TestOffice.OpenAsync();
        var (elsewhere, back) = (Elsewhere("keys"), Elsewhere("back"));
        foreach (var (from, to) in ((string, string)[])[("keys", elsewhere.Keys), ("authority", elsewhere.Authority)])
        {
            Directory.CreateDirectory(to);
            foreach (var file in Directory.GetFiles(Path.Combine(office.DataPath, from)).Where(file => !file.EndsWith("witness.json", StringComparison.Ordinal))) File.Move(file, Path.Combine(to, Path.GetFileName(file)));
        }

        await BackUpAsync(office, folder.Below("b"), elsewhere);
        Assert.False((await RestoreToAsync(folder.Below("b"), folder.Below("data"), back)).IsRejected);
        Assert.Contains(Directory.GetFiles(back.Keys), file => file.EndsWith(".p12", StringComparison.Ordinal));
        foreach (var (was, there) in ((string, string)[])[(elsewhere.Keys, back.Keys), (elsewhere.Authority, back.Authority)])
        {
            var names = Directory.GetFiles(was).Select(Path.GetFileName).Order(StringComparer.Ordinal).ToList();
            Assert.Equal(names, Directory.GetFiles(there).Select(Path.GetFileName).Order(StringComparer.Ordinal));
            foreach (var name in names) Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(was, name!)), await File.ReadAllBytesAsync(Path.Combine(there, name!)));
        }

        LocalKeys Elsewhere(string name) => new(folder.Below(name), folder.Below(name, "authority"));
    }

    [Fact]
    public async Task A_backup_with_files_that_no_backup_holds_is_refused_before_anything_is_written()
    {
        await using var office = await TestOffice.OpenAsync();
        await BackUpAsync(office, folder.Below("b"), withKeys: false);
        var list = await File.ReadAllTextAsync(folder.Below("b", "SHA256SUMS"));
        var record = StoredJson.Parse<BackupRecord>("backup.json", await File.ReadAllBytesAsync(folder.Below("b", "backup.json")));
        foreach (var name in (string[])["x", "other/a.json", "files/hub.sqlite", "files/store.json", "store/hub.sqlite", "store/owner.lock", "store/keys/attestor.p12", "store/../../x"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(folder.Below("b", name)))!);
            await File.WriteAllTextAsync(folder.Below("b", name), "1");
            // With a list that fits, as whoever put the file there would make it.
            var forged = $"{list}{Convert.ToHexStringLower(SHA256.HashData("1"u8))}  {name}\n";
            await File.WriteAllTextAsync(folder.Below("b", "SHA256SUMS"), forged);
            await File.WriteAllBytesAsync(folder.Below("b", "backup.json"), StoredJson.Serialize(record with { Blobs = record.Blobs + 1, Digests = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(forged))) }));
            Assert.Equal((name, "backup-unusable"), (name, (await RestoreAsync("b", "one")).Rejection?.Code));
            Assert.False(Directory.Exists(folder.Below("one")));
        }
    }

    /// <summary>Everything that the backup knows comes to its end, once, as if the office had been switched off and on.</summary>
    private static async Task GoOnAsync(string backup)
    {
        await using var office = await TestOffice.OpenAsync(prepare: async (data, _) => Assert.False((await RestoreToAsync(backup, data)).IsRejected));
        var ids = new List<string>();
        await foreach (var path in office.Store.ListAsync(BlobPaths.Requests, default)) ids.Add(Path.GetFileNameWithoutExtension(path));
        await Task.WhenAll(ids.Select(async copyId =>
        {
            var waiting = await office.WhenAsync(copyId, request => request.State is CopyState.WaitingForReview or CopyState.Registered || request.Decision is not null);
            if (waiting.Decision is null) Assert.False((await office.DecideAsync(copyId)).IsRejected);
            await office.WhenAsync(copyId, request => request.State is CopyState.Registered);
        }));
        // One more, so that every book meets its witness again.
        ids.Add((await office.CertifyAsync()).CopyId);
        await office.WhenSettledAsync();

        var book = await office.BookAsync();
        Assert.Equal(Enumerable.Range(1, ids.Count), book.Select(entry => entry.Number));
        Assert.Equal(ids.Order(StringComparer.Ordinal), book.Select(entry => entry.CopyId).Order(StringComparer.Ordinal));
        Assert.All(book, entry => Assert.Equal(RegisterState.Issued, entry.State));
        var audit = await office.AuditAsync();
        Assert.True(audit.Verdict is AuditVerdict.Clean, audit.ToString());
    }

    private static Task BackUpAsync(TestOffice office, string path, bool withKeys) => BackUpAsync(office, path, withKeys ? LocalKeys.In(office.DataPath) : null);

    private static async Task BackUpAsync(TestOffice office, string path, LocalKeys? keys)
    {
        await using var target = BackupTarget.Create(path).Value;
        await new TakeBackup(office.Store, TimeProvider.System).RunAsync((await StoreIdentity.ReadAsync(office.Store, default))!, target, keys, default);
    }

    private Task<Result<BackupRecord>> RestoreAsync(string backup, string data) => RestoreToAsync(folder.Below(backup), folder.Below(data));

    private static async Task<Result<BackupRecord>> RestoreToAsync(string backup, string data, LocalKeys? keys = null)
    {
        var source = await BackupSource.OpenAsync(backup, default);
        if (source.IsRejected) return source.Rejection!;
        using (source.Value) return await RestoreBackup.RunAsync(source.Value, backup, StorePlace.InFolder, data, keys ?? LocalKeys.In(data), TimeProvider.System, _ => { }, default);
    }

    private List<string> Names(string backup) =>
        [.. File.ReadAllLines(folder.Below(backup, "SHA256SUMS")).Select(line => line[66..])];
}
