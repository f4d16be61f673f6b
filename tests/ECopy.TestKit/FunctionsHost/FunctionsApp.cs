using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ECopy.TestKit.FunctionsHost;

/// <summary>The Functions host would not start with this, or would leave a function out.</summary>
internal sealed class FunctionsAppException(string message) : Exception(message);

/// <summary>One binding of a function.json; every member by name.</summary>
internal sealed record FunctionBinding(string Type, bool IsInput, string Name, JsonElement Json)
{
    public string? Text(string member) =>
        Json.TryGetProperty(member, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
}

/// <summary>One folder with a function.json: the folder's name is the function's.</summary>
internal sealed record FunctionEntry(string Name, FunctionBinding Trigger, IReadOnlyList<FunctionBinding> Bindings)
{
    /// <summary>Only these are proxied: one httpTrigger in, one http out and nothing else. All others get the JSON payload.</summary>
    public bool IsHttpInAndOut =>
        Bindings is [var one, var other] && Bindings.Any(binding => binding.Type == "httpTrigger") && Bindings.Any(binding => binding is { Type: "http", IsInput: false }) && one.Name != other.Name;

    public FunctionBinding? Client => Bindings.FirstOrDefault(binding => binding.Type == "durableClient");

    /// <summary>The name by which orchestrations and activities are called.</summary>
    public string TaskName => Trigger.Text("orchestration") ?? Trigger.Text("activity") ?? Name;
}

/// <summary>What stands in host.json, as far as this host acts on it.</summary>
internal sealed record HostSettings(
    string Executable,
    IReadOnlyList<string> Arguments,
    string WorkingDirectory,
    string RoutePrefix,
    string HubName,
    TimeSpan FunctionTimeout,
    bool StartsOverFinished,
    int MostTurnsAtOnce,
    int MostActivitiesAtOnce,
    QueueSettings Queues);

/// <param name="Tries">Before a message goes to the poison queue.</param>
/// <param name="Pause">Between a failure and the next try.</param>
internal sealed record QueueSettings(int Batch, int Tries, TimeSpan Pause);

/// <summary>
/// A folder as <c>func start</c> or a zip deployment takes it, read and refused as the Functions host (4.x, custom handler)
/// reads and refuses it. Written from the protocol page alone; nothing of the program is called.
/// </summary>
internal sealed partial class FunctionsApp
{
    /// <summary>What the host itself serves; a route may not begin with it.</summary>
    private static readonly string[] Reserved = ["admin", "runtime"];
    private static readonly string[] Methods = ["get", "post", "delete", "head", "patch", "put", "options", "trace"];
    private static readonly string[] Triggers = ["httpTrigger", "queueTrigger", "timerTrigger", "orchestrationTrigger", "activityTrigger"];

    private FunctionsApp(string folder, HostSettings host, IReadOnlyList<FunctionEntry> functions) =>
        (Folder, Host, Functions) = (folder, host, functions);

    public string Folder { get; }

    public HostSettings Host { get; }

    public IReadOnlyList<FunctionEntry> Functions { get; }

    public FunctionEntry? Orchestrator(string name) => Find("orchestrationTrigger", name);

    public FunctionEntry? Activity(string name) => Find("activityTrigger", name);

    public IEnumerable<FunctionEntry> Of(string trigger) => Functions.Where(function => function.Trigger.Type == trigger);

    /// <param name="settings">The app settings: environment of the handler, and what <c>%NAME%</c> stands for.</param>
    /// <exception cref="FunctionsAppException">The first thing that is wrong.</exception>
    public static FunctionsApp Read(string folder, IReadOnlyDictionary<string, string> settings)
    {
        Require(settings.TryGetValue("FUNCTIONS_WORKER_RUNTIME", out var runtime) && runtime.Equals("custom", StringComparison.OrdinalIgnoreCase), "FUNCTIONS_WORKER_RUNTIME is not custom");
        var functions = Directory.EnumerateDirectories(folder)
            .Where(inner => File.Exists(Path.Combine(inner, "function.json")))
            .Order(StringComparer.Ordinal)
            .Select(inner => ReadFunction(Path.GetFileName(inner), Parse(Path.Combine(inner, "function.json"))))
            .ToList();
        Require(functions.Count > 0, "no function is found");
        var host = ReadHost(folder, Parse(Path.Combine(folder, "host.json")), settings, functions);
        foreach (var function in functions.Where(function => function.Trigger.Type == "queueTrigger"))
            Require(settings.ContainsKey(function.Trigger.Text("connection") ?? "AzureWebJobsStorage") || settings.ContainsKey($"AzureWebJobs{function.Trigger.Text("connection")}"), $"{function.Name}: the setting of its connection is missing");
        return new FunctionsApp(folder, host, functions);
    }

    private static HostSettings ReadHost(string folder, JsonElement json, IReadOnlyDictionary<string, string> settings, List<FunctionEntry> functions)
    {
        Require(Member(json, "version") is { ValueKind: JsonValueKind.String } version && version.GetString() == "2.0", "host.json: version is not 2.0");
        var custom = Member(json, "customHandler") ?? throw new FunctionsAppException("host.json: no customHandler");
        Require(Member(custom, "http", "routes") is null, "host.json: routes and function.json files exclude one another");
        Require(Member(custom, "enableProxyingHttpRequest") is { ValueKind: JsonValueKind.True }, "host.json: HTTP would not be proxied");
        var named = Member(custom, "description", "defaultExecutablePath")?.GetString() ?? throw new FunctionsAppException("host.json: no executable");
        var executable = Path.GetFullPath(Expand(named, settings), folder);
        Require(File.Exists(executable), $"the executable {executable} is missing");
        Require(File.GetUnixFileMode(executable).HasFlag(UnixFileMode.UserExecute), $"{executable} has no run bit");
        if (functions.Any(function => function.Bindings.Any(binding => binding.Type is "orchestrationTrigger" or "activityTrigger" or "durableClient" or "queueTrigger")))
        {
            Require(Member(json, "extensionBundle", "id")?.GetString() == "Microsoft.Azure.Functions.ExtensionBundle", "host.json: no extension bundle, and bindings that need one");
            Require(Member(json, "extensionBundle", "version")?.GetString() is { } range && BundleRange().IsMatch(range), "host.json: the bundle's range is not one of version 4");
        }

        var durable = Member(json, "extensions", "durableTask");
        var hub = Member(durable, "hubName")?.GetString() ?? "TestHubName";
        // Names of a hub's tables and queues begin with it.
        Require(HubName().IsMatch(hub), $"host.json: {hub} cannot name a hub");
        Require(Member(durable, "extendedSessionsEnabled") is not { ValueKind: JsonValueKind.True }, "host.json: extended sessions leave the past out, and this host does not play them");
        var timeout = TimeSpan.FromMinutes(30);
        if (Member(json, "functionTimeout")?.GetString() is { } text)
            Require(text != "-1" && TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out timeout), $"host.json: functionTimeout {text}");
        var busy = 10 * Environment.ProcessorCount;
        return new HostSettings(
            executable,
            [.. Member(custom, "description", "arguments")?.EnumerateArray().Select(argument => Expand(argument.GetString()!, settings)) ?? []],
            Path.GetFullPath(Expand(Member(custom, "description", "workingDirectory")?.GetString() ?? "", settings), folder),
            (Member(json, "extensions", "http", "routePrefix")?.GetString() ?? "api").Trim('/'),
            hub,
            timeout,
            // The default: an instance that is over may be started once more under its id.
            !(Member(durable, "overridableExistingInstanceStates")?.GetString() is { } states) || states is "NonRunningStates",
            Member(durable, "maxConcurrentOrchestratorFunctions")?.GetInt32() ?? busy,
            Member(durable, "maxConcurrentActivityFunctions")?.GetInt32() ?? busy,
            ReadQueues(Member(json, "extensions", "queues")));
    }

    private static QueueSettings ReadQueues(JsonElement? json)
    {
        // The listener decodes what it gets: a sender that does not encode would be dropped.
        Require(Member(json, "messageEncoding")?.GetString() is null or "base64" or "Base64", "host.json: this host reads Base64 messages");
        var batch = Member(json, "batchSize")?.GetInt32() ?? 16;
        Require(batch is > 0 and <= 32, "host.json: batchSize");
        var pause = TimeSpan.Zero;
        if (Member(json, "visibilityTimeout")?.GetString() is { } text)
            Require(TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out pause), "host.json: visibilityTimeout");
        return new QueueSettings(batch, Member(json, "maxDequeueCount")?.GetInt32() ?? 5, pause);
    }

    private static FunctionEntry ReadFunction(string name, JsonElement json)
    {
        Require(FunctionName().IsMatch(name) && !name.Equals("host", StringComparison.OrdinalIgnoreCase), $"{name} cannot name a function");
        Require(Member(json, "bindings") is { ValueKind: JsonValueKind.Array }, $"{name}: no bindings");
        var bindings = Member(json, "bindings")!.Value.EnumerateArray().Select(binding => ReadBinding(name, binding)).ToList();
        Require(bindings.Select(binding => binding.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count() == bindings.Count, $"{name}: two bindings of one name");
        var triggers = bindings.Where(binding => Triggers.Contains(binding.Type)).ToList();
        Require(triggers is [{ IsInput: true }], $"{name}: not one trigger");
        var trigger = triggers[0];
        switch (trigger.Type)
        {
            case "httpTrigger":
                RequireRoute(name, trigger);
                break;
            case "queueTrigger":
                Require(trigger.Text("queueName") is { } queue && QueueName().IsMatch(queue), $"{name}: no name of a queue");
                break;
            case "timerTrigger":
                Require(trigger.Text("schedule") is { } schedule && (schedule.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length is 5 or 6 || schedule.Contains(':', StringComparison.Ordinal)), $"{name}: no schedule");
                break;
            case "orchestrationTrigger":
                Require(!(trigger.Text("orchestration") ?? name).StartsWith('@'), $"{name}: a name of an entity");
                // Base64 in a $return binding would become bytes.
                Require(bindings.All(binding => binding.Name != "$return"), $"{name}: $return on a durable function");
                break;
            case "activityTrigger":
                Require(bindings.All(binding => binding.Name != "$return"), $"{name}: $return on a durable function");
                break;
        }

        return new FunctionEntry(name, trigger, bindings);
    }

    private static FunctionBinding ReadBinding(string function, JsonElement json)
    {
        string Text(string member) => Member(json, member) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : throw new FunctionsAppException($"{function}: a binding without {member}");
        var binding = new FunctionBinding(Text("type"), Text("direction") switch
        {
            "in" => true,
            "out" => false,
            var other => throw new FunctionsAppException($"{function}: direction {other}"),
        }, Text("name"), json);
        Require(BindingName().IsMatch(binding.Name), $"{function}: {binding.Name} cannot name a binding");
        Require(Triggers.Contains(binding.Type) || binding.Type is "http" or "durableClient", $"{function}: {binding.Type} is no binding that this host knows");
        return binding;
    }

    private static void RequireRoute(string function, FunctionBinding trigger)
    {
        var first = (trigger.Text("route") ?? function).TrimStart('/').Split('/')[0];
        Require(!Reserved.Any(reserved => first.StartsWith(reserved, StringComparison.OrdinalIgnoreCase)), $"{function}: the route {trigger.Text("route")} is the host's own");
        Require(trigger.Text("authLevel") is "anonymous" or "function" or "admin" or null, $"{function}: authLevel {trigger.Text("authLevel")}");
        if (Member(trigger.Json, "methods") is { } methods)
            Require(methods.ValueKind is JsonValueKind.Array && methods.EnumerateArray().All(method => Methods.Contains(method.GetString())), $"{function}: methods");
    }

    private FunctionEntry? Find(string trigger, string name) =>
        Of(trigger).FirstOrDefault(function => function.TaskName.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static JsonElement Parse(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip });
            return document.RootElement.Clone();
        }
        catch (Exception unreadable) when (unreadable is JsonException or IOException)
        {
            throw new FunctionsAppException($"{path}: {unreadable.Message}");
        }
    }

    private static JsonElement? Member(JsonElement? json, params string[] path)
    {
        foreach (var name in path)
        {
            if (json is not { ValueKind: JsonValueKind.Object } current || !current.TryGetProperty(name, out var inner)) return null;
            json = inner;
        }

        return json;
    }

    private static string Expand(string text, IReadOnlyDictionary<string, string> settings) =>
        Variable().Replace(text, found => settings.GetValueOrDefault(found.Groups[1].Value, ""));

    private static void Require(bool holds, string otherwise)
    {
        if (!holds) throw new FunctionsAppException(otherwise);
    }

    [GeneratedRegex("^[a-zA-Z][a-zA-Z0-9_-]{0,126}$")]
    private static partial Regex FunctionName();

    [GeneratedRegex(@"^([a-zA-Z][a-zA-Z0-9]{0,127}|\$return)$")]
    private static partial Regex BindingName();

    [GeneratedRegex("^[a-z0-9](-?[a-z0-9]){2,62}$")]
    private static partial Regex QueueName();

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9]{2,44}$")]
    private static partial Regex HubName();

    [GeneratedRegex(@"^\[4\.[0-9.*]+, ?5\.0\.0\)$")]
    private static partial Regex BundleRange();

    [GeneratedRegex("%([^%]+)%")]
    private static partial Regex Variable();
}
