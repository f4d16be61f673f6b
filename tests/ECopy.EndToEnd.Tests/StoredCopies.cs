using System.Text.Json.Nodes;
using ECopy.Functions.Cli;
using ECopy.TestKit;

namespace ECopy.EndToEnd.Tests;

/// <summary>The store as it lies on the disk, read by hand: what the program says of it is not asked.</summary>
internal sealed class StoredCopies(ProgramUnderTest program)
{
    public const string Agency = "H99.9.1";

    public JsonNode? Request(string copyId) => Read($"requests/{Agency}/{copyId}.json");

    public bool HasRequest(string copyId) => File.Exists(program.PathOf($"requests/{Agency}/{copyId}.json"));

    public bool IsRegistered(string copyId) => Request(copyId)?["state"]?.GetValue<string>() == "registered" && !File.Exists(program.PathOf($"open/{Agency}/{copyId}"));

    /// <summary>All entries of all pages, in the order of pages and entries.</summary>
    public IReadOnlyList<JsonNode> Entries() =>
        [.. Files("register").Order(StringComparer.Ordinal).SelectMany(path => JsonNode.Parse(File.ReadAllBytes(path))!["entries"]!.AsArray()).Select(entry => entry!)];

    public IReadOnlyList<JsonNode> EntriesOf(string copyId) => [.. Entries().Where(entry => entry["copyId"]!.GetValue<string>() == copyId)];

    public IReadOnlyList<string> Files(string folder) =>
        Directory.Exists(program.PathOf(folder)) ? Directory.GetFiles(program.PathOf(folder), "*", SearchOption.AllDirectories) : [];

    public JsonNode? Read(string path)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllBytes(program.PathOf(path)));
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary><c>audit</c> by the program's own entry point, but in this process: asked hundreds of times.</summary>
    public Task<ProgramAnswer> AuditAsync() => AskAsync("audit", "--json", "--witness", program.Witness);

    public Task<ProgramAnswer> VerifyAsync(string subject) => AskAsync("verify", subject, "--json");

    public async Task RequireCleanAsync()
    {
        var audit = await AuditAsync();
        Assert.True(audit.ExitCode == 0, audit.ToString());
    }

    /// <summary>The numbers of the book are 1, 2, 3 …, and each copy here has exactly one.</summary>
    public void RequireContiguous(IReadOnlyCollection<string> copyIds)
    {
        var entries = Entries();
        Assert.Equal(Enumerable.Range(1, copyIds.Count), entries.Select(entry => entry["number"]!.GetValue<int>()));
        Assert.Equal(copyIds.Order(StringComparer.Ordinal), entries.Select(entry => entry["copyId"]!.GetValue<string>()).Order(StringComparer.Ordinal));
        Assert.All(entries, entry => Assert.Equal("issued", entry["state"]!.GetValue<string>()));
    }

    /// <summary>Finished once: one entry, one signature of each kind, one copy, which is the one the register knows and verifies.</summary>
    public async Task RequireFinishedOnceAsync(string copyId)
    {
        Assert.True(IsRegistered(copyId), Request(copyId)?.ToJsonString());
        var entry = Assert.Single(EntriesOf(copyId));
        Assert.Equal("issued", entry["state"]!.GetValue<string>());

        var copy = Assert.Single(Files($"copies/{Agency}/{copyId}"));
        var work = Files($"work/{Agency}/{copyId}").Select(path => Path.GetRelativePath(program.PathOf($"work/{Agency}/{copyId}"), path)).ToList();
        Assert.Equal(["1/person.p7s", "1/seal.p7s"], work.Where(path => path.EndsWith(".p7s", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        // Two at once may each have put validation data together: whose timestamp came first says which.
        Assert.Equal(
            ["1/composed.pdf", "1/person.signed.pdf", "1/seal.signed.pdf"],
            work.Where(path => path.EndsWith(".pdf", StringComparison.Ordinal) && !path.Contains("prepare", StringComparison.Ordinal) && !path.Contains("preserve", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Equal(
            ["1/person.timestamp.tst", "1/preserve.timestamp.json", "1/seal.timestamp.tst"],
            work.Where(path => path.Contains(".timestamp.", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        // What was sealed is what was signed: the seal's revision only continues the person's file.
        Assert.True(File.ReadAllBytes(copy).AsSpan().StartsWith(File.ReadAllBytes(program.PathOf($"work/{Agency}/{copyId}/1/person.signed.pdf"))));

        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(copy))), entry["sha256"]!.GetValue<string>());
        var verified = await VerifyAsync(copy);
        Assert.True(verified.ExitCode == 0, verified.ToString());
    }

    private async Task<ProgramAnswer> AskAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync([.. arguments, "--data", program.Data], output, error);
        return new ProgramAnswer(code, output.ToString(), error.ToString());
    }
}
