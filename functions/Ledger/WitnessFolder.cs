using ECopy.Functions.Domain;

namespace ECopy.Functions.Ledger;

/// <summary>The second place, by default in the account's state folder: a backup of the data folder does not hold it.</summary>
internal static class WitnessFolder
{
    /// <summary>
    /// <paramref name="configured"/> (<c>Register:Witness</c>), else <c>$XDG_STATE_HOME/ecopy</c>, else <c>~/.local/state/ecopy</c>;
    /// below it a folder per store. Rejection <c>witness-inside-data-folder</c> (folder, dataFolder).
    /// </summary>
    public static Result<string> Locate(string dataFolder, string? configured, string storeId, Func<string, string?>? environment = null)
    {
        var folder = Path.Combine(Path.GetFullPath(Base(configured, environment ?? Environment.GetEnvironmentVariable)), storeId);
        var data = Real(Path.GetFullPath(dataFolder)) + Path.DirectorySeparatorChar;
        return (Real(folder) + Path.DirectorySeparatorChar).StartsWith(data, StringComparison.Ordinal)
            ? new Rejection("witness-inside-data-folder", new Dictionary<string, string> { ["folder"] = folder, ["dataFolder"] = dataFolder })
            : folder;
    }

    private static string Base(string? configured, Func<string, string?> environment)
    {
        if (!string.IsNullOrWhiteSpace(configured))
            return configured;
        // The XDG specification has relative values ignored.
        var state = environment("XDG_STATE_HOME");
        return Path.IsPathRooted(state)
            ? Path.Combine(state, "ecopy")
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state", "ecopy");
    }

    /// <summary>With symbolic links followed, as far as the path exists.</summary>
    private static string Real(string path)
    {
        var real = Path.GetPathRoot(path)!;
        foreach (var segment in path[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            real = Path.Combine(real, segment);
            if (Directory.Exists(real) && Directory.ResolveLinkTarget(real, returnFinalTarget: true) is { } target)
                real = Real(target.FullName);
        }

        return real;
    }
}
