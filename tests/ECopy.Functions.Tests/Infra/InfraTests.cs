using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using ECopy.Functions.Cli;
using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Infra;

/// <summary>The files of infra/ fit together, and fit the program. What only Azure can say is in infra/README.md.</summary>
public sealed partial class InfraTests
{
    private static readonly string Functions = Path.Combine(SourceFolder.Root, "functions");

    /// <summary>Settings of the platform that the program does not read itself.</summary>
    private static readonly string[] OfPlatform =
    [
        "FUNCTIONS_EXTENSION_VERSION", "FUNCTIONS_WORKER_RUNTIME", "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT", "AzureWebJobsDisableHomepage",
        "AzureWebJobsStorage__accountName", "AzureWebJobsStorage__credential", "AzureWebJobsStorage__clientId",
        "APPLICATIONINSIGHTS_CONNECTION_STRING", "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
        "WEBSITE_RUN_FROM_PACKAGE", "WEBSITE_RUN_FROM_PACKAGE_BLOB_MI_RESOURCE_ID", "AZURE_CLIENT_ID",
    ];

    /// <summary>Settings of the program that have no place on Azure: connection strings, folders, what has a good default.</summary>
    private static readonly string[] NotOnAzure =
    [
        "Storage:ConnectionString", "Storage:ContainerPrefix", "Storage:LeaseSeconds", "Register:Witness", "Register:WitnessConnectionString",
        "Data:Folder", "Kestrel:Certificates:Default", "Sweeper:Pause",
    ];

    [Fact]
    public void The_files_fit_together() => Assert.Empty(new InfraRules(InfraRules.Read()).All());

    [Theory]
    [InlineData("main.bicep", "param logDays int", "param logDays int\nparam spare int", "spare is never used")]
    [InlineData("main.bicep", "    sku: storageSku\n  }\n}\n\nmodule vault", "  }\n}\n\nmodule vault", "host is not given sku")]
    [InlineData("main.bicep", "modules/vault.bicep", "modules/vaults.bicep", "no file modules/vaults.bicep")]
    [InlineData("main.bicep", "vault.outputs.url", "vault.outputs.uri", "vault has no output uri")]
    [InlineData("main.bicep", "alertEmail: alertEmail", "alertEmail: alertMail", "alertMail is not declared")]
    [InlineData("main.bicep", "'${host.outputs.blobUrl}", "'${hosts.outputs.blobUrl}", "hosts is not declared")]
    [InlineData("modules/vault.bicep", "Microsoft.KeyVault/vaults@2023-07-01", "Microsoft.KeyVault/vault@2023-07-01", "which is not known")]
    [InlineData("modules/vault.bicep", "@2023-07-01", "@2032-07-01", "vaults@2032-07-01")]
    [InlineData("modules/roles.bicep", "12338af0-", "12338af1-", "role keyVaultCryptoUser is not")]
    [InlineData("modules/roles.bicep", "12338af0-0e69", "12338af0", "has no id")]
    [InlineData("modules/roles.bicep", "guid(vault.id, principalId, role.keyVaultReader)", "guid(vault.id, principalId, role.keyVaultCryptoUser)", "readsVault: name and role differ")]
    [InlineData("modules/roles.bicep", "guid(witness.id, principalId", "guid(records.id, principalId", "writesWitness: name and scope differ")]
    [InlineData("modules/alerts.bicep", "Sweeper[212]", "Sweeper[219]", "nothing writes ECopy.Functions.Workflow.Sweeper[219]")]
    [InlineData("demo.bicepparam", "param logDays = 30\n", "", "demo.bicepparam does not give logDays")]
    [InlineData("demo.bicepparam", "param logDays = 30", "param logDays = 5", "logDays is too small")]
    [InlineData("demo.bicepparam", "param storeKind = 'demo'", "param storeKind = 'test'", "storeKind may not be 'test'")]
    [InlineData("production.bicepparam", "param planSize = 'EP2'", "param planSize = 2", "planSize is not of the type string")]
    [InlineData("main.parameters.json", "\"logDays\"", "\"logDay\"", "main.parameters.json gives logDay")]
    public void A_broken_file_is_found(string file, string was, string becomes, string fault)
    {
        var files = InfraRules.Read();
        Assert.Contains(was, files[file], StringComparison.Ordinal);
        files[file] = files[file].Replace(was, becomes, StringComparison.Ordinal);
        Assert.Contains(new InfraRules(files).All(), found => found.Contains(fault, StringComparison.Ordinal));
    }

    [Fact]
    public void The_app_is_given_the_settings_that_the_program_reads_and_no_other()
    {
        var app = new InfraRules(InfraRules.Read())["modules/app.bicep"];
        var given = app.ObjectOf("settings").Keys.Concat(app.ObjectOf("demoSettings").Keys).ToList();
        var read = ReadByProgram();
        // The reading of the sources is known to work.
        Assert.Superset(new HashSet<string> { "Storage:AccountUrl", "Register:WitnessUrl", "KeyVault:Url", "PublicUrl" }, read);
        Assert.Equal(
            read.Except(NotOnAzure).Order(StringComparer.Ordinal),
            given.Except(OfPlatform).Select(name => name.Replace("__", ":", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Subset(given.ToHashSet(), OfPlatform.ToHashSet());
        Assert.Subset(read, NotOnAzure.ToHashSet());
    }

    [Fact]
    public void There_is_a_container_for_every_first_segment_of_the_programs_paths()
    {
        var records = new InfraRules(InfraRules.Read())["modules/records.bicep"];
        var segments = typeof(BlobPaths).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!)
            .Concat(typeof(BlobPaths).GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly).Select(MakePath))
            .Concat([AuditBook.Prefix, SequenceBook.Prefix, Witness.KeyPath])
            .Select(path => path.Split('/')[0]).Append("root").ToHashSet();
        Assert.Equal(segments.Select(one => "ecopy-" + one).Order(StringComparer.Ordinal), records.ListOf("immutableContainers").Concat(records.ListOf("otherContainers")).Order(StringComparer.Ordinal));
        // What the program gives a policy to lies where the service takes one, and the rights for it are there.
        Assert.Equal([BlobPaths.Copies, BlobPaths.Registers], records.ListOf("immutableContainers").Select(name => name["ecopy-".Length..] + "/"));
        var roles = new InfraRules(InfraRules.Read())["modules/roles.bicep"].Text;
        Assert.All(records.ListOf("immutableContainers"), name => Assert.Contains($"name: '{name}'", roles, StringComparison.Ordinal));
        // Other prefixes of rules are containers, too.
        Assert.All(Prefix().Matches(records.Text), match => Assert.Contains(match.Groups[1].Value, segments));
    }

    [Fact]
    public void Queues_hub_and_connection_are_those_of_the_published_program()
    {
        using var trigger = JsonDocument.Parse(File.ReadAllText(Path.Combine(Functions, "Triggers", "RunCommand", "function.json")));
        var binding = trigger.RootElement.GetProperty("bindings").EnumerateArray().Single(one => one.GetProperty("type").GetString() == "queueTrigger");
        var queue = binding.GetProperty("queueName").GetString()!;
        var rules = new InfraRules(InfraRules.Read());
        Assert.Equal([queue, queue + "-poison"], Queue().Matches(rules["modules/host.bicep"].Text).Select(match => match.Groups[1].Value));
        var connection = binding.GetProperty("connection").GetString();
        Assert.Contains(rules["modules/app.bicep"].ObjectOf("settings").Keys, name => name == connection + "__accountName");
        // The witness' container is the program's constant.
        var witness = File.ReadAllText(Path.Combine(Functions, "Ledger", "WitnessPlace.cs"));
        Assert.Contains($"\"{WitnessContainer().Match(rules["modules/witness.bicep"].Text).Groups[1].Value}\"", witness, StringComparison.Ordinal);
        using var host = JsonDocument.Parse(File.ReadAllText(Path.Combine(Functions, "host.json")));
        Assert.Contains($"hub name `{host.RootElement.GetProperty("extensions").GetProperty("durableTask").GetProperty("hubName").GetString()}`", InfraRules.Read()["README.md"], StringComparison.Ordinal);
    }

    [Fact]
    public void The_unit_and_the_image_start_what_is_published_with_a_command_line_that_it_understands()
    {
        var files = InfraRules.Read();
        var project = File.ReadAllText(Path.Combine(Functions, "ECopy.Functions.csproj"));
        var program = Regex.Match(project, "<AssemblyName>(.+)</AssemblyName>").Groups[1].Value;
        var unit = Regex.Match(files["ecopy.service"], @"^ExecStart=/opt/ecopy/(\w+) (.+)$", RegexOptions.Multiline);
        Assert.Equal(program, unit.Groups[1].Value);
        RequireUnderstood(unit.Groups[2].Value.Split(' '));
        Assert.Matches(@"(?m)^User=(?!root)\w+$", files["ecopy.service"]);

        var image = files["Dockerfile"];
        Assert.Equal($"/app/{program}", Regex.Match(image, @"ENTRYPOINT \[""(.+)""\]").Groups[1].Value);
        RequireUnderstood([.. Regex.Matches(Regex.Match(image, @"CMD \[(.+)\]").Groups[1].Value, "\"([^\"]+)\"").Select(match => match.Groups[1].Value)]);
        Assert.Matches(@"(?m)^USER (?!0|root)\d+:\d+$", image);
        Assert.Contains("dotnet publish functions ", image, StringComparison.Ordinal);
        Assert.True(Directory.Exists(Functions));
        foreach (var setting in Regex.Matches(files["ecopy.service"] + image, @"(?:Environment=|ENV )(\w+)=").Select(match => match.Groups[1].Value.Replace("__", ":", StringComparison.Ordinal)))
            Assert.Contains(setting, ReadByProgram());
    }

    [Fact]
    public void The_script_of_a_release_is_sound()
    {
        var script = Path.Combine(SourceFolder.Root, "infra", "deploy.sh");
        Assert.True(File.GetUnixFileMode(script).HasFlag(UnixFileMode.UserExecute));
        Assert.Equal("", OutsideTool.Run("bash", "-n", script).All);
        Assert.Equal("", OutsideTool.Run("shellcheck", script).All);
        // What it asks of a deployment is there, and so are the files that it names.
        var main = new InfraRules(InfraRules.Read())["main.bicep"];
        var asked = Asked().Matches(File.ReadAllText(script)).Select(match => match.Groups[1].Value).Distinct().ToList();
        Assert.Equal(3, asked.Count);
        Assert.All(asked, output => Assert.Contains(output, main.Outputs));
        Assert.All((string[])["demo", "production"], environment => Assert.True(File.Exists(Path.Combine(SourceFolder.Root, "infra", environment + ".bicepparam"))));
        Assert.Contains("./deploy.sh --release-only", InfraRules.Read()["azure.yaml"], StringComparison.Ordinal);
    }

    private static void RequireUnderstood(string[] arguments)
    {
        var understood = Arguments.Parse(arguments);
        Assert.False(understood.IsRejected, understood.Rejection?.Code);
        Assert.Equal("serve", understood.Value.Verb);
    }

    private static string MakePath(MethodInfo method) =>
        (string)method.Invoke(null, [.. method.GetParameters().Select(parameter => parameter.ParameterType.IsValueType ? Activator.CreateInstance(parameter.ParameterType)! : "x")])!;

    /// <summary>Constants like "Storage:AccountUrl", and what is read by its name.</summary>
    private static HashSet<string> ReadByProgram() => Directory.EnumerateFiles(Functions, "*.cs", SearchOption.AllDirectories)
        .Where(path => !Regex.IsMatch(path, "/(bin|obj|node_modules)/"))
        .SelectMany(path => Setting().Matches(File.ReadAllText(path)).Select(match => match.Groups[1].Value))
        .ToHashSet(StringComparer.Ordinal);

    [GeneratedRegex("\"((?:Storage|Register|Store|KeyVault|Keys|Data|Sweeper|Kestrel):[A-Z][A-Za-z:]+|PublicUrl)\"")]
    private static partial Regex Setting();

    [GeneratedRegex(@"'ecopy-([a-z]+)/")]
    private static partial Regex Prefix();

    [GeneratedRegex(@"queues@[^']*' = \{\n  parent: queues\n  name: '([^']+)'")]
    private static partial Regex Queue();

    [GeneratedRegex(@"parent: blobs\n  name: '([^']+)'")]
    private static partial Regex WitnessContainer();

    [GeneratedRegex(@"(?:\$\(output |\$\{)([a-z]+[A-Z]\w+)(?:\)|:\?an)")]
    private static partial Regex Asked();
}
