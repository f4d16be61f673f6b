using System.Text.RegularExpressions;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Architecture;

/// <summary>
/// The one-way rules between folders, read from the sources: Domain uses nothing; Storage, Ledger and Hub know nothing of copies;
/// a step never uses another step; only Workflow, Web, Cli, Demo (which acts as people do) and the host see all of them; signing knows neither web nor cloud.
/// </summary>
public sealed partial class WallTests
{
    private static readonly string Root = SourceFolder.Root;

    /// <summary>What each folder may use beside itself. A step gets the shared folders and nothing else.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Domain"] = [],
        ["Storage"] = ["Domain"],
        ["Ledger"] = ["Domain", "Storage"],
        ["Hub"] = [],
        ["Layout"] = [],
        ["Texts"] = ["Domain"],
        // A vault signs digests and knows nothing of whose they are.
        ["KeyVault"] = ["Domain"],
        // A signing service does too; what it is waited for outlives the program.
        ["RemoteSigning"] = ["Domain", "Storage"],
        ["Office"] = ["Domain", "Storage", "Ledger", "KeyVault", "RemoteSigning"],
        // Whoever signs or checks asks here about time and revocation.
        ["TrustServices"] = ["Domain", "Office"],
        ["Requests"] = ["Domain", "Storage", "Ledger"],
        ["Upload"] = ["Domain", "Storage", "Ledger", "Office", "Requests", "Layout"],
        ["Hash"] = ["Domain", "Storage", "Ledger", "Office", "Requests"],
        ["Review"] = ["Domain", "Storage", "Ledger", "Office", "Requests"],
        ["Compose"] = ["Domain", "Storage", "Ledger", "Office", "Requests", "Layout"],
        ["Sign"] = ["Domain", "Storage", "Ledger", "Office", "Requests", "Layout", "TrustServices"],
        ["Register"] = ["Domain", "Storage", "Ledger", "Office", "Requests"],
        // Verifying reads what registering wrote: the book and the public record. Never the other way round.
        ["Verify"] = ["Domain", "Storage", "Office", "Register"],
        // Which records refer to which: a copy of the store must know them all.
        ["Backup"] = ["Domain", "Storage", "Ledger", "Register", "Upload"],
    };

    private static readonly string[] SeeAllSteps = ["Workflow", "Web", "Cli", "Pages", "Demo", "Triggers"];

    [Fact]
    public void Folders_use_only_what_they_may()
    {
        var broken = new List<string>();
        foreach (var folder in Directory.EnumerateDirectories(Path.Combine(Root, "functions")).Select(path => Path.GetFileName(path)!))
        {
            if (folder is "bin" or "obj" or "node_modules" or "wwwroot" || SeeAllSteps.Contains(folder)) continue;
            if (!Allowed.TryGetValue(folder, out var allowed))
            {
                broken.Add($"functions/{folder} has no rule: which walls does it have?");
                continue;
            }

            foreach (var (file, used) in Uses(Path.Combine(Root, "functions", folder)))
            {
                if (used != folder && !allowed.Contains(used)) broken.Add($"{file} uses {used}");
            }
        }

        Assert.Empty(broken);
    }

    [Fact]
    public void Signing_knows_neither_web_nor_cloud_nor_the_program()
    {
        var broken = Sources(Path.Combine(Root, "signing"))
            .Where(file => Foreign().IsMatch(File.ReadAllText(file)))
            .Select(file => Path.GetRelativePath(Root, file));
        Assert.Empty(broken);
    }

    [Theory]
    [InlineData("functions", "ECopy.Functions")]
    [InlineData("signing", "ECopy.Signing")]
    public void Namespaces_are_the_folders(string folder, string root)
    {
        var broken = new List<string>();
        foreach (var file in Sources(Path.Combine(Root, folder)))
        {
            var place = Path.GetDirectoryName(Path.GetRelativePath(Path.Combine(Root, folder), file))!.Replace('/', '.');
            var expected = place.Length == 0 ? root : $"{root}.{place}";
            var match = Namespace().Match(File.ReadAllText(file));
            if (match.Success && match.Groups[1].Value != expected) broken.Add($"{file}: {match.Groups[1].Value}");
        }

        Assert.Empty(broken);
    }

    [Fact]
    public void The_scan_sees_a_broken_wall()
    {
        var found = Used().Matches("using ECopy.Functions.Sign;\nvar x = new ECopy.Functions.Register.PublicRecord();\nusing Short = ECopy.Functions.Hub.Client;").Select(match => match.Groups[1].Value);
        Assert.Equal(["Sign", "Register", "Hub"], found);
    }

    private static IEnumerable<(string File, string Used)> Uses(string folder) =>
        from file in Sources(folder)
        from used in Used().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value).Distinct()
        select (Path.GetRelativePath(Root, file), used);

    private static IEnumerable<string> Sources(string folder) =>
        Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Where(file => !Skipped().IsMatch(file));

    // "namespace ECopy.Functions.Sign;" names the file's own folder and is not a use.
    [GeneratedRegex(@"(?<!namespace )ECopy\.Functions\.([A-Z][A-Za-z]*)(?=[.;\s])(?!\.Tests)")]
    private static partial Regex Used();

    [GeneratedRegex(@"Microsoft\.AspNetCore|Microsoft\.Extensions|\bAzure\.|ECopy\.Functions|System\.Net\.")]
    private static partial Regex Foreign();

    [GeneratedRegex(@"^namespace ([A-Za-z.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex("/(bin|obj|node_modules)/")]
    private static partial Regex Skipped();
}
