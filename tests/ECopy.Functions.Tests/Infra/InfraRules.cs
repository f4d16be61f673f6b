using System.Text.Json;
using System.Text.RegularExpressions;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Infra;

/// <summary>
/// Rules over the files of infra/, which no compiler sees here. Each gives what is wrong, in words; the files come as texts, so
/// that a test can break one and see it found.
/// </summary>
internal sealed partial class InfraRules(IReadOnlyDictionary<string, string> files)
{
    private static readonly string[] Words =
    [
        "if", "for", "in", "true", "false", "null", "string", "int", "bool", "object", "array", "existing",
        "resourceGroup", "subscription", "uniqueString", "take", "guid", "subscriptionResourceId", "empty", "union", "join", "map",
    ];

    /// <summary>Resource types with the API versions that Azure documents and these files were written against.</summary>
    private static readonly Dictionary<string, string> Documented = new()
    {
        ["Microsoft.ManagedIdentity/userAssignedIdentities"] = "2023-01-31",
        ["Microsoft.Storage/storageAccounts"] = "2023-05-01",
        ["Microsoft.Storage/storageAccounts/blobServices"] = "2023-05-01",
        ["Microsoft.Storage/storageAccounts/blobServices/containers"] = "2023-05-01",
        ["Microsoft.Storage/storageAccounts/managementPolicies"] = "2023-05-01",
        ["Microsoft.Storage/storageAccounts/queueServices"] = "2023-05-01",
        ["Microsoft.Storage/storageAccounts/queueServices/queues"] = "2023-05-01",
        ["Microsoft.Storage/storageAccounts/fileServices"] = "2023-05-01",
        ["Microsoft.Storage/storageAccounts/fileServices/shares"] = "2023-05-01",
        ["Microsoft.KeyVault/vaults"] = "2023-07-01",
        ["Microsoft.OperationalInsights/workspaces"] = "2022-10-01",
        ["Microsoft.Insights/components"] = "2020-02-02",
        ["Microsoft.Insights/actionGroups"] = "2023-01-01",
        ["Microsoft.Insights/scheduledQueryRules"] = "2023-03-15-preview",
        ["Microsoft.Insights/metricAlerts"] = "2018-03-01",
        ["Microsoft.Authorization/roleAssignments"] = "2022-04-01",
        ["Microsoft.Web/serverfarms"] = "2023-12-01",
        ["Microsoft.Web/sites"] = "2023-12-01",
        ["Microsoft.Web/sites/basicPublishingCredentialsPolicies"] = "2023-12-01",
        ["Microsoft.Web/sites/config"] = "2023-12-01",
    };

    /// <summary>Azure's built-in roles by their documented ids.</summary>
    private static readonly Dictionary<string, string> Roles = new()
    {
        ["storageBlobDataContributor"] = "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
        ["storageBlobDataOwner"] = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
        ["storageQueueDataContributor"] = "974c5e8b-45b9-4653-ba55-5f855dd0fb88",
        ["storageTableDataContributor"] = "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
        ["keyVaultReader"] = "21090545-7ca7-4776-b22c-e363652d74d2",
        ["keyVaultCryptoUser"] = "12338af0-0e69-4776-bea7-57ae8d297424",
        ["keyVaultCertificatesOfficer"] = "a4417e6f-fecd-4de8-b567-7b0420556985",
        ["monitoringMetricsPublisher"] = "3913510d-42f4-4e42-8a64-420c390055eb",
    };

    private readonly IReadOnlyDictionary<string, BicepFile> bicep =
        files.Where(file => file.Key.EndsWith(".bicep", StringComparison.Ordinal)).ToDictionary(file => file.Key, file => new BicepFile(file.Key, file.Value));

    public static Dictionary<string, string> Read() => Directory.EnumerateFiles(Path.Combine(SourceFolder.Root, "infra"), "*", SearchOption.AllDirectories)
        .ToDictionary(path => Path.GetRelativePath(Path.Combine(SourceFolder.Root, "infra"), path), File.ReadAllText);

    public BicepFile this[string name] => bicep[name];

    public IEnumerable<string> All() => [.. Names(), .. Modules(), .. Types(), .. Parameters(), .. RoleFaults(), .. Alerts()];

    private IEnumerable<string> Names()
    {
        foreach (var file in bicep.Values)
        {
            var used = file.Used().ToHashSet(StringComparer.Ordinal);
            string[] declared = [.. file.Parameters, .. file.Variables, .. file.Resources.Select(one => one.Symbol), .. file.Modules.Select(one => one.Symbol), .. file.Loops];
            foreach (var twice in declared.GroupBy(name => name).Where(group => group.Count() > 1)) yield return $"{file.Name}: {twice.Key} is declared twice";
            foreach (var name in file.Parameters.Concat(file.Variables).Concat(file.Existing).Where(name => !used.Contains(name))) yield return $"{file.Name}: {name} is never used";
            foreach (var name in used.Except(declared).Except(Words)) yield return $"{file.Name}: {name} is not declared";
        }
    }

    private IEnumerable<string> Modules()
    {
        foreach (var file in bicep.Values)
        {
            foreach (var module in file.Modules)
            {
                if (!bicep.TryGetValue(module.Path, out var target))
                {
                    yield return $"{file.Name}: no file {module.Path}";
                    continue;
                }

                foreach (var missing in target.Parameters.Except(module.Given)) yield return $"{file.Name}: {module.Symbol} is not given {missing}";
                foreach (var extra in module.Given.Except(target.Parameters)) yield return $"{file.Name}: {module.Symbol} has no parameter {extra}";
                foreach (Match match in Regex.Matches(file.Code, $@"\b{module.Symbol}\.outputs\.(\w+)"))
                {
                    if (!target.Outputs.Contains(match.Groups[1].Value)) yield return $"{file.Name}: {module.Symbol} has no output {match.Groups[1].Value}";
                }
            }
        }

        var reached = bicep.Values.SelectMany(file => file.Modules).Select(module => module.Path).ToHashSet();
        foreach (var file in bicep.Keys.Where(name => name != "main.bicep" && !reached.Contains(name))) yield return $"{file} is no module of anything";
    }

    private IEnumerable<string> Types()
    {
        foreach (var file in bicep.Values)
        {
            foreach (var (symbol, type, version) in file.Resources)
            {
                if (!Documented.TryGetValue(type, out var known)) yield return $"{file.Name}: {symbol} is of the type {type}, which is not known";
                else if (known != version) yield return $"{file.Name}: {symbol} is {type}@{version}, not {known}";
            }
        }
    }

    /// <summary>Every parameter file gives every parameter of main.bicep, and values that it allows.</summary>
    private IEnumerable<string> Parameters()
    {
        var main = bicep["main.bicep"];
        foreach (var (name, text) in files.Where(file => file.Key.EndsWith(".bicepparam", StringComparison.Ordinal)))
        {
            if (!text.Contains("using 'main.bicep'", StringComparison.Ordinal)) yield return $"{name} does not use main.bicep";
            var given = Value().Matches(text).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);
            foreach (var fault in Compare(name, main.Parameters, given.Keys)) yield return fault;
            foreach (var (parameter, value) in given)
            {
                var rule = Regex.Match(main.Text, $@"((?:^@[^\n]*\n(?:  '[^']*'\n|\]\)\n)*)+)^param {parameter} (\w+)", RegexOptions.Multiline);
                if (rule.Groups[2].Value == "int" != int.TryParse(value, out var number)) yield return $"{name}: {parameter} is not of the type {rule.Groups[2].Value}";
                var allowed = Regex.Matches(rule.Groups[1].Value, @"^  ('[^']*')$", RegexOptions.Multiline).Select(match => match.Groups[1].Value).ToList();
                if (allowed.Count > 0 && !allowed.Contains(value)) yield return $"{name}: {parameter} may not be {value}";
                if (Regex.Match(rule.Groups[1].Value, @"@minValue\((\d+)\)") is { Success: true } least && number < int.Parse(least.Groups[1].Value, null)) yield return $"{name}: {parameter} is too small";
                if (Regex.Match(rule.Groups[1].Value, @"@maxValue\((\d+)\)") is { Success: true } most && number > int.Parse(most.Groups[1].Value, null)) yield return $"{name}: {parameter} is too large";
            }
        }

        using var azd = JsonDocument.Parse(files["main.parameters.json"]);
        foreach (var fault in Compare("main.parameters.json", main.Parameters, azd.RootElement.GetProperty("parameters").EnumerateObject().Select(member => member.Name))) yield return fault;
    }

    private static IEnumerable<string> Compare(string name, IEnumerable<string> wanted, IEnumerable<string> given)
    {
        foreach (var missing in wanted.Except(given)) yield return $"{name} does not give {missing}";
        foreach (var extra in given.Except(wanted)) yield return $"{name} gives {extra}, which main.bicep does not have";
    }

    private IEnumerable<string> RoleFaults()
    {
        var file = bicep["modules/roles.bicep"];
        foreach (var (name, id) in file.ObjectOf("role"))
        {
            if (!Guid.TryParseExact(id.Trim('\''), "D", out _)) yield return $"role {name} has no id: {id}";
            else if (Roles.GetValueOrDefault(name) != id.Trim('\'')) yield return $"role {name} is not {id}";
            if (Regex.Count(file.Code, $@"role\.{name}\b") == 0) yield return $"role {name} is given to nobody";
        }

        foreach (Match match in Assignment().Matches(file.Text))
        {
            var roles = Regex.Matches(match.Value, @"role\.(\w+)").Select(found => found.Groups[1].Value).ToList();
            if (roles is not [var named, var given] || named != given) yield return $"{match.Groups[1].Value}: name and role differ";
            var scopes = Regex.Matches(match.Value, @"scope: (\w+)|guid\((\w+)\.id").Select(found => found.Groups[1].Value + found.Groups[2].Value).ToList();
            if (scopes is not [var scope, var said] || scope != said) yield return $"{match.Groups[1].Value}: name and scope differ";
            var principals = Regex.Matches(match.Value, @"principalId: (\w+)|\.id, (\w+), role").Select(found => found.Groups[1].Value + found.Groups[2].Value).ToList();
            if (principals is not [var first, var second] || first != second) yield return $"{match.Groups[1].Value}: name and principal differ";
        }

        foreach (var other in bicep.Values.Where(one => one != file && one.Text.Contains("roleAssignments", StringComparison.Ordinal))) yield return $"{other.Name} gives rights";
    }

    /// <summary>Every mark that an alert looks for is a line that the program writes.</summary>
    private IEnumerable<string> Alerts()
    {
        var marks = Mark().Matches(bicep["modules/alerts.bicep"].Text);
        if (marks.Count < 4) yield return "alerts.bicep looks for next to nothing";
        foreach (Match mark in marks)
        {
            var source = Path.Combine(SourceFolder.Root, "functions", mark.Groups[1].Value.Replace('.', '/') + ".cs");
            var text = File.Exists(source) ? File.ReadAllText(source) : "";
            if (!text.Contains($"EventId = {mark.Groups[2].Value},", StringComparison.Ordinal)) yield return $"alerts.bicep: nothing writes {mark.Value}";
            var type = mark.Groups[1].Value.Split('.')[^1];
            if (!Regex.IsMatch(text, $@"ILogger<{type}>")) yield return $"alerts.bicep: {type} logs under another name";
        }
    }

    [GeneratedRegex(@"^param (\w+) = (.+)$", RegexOptions.Multiline)]
    private static partial Regex Value();

    [GeneratedRegex(@"^resource (\w+) 'Microsoft\.Authorization/roleAssignments@[^']*' = \{\n(?:(?!\}).*\n)*\}", RegexOptions.Multiline)]
    private static partial Regex Assignment();

    [GeneratedRegex(@"ECopy\.Functions\.([A-Za-z.]+)\[(\d+)\]")]
    private static partial Regex Mark();
}
