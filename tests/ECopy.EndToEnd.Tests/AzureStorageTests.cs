using System.Security.Cryptography;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;
using ECopy.TestKit;

namespace ECopy.EndToEnd.Tests;

/// <summary>The program by itself, its blobs in a storage account and its witness in another one: a real Azurite.</summary>
[Collection(TheProgram.Name)]
public sealed class AzureStorageTests : IAsyncLifetime, IDisposable
{
    private readonly ProgramUnderTest program = new();
    private readonly ProgramUnderTest elsewhere = new();
    private Azurite? azurite;

    private BlobServiceClient Account => new(azurite!.ConnectionString);

    public async Task InitializeAsync()
    {
        azurite = await Azurite.StartAsync();
        Configure(program, "ecopy-");
        Configure(elsewhere, "ecopy-");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        program.Dispose();
        elsewhere.Dispose();
        azurite?.Dispose();
    }

    [Fact]
    public async Task The_commands_work_over_an_account_as_over_a_folder()
    {
        program.Put("scan.jpg", DrawnScans.Marks(1));
        var made = program.Run("certify", "scan.jpg", "--title", "Bảng điểm", "--json", "--lang", "en", "--out", "here.pdf");
        var copy = Certified.Of(made);
        Assert.Equal(1, copy.RegisterNumber);
        Assert.Contains($"Store: {Account.Uri.AbsoluteUri}/ecopy-*\n", made.Error, StringComparison.Ordinal);
        Assert.Equal(copy.Sha256, Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(program.Folder, "here.pdf")))));

        // Where it lies, if nobody wants a file.
        var second = Certified.Of(program.Run("certify", "scan.jpg", "--title", "Bảng điểm", "--json"));
        Assert.StartsWith($"{Account.Uri.AbsoluteUri}/ecopy-copies/", second.Path, StringComparison.Ordinal);
        Assert.True(await new BlobClient(azurite!.ConnectionString, "ecopy-copies", second.Path[(second.Path.IndexOf("ecopy-copies/", StringComparison.Ordinal) + "ecopy-copies/".Length)..]).ExistsAsync());

        // Nothing but keys and the hub's database is on this machine, and the marks are in the other account.
        Assert.Empty(Directory.GetDirectories(program.Data).Select(Path.GetFileName).Except([".tmp", "authority", "keys"]));
        Assert.False(Directory.Exists(program.Witness));
        Assert.Contains(
            await new BlobContainerClient(azurite.SecondConnectionString, "register-witness").GetBlobsAsync().ToListAsync(),
            mark => mark.Name.EndsWith("books/audit/H99.9.1.json", StringComparison.Ordinal));

        // From another machine: no folder at all, and it makes none.
        File.Copy(Path.Combine(program.Folder, "here.pdf"), Path.Combine(elsewhere.Folder, "here.pdf"));
        foreach (var command in (string[][])[["verify", "here.pdf"], ["verify", second.VerificationCode], ["audit"], ["user", "list", "--agency", "H99.9.1"]])
        {
            var answer = elsewhere.Run(command);
            Assert.True(answer.ExitCode == 0, answer.ToString());
        }

        Assert.False(Directory.Exists(elsewhere.Data));
        Assert.Equal(0, elsewhere.Run("user", "lock", "motcua.linh", "--agency", "H99.9.1").ExitCode);

        // A register page put back is named, by the marks of the other account.
        var pages = Account.GetBlobContainerClient("ecopy-register");
        var page = pages.GetBlobClient((await pages.GetBlobsAsync().SingleAsync()).Name);
        await page.DeleteAsync();
        var bad = elsewhere.Run("audit", "--lang", "en");
        Assert.Equal(1, bad.ExitCode);
        Assert.True(bad.Output.StartsWith($"First bad record: register/{page.Name}: ", StringComparison.Ordinal), $"{page.Name}\n{bad}");

        // A real store beside it, of its own prefix; what it is, it is for good.
        Configure(elsewhere, "real-");
        Assert.Equal(0, elsewhere.Run("init", "--kind", "production").ExitCode);
        Assert.Equal(0, elsewhere.Run("agency", "add", "H10.1.2", "--header", "UBND XÃ A / UBND XÃ A", "--short", "UBND xã A", "--full", "Ủy ban nhân dân xã A", "--place", "A", "--hotline", "1900 0000").ExitCode);
        Assert.Equal(0, elsewhere.Run("audit").ExitCode);
        Assert.Equal(1, elsewhere.Run("init", "--kind", "demo").ExitCode);

        // Settings that cannot be used are one sentence; so is a witness in the account that it is to guard.
        elsewhere.Settings["Register__WitnessConnectionString"] = azurite.ConnectionString;
        Assert.Contains("another storage account", elsewhere.Run("audit", "--lang", "en").Error, StringComparison.Ordinal);
        elsewhere.Settings["Storage__ConnectionString"] = "AccountName=nothing";
        var unusable = elsewhere.Run("serve", "--lang", "en");
        Assert.Equal(1, unusable.ExitCode);
        Assert.StartsWith("The setting Storage:ConnectionString cannot be used", unusable.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_has_one_owner_wherever_its_machines_are()
    {
        program.Put("scan.jpg", DrawnScans.Marks(1));
        elsewhere.Put("scan.jpg", DrawnScans.Marks(2));
        var server = await program.ServeAsync();
        // Another machine's folder, as far as the store can tell.
        foreach (var command in (string[][])[["serve", "--port", "0"], ["certify", "scan.jpg", "--title", "Bảng điểm"]])
        {
            var refused = elsewhere.Run([.. command, "--lang", "vi"]);
            Assert.NotEqual(0, refused.ExitCode);
            Assert.Equal(
                $"Kho dữ liệu {Account.Uri.AbsoluteUri}/ecopy-* đang được tiến trình {server.Program.Pid} trên máy {Environment.MachineName} dùng.",
                refused.Error.TrimEnd('\n').Split('\n')[^1]);
        }

        Assert.Equal(1, Certified.Of(program.Run("certify", "scan.jpg", "--title", "Bảng điểm", "--json")).RegisterNumber);

        // Killed: the next one waits for the end of its lease, and says so.
        server.Kill();
        var next = await program.ServeAsync();
        Assert.Matches("still held by process .* waiting", next.Program.Error);
        Assert.Equal(2, Certified.Of(program.Run("certify", "scan.jpg", "--title", "Bảng điểm", "--json")).RegisterNumber);

        // An operator breaks the lease: another one comes in at once, and the first ends itself in words.
        await Account.GetBlobContainerClient("ecopy-root").GetBlockBlobClient("owner.lock").GetBlobLeaseClient().BreakAsync(TimeSpan.Zero);
        // The demo's keys are its folder's: whoever takes over brings them.
        CopyKeys();
        var other = await elsewhere.ServeAsync();
        var ended = next.Program.Wait();
        Assert.Equal(1, ended.ExitCode);
        Assert.EndsWith("This program no longer owns the store (another machine took it, or its lease was broken) and stops; nothing more is written. What was accepted is not lost.\n", ended.Error, StringComparison.Ordinal);
        Assert.Equal(3, Certified.Of(elsewhere.Run("certify", "scan.jpg", "--title", "Bảng điểm", "--json")).RegisterNumber);

        // Stopped in order: given back, nobody waits.
        other.Program.Signal(Signals.Terminate);
        Assert.Equal(0, other.Program.Wait().ExitCode);
        var last = program.Run("certify", "scan.jpg", "--title", "Bảng điểm", "--json");
        Assert.Equal(4, Certified.Of(last).RegisterNumber);
        Assert.DoesNotContain("still held", last.Error, StringComparison.Ordinal);
        Assert.Equal(0, program.Run("audit").ExitCode);
    }

    [Fact]
    public async Task A_store_moves_by_backup_and_an_older_one_gives_no_number_again()
    {
        // In a folder first, its witness where every later place of it has it too.
        program.Settings.Clear();
        program.Settings["Register__WitnessConnectionString"] = azurite!.SecondConnectionString;
        program.Put("scan.jpg", DrawnScans.Marks(1));
        var first = Certified.Of(program.Run("certify", "scan.jpg", "--title", "Bảng điểm", "--json", "--out", "first.pdf"));
        using (var server = await program.ServeAsync())
        {
            // Beside the running server.
            var old = program.Run("backup", "--out", "old.zip", "--with-keys", "--lang", "en");
            Assert.True(old.ExitCode == 0, old.ToString());
            Assert.Contains("whoever reads it can sign", old.Error, StringComparison.Ordinal);
            Certified.Of(program.Run("certify", "scan.jpg", "--title", "Bảng điểm", "--json"));
            Assert.Equal(0, program.Run("backup", "--out", "now", "--with-keys").ExitCode);
        }

        // Into the account, and on; the copies of before are known, and the marks agree.
        var backup = Path.Combine(program.Folder, "now");
        var moved = elsewhere.Run("restore", "--from", backup, "--lang", "en");
        Assert.True(moved.ExitCode == 0, moved.ToString());
        Assert.Contains("Register, trail, scans and copies are intact.", moved.Output, StringComparison.Ordinal);
        Assert.Equal(1, elsewhere.Run("restore", "--from", backup).ExitCode);
        elsewhere.Put("scan.jpg", DrawnScans.Marks(2));
        Assert.Equal(3, Certified.Of(elsewhere.Run("certify", "scan.jpg", "--title", "Bảng điểm", "--json")).RegisterNumber);
        Assert.Equal(0, elsewhere.Run("verify", Path.Combine(program.Folder, "first.pdf")).ExitCode);
        var back = elsewhere.Run("backup", "--out", "back.zip", "--lang", "en");
        Assert.True(back.ExitCode == 0, back.ToString());
        Assert.Contains("Signing keys are not in this backup", back.Error, StringComparison.Ordinal);

        // Back into a folder, without keys: everything but signing.
        using var third = new ProgramUnderTest();
        third.Settings["Register__WitnessConnectionString"] = azurite.SecondConnectionString;
        Assert.Equal(0, third.Run("restore", "--from", Path.Combine(elsewhere.Folder, "back.zip")).ExitCode);
        Assert.Equal(0, third.Run("verify", first.VerificationCode).ExitCode);

        // The older one: the witness has seen more, and no number comes out of it.
        using var late = new ProgramUnderTest();
        late.Settings["Register__WitnessConnectionString"] = azurite.SecondConnectionString;
        late.Put("scan.jpg", DrawnScans.Marks(3));
        var restored = late.Run("restore", "--from", Path.Combine(program.Folder, "old.zip"), "--lang", "en");
        Assert.Equal(1, restored.ExitCode);
        Assert.Contains("restored from a backup", restored.Output, StringComparison.Ordinal);
        Assert.Contains("no number of that book is given again", restored.Error, StringComparison.Ordinal);
        var refused = late.Run("certify", "scan.jpg", "--title", "Bảng điểm", "--lang", "en");
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Single(new StoredCopies(late).Entries());
        Assert.Equal(0, late.Run("verify", Path.Combine(program.Folder, "first.pdf")).ExitCode);
    }

    private void Configure(ProgramUnderTest one, string prefix)
    {
        one.Settings["Storage__ConnectionString"] = azurite!.ConnectionString;
        one.Settings["Storage__ContainerPrefix"] = prefix;
        one.Settings["Storage__LeaseSeconds"] = "15";
        one.Settings["Register__WitnessConnectionString"] = azurite.SecondConnectionString;
    }

    private void CopyKeys()
    {
        foreach (var folder in (string[])["keys", "authority"])
        {
            Directory.CreateDirectory(elsewhere.PathOf(folder));
            foreach (var file in Directory.EnumerateFiles(program.PathOf(folder))) File.Copy(file, Path.Combine(elsewhere.PathOf(folder), Path.GetFileName(file)), overwrite: true);
        }
    }
}
