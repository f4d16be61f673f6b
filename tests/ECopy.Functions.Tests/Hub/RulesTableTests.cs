using System.Reflection;
using System.Text.RegularExpressions;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Hub;

/// <summary>The table of rules in functions/Hub/README.md names tests that exist.</summary>
public partial class RulesTableTests
{
    [Fact]
    public void Every_rule_of_replay_names_tests_that_exist()
    {
        var rows = File.ReadAllLines(Path.Combine(SourceFolder.Root, "functions", "Hub", "README.md"))
            .Select(line => Row().Match(line))
            .Where(match => match.Success)
            .ToList();
        Assert.Equal(Enumerable.Range(1, 14), rows.Select(row => int.Parse(row.Groups["rule"].Value, null)));

        var tests = typeof(RulesTableTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods())
            .Where(method => method.GetCustomAttribute<FactAttribute>() is { Skip: null })
            .Select(method => $"{method.DeclaringType!.Name}.{method.Name}")
            .ToHashSet(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            var named = Name().Matches(row.Groups["tests"].Value).Select(match => match.Groups[1].Value).ToList();
            Assert.NotEmpty(named);
            Assert.All(named, test => Assert.True(tests.Contains(test), $"rule {row.Groups["rule"].Value}: there is no test {test}"));
        }
    }

    [GeneratedRegex(@"^\| (?<rule>\d+) \| .+ \| (?<tests>`.+`) \|$")]
    private static partial Regex Row();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Name();
}
