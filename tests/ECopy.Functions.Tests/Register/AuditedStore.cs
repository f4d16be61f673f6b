using System.Security.Cryptography;
using System.Text;
using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Register;
using ECopy.Functions.Storage;
using ECopy.Functions.Tests.Ledger;

namespace ECopy.Functions.Tests.Register;

/// <summary>An office's store with seven numbers in every state, everything audited, and each version that a page ever had.</summary>
internal sealed class AuditedStore : IExpectedRecords, IDisposable
{
    public const string RegisterRoot = "register/H99.9.1/2026/01-2026-SCT-BS-TEST";
    public const string TrailRoot = "audit/H99.9.1";
    private readonly List<ExpectedBlob> copies = [];
    private Dictionary<string, byte[]> snapshot = [];

    public StoreFixture Store { get; } = new();

    public HashSet<string> InFlight { get; } = new(StringComparer.Ordinal);

    /// <summary>Path and every content it had before the last one.</summary>
    public Dictionary<string, List<string>> Earlier { get; } = new(StringComparer.Ordinal);

    public IReadOnlyList<string> CompletePrefixes => ["copies/"];

    public static async Task<AuditedStore> CreateAsync()
    {
        var audited = new AuditedStore();
        var process = await audited.Store.StartAsync();
        for (var copy = 1; copy <= 7; copy++)
            await audited.WorkAsync(process, copy);
        audited.Keep();
        foreach (var versions in audited.Earlier.Values)
            versions.RemoveAt(versions.Count - 1);
        audited.snapshot = audited.Read();
        return audited;
    }

    public async Task<AuditReport> AuditAsync()
    {
        var process = await Store.StartAsync();
        return await new StoreAudit(process.Store, process.Witness, Store.Options, [this]).RunAsync(default);
    }

    public string Full(string path) => Store.Folder.Below(path.Split('/'));

    public string Text(string path) => File.ReadAllText(Full(path));

    public void Write(string path, string text) => File.WriteAllText(Full(path), text);

    public void Swap(string a, string b)
    {
        var (first, second) = (File.ReadAllBytes(Full(a)), File.ReadAllBytes(Full(b)));
        File.WriteAllBytes(Full(a), second);
        File.WriteAllBytes(Full(b), first);
    }

    /// <summary>Puts everything back as it was when the work was done.</summary>
    public void Restore()
    {
        foreach (var extra in Read().Keys.Except(snapshot.Keys))
            File.Delete(Full(extra));
        foreach (var (path, content) in snapshot)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Full(path))!);
            File.WriteAllBytes(Full(path), content);
        }
    }

    public async IAsyncEnumerable<ExpectedBlob> ExpectedAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var copy in copies)
            yield return copy;
    }

    public IAsyncEnumerable<string> InFlightAsync(CancellationToken cancellationToken) => InFlight.ToAsyncEnumerable();

    public void Dispose() => Store.Dispose();

    private async Task WorkAsync(StoreFixture.Process process, int copy)
    {
        var agency = StoreFixture.Agency;
        var book = StoreFixture.Book;
        var scan = Encoding.UTF8.GetBytes($"scan {copy}");
        await process.Store.CreateImmutableAsync($"scans/{agency}/copy{copy}/1.jpg", scan, default);
        await process.Trail.AppendAsync(
            new AuditEvent(
                agency, "motcua.linh", "OneStopClerk", "uploaded", $"copy{copy}",
                AuditedBlobs.Stored($"scans/{agency}/copy{copy}/1.jpg", Hash(scan)), $"uploaded:copy{copy}"),
            1, default);
        Keep();
        var entry = (await process.Register.ReserveAsync(Store.Request(copy), default)).Entry();
        Keep();
        await process.Trail.AppendAsync(RegisterEvents.For(agency, book, entry, "hub", "system"), 1, default);
        Keep();
        if (copy is 4 or 7)
            return; // approved, and being signed
        Store.Time.Set(StoreFixture.Monday.AddMinutes(copy));
        if (copy == 2)
        {
            entry = (await process.Register.VoidAsync(agency, book, entry.Number, entry.CopyId, "signing key failed", default)).Value;
        }
        else
        {
            var signed = Encoding.UTF8.GetBytes($"%PDF {copy}");
            await process.Store.CreateImmutableAsync($"copies/{agency}/copy{copy}/1.pdf", signed, default);
            copies.Add(new ExpectedBlob($"copies/{agency}/copy{copy}/1.pdf", Hash(signed), $"public/{copy}.json"));
            entry = await process.Register.IssueAsync(agency, book, entry.Number, entry.CopyId, Hash(signed), default);
        }

        Keep();
        await process.Trail.AppendAsync(RegisterEvents.For(agency, book, entry, "hub", "system"), 1, default);
        Keep();
    }

    private static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private void Keep()
    {
        foreach (var (path, text) in Store.Files("register").Concat(Store.Files("audit")))
        {
            if (!Earlier.TryGetValue(path, out var versions))
                Earlier.Add(path, versions = []);
            if (versions.LastOrDefault() != text)
                versions.Add(text);
        }
    }

    private Dictionary<string, byte[]> Read() =>
        Directory.GetFiles(Store.Folder.Path, "*", SearchOption.AllDirectories)
            .ToDictionary(file => Path.GetRelativePath(Store.Folder.Path, file), File.ReadAllBytes);
}
