namespace ECopy.TestKit.FunctionsHost;

/// <summary>Small folders for the played host, written by hand.</summary>
internal static class PlayedApps
{
    public static readonly IReadOnlyDictionary<string, string> Settings = new Dictionary<string, string> { ["FUNCTIONS_WORKER_RUNTIME"] = "custom", ["AzureWebJobsStorage"] = "UseDevelopmentStorage=true" };

    public const string HostJson = """
        {"version":"2.0","functionTimeout":"00:10:00",
         "extensionBundle":{"id":"Microsoft.Azure.Functions.ExtensionBundle","version":"[4.*, 5.0.0)"},
         "extensions":{"http":{"routePrefix":""},"durableTask":{"hubName":"PlayedHub"}},
         "customHandler":{"description":{"defaultExecutablePath":"handler"},"enableProxyingHttpRequest":true}}
        """;

    /// <summary>Adds a host.json and an executable that does nothing; gives the folder.</summary>
    public static string Host(TestFolder folder, string json = HostJson)
    {
        ArgumentNullException.ThrowIfNull(folder);
        File.WriteAllText(folder["host.json"], json);
        File.WriteAllText(folder["handler"], "#!/bin/sh\n");
        File.SetUnixFileMode(folder["handler"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return folder.Path;
    }

    public static void Function(TestFolder folder, string name, string json)
    {
        ArgumentNullException.ThrowIfNull(folder);
        Directory.CreateDirectory(folder[name]);
        File.WriteAllText(Path.Combine(folder[name], "function.json"), json);
    }
}
