using System.Diagnostics;
using System.Globalization;
using System.Text;
using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Register;
using ECopy.Functions.Storage;

namespace ECopy.TestKit;

/// <summary>
/// What must be seen from outside a process (order of system calls, locks, kill -9) runs here:
/// <c>dotnet ECopy.TestKit.dll VERB …</c>.
/// </summary>
internal static class StorageChild
{
    public static ProcessStartInfo Command(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "ECopy.TestKit.dll"));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return start;
    }

    public static async Task<int> Main(string[] arguments)
    {
        try
        {
            switch (arguments)
            {
                case ["create", var root, var path, var text]:
                    Console.WriteLine(await FileBlobStore.Open(root).CreateIfAbsentAsync(path, Encoding.UTF8.GetBytes(text), default));
                    return 0;
                case ["replace", var root, var path, var text]:
                    var store = FileBlobStore.Open(root);
                    var etag = (await store.ReadAsync(path, default))?.ETag;
                    Console.WriteLine(await store.ReplaceIfUnchangedAsync(path, Encoding.UTF8.GetBytes(text), etag, default) ?? "conflict");
                    return 0;
                case ["create-race", var root, var path, var text]:
                    var racer = FileBlobStore.Open(root);
                    Console.WriteLine("ready");
                    await Console.In.ReadLineAsync();
                    Console.WriteLine(await racer.CreateIfAbsentAsync(path, Encoding.UTF8.GetBytes(text), default));
                    return 0;
                case ["own", var folder]:
                    return await OwnAsync(folder);
                case ["number", var folder, var witness, var first]:
                    return await NumberAsync(folder, witness, int.Parse(first, CultureInfo.InvariantCulture));
                case ["fixture", var folder]:
                    await FixtureStore.MakeAsync(folder);
                    return 0;
                default:
                    await Console.Error.WriteLineAsync("unknown verb");
                    return 64;
            }
        }
        catch (TransientException e)
        {
            Console.WriteLine($"transient: {e.Message}");
            return 3;
        }
    }

    /// <summary>Takes the data folder and keeps it until its input ends.</summary>
    private static async Task<int> OwnAsync(string folder)
    {
        var opened = await DataFolder.OpenAsync(folder, StoreKind.Demo, TimeProvider.System, default);
        if (opened.Rejection is { } rejection)
        {
            Console.WriteLine($"{rejection.Code} {rejection.Details?.GetValueOrDefault("pid")}");
            return 1;
        }

        using var data = opened.Value;
        Console.WriteLine("owner");
        await Console.In.ReadToEndAsync();
        return 0;
    }

    /// <summary>Reserves, issues and voids until it is killed, and says what it was told.</summary>
    private static async Task<int> NumberAsync(string folder, string witnessFolder, int first)
    {
        using var data = (await DataFolder.OpenAsync(folder, StoreKind.Demo, TimeProvider.System, default)).Value;
        using var witness = (await Witness.OpenAsync(data, witnessFolder, false, TimeProvider.System, default)).Value;
        var options = new LedgerOptions { EntriesPerPage = 5 };
        var register = new CertificationRegister(data.Blobs, witness, options, TimeProvider.System);
        var trail = new AuditTrail(data.Blobs, witness, options, TimeProvider.System);
        var next = first;
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            while (true)
            {
                var copyId = FormattableString.Invariant($"c{Interlocked.Increment(ref next)}");
                var entry = await ReserveAsync(register, copyId);
                await Console.Out.WriteLineAsync($"reserved {entry.Number} {copyId}");
                await trail.AppendAsync(RegisterEvents.For("H99.9.1", Book, entry, "test", "test"), 1, default);
                entry = entry.Number % 4 == 0
                    ? (await register.VoidAsync("H99.9.1", Book, entry.Number, copyId, "signing key failed", default)).Value
                    : await register.IssueAsync("H99.9.1", Book, entry.Number, copyId, new string('a', 64), default);
                await trail.AppendAsync(RegisterEvents.For("H99.9.1", Book, entry, "test", "test"), 1, default);
                await Console.Out.WriteLineAsync($"done {entry.Number} {copyId}");
            }
        }));
        return 0;
    }

    internal static RegisterBook Book { get; } = RegisterBook.Parse("01/2026-SCT/BS-TEST");

    private static async Task<RegisterEntry> ReserveAsync(CertificationRegister register, string copyId)
    {
        var request = new ReserveRequest(
            "H99.9.1", Book, 1, copyId, 1, new DateOnly(2026, 3, 2), "Bằng tốt nghiệp", "Nguyễn Thị Ví Dụ",
            new RegisterSigner("Trần Văn Mẫu", "PHÓ CHỦ TỊCH"), 1, 2, 4000);
        return ((ReserveOutcome.Reserved)(await register.ReserveAsync(request, default)).Value).Entry;
    }
}
