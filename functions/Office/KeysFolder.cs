using ECopy.Functions.Storage;

namespace ECopy.Functions.Office;

/// <summary>Where the PKCS#12 files lie on this machine, and those of a demo's own authority.</summary>
internal sealed record KeysFolder(string Keys, string Authority)
{
    public const string Setting = "Keys:Folder";

    public static KeysFolder In(DataFolder data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return In(data.FullPath);
    }

    /// <summary>As set: several machines over one store need a folder that all of them see. Else in the data folder.</summary>
    public static KeysFolder From(IConfiguration settings, DataFolder data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return From(settings, data.FullPath);
    }

    public static KeysFolder From(IConfiguration settings, string dataFolder)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return settings[Setting] is { Length: > 0 } folder ? new KeysFolder(Path.GetFullPath(folder), Path.GetFullPath(Path.Combine(folder, "authority"))) : In(dataFolder);
    }

    private static KeysFolder In(string dataFolder) => new(Path.Combine(dataFolder, "keys"), Path.Combine(dataFolder, "authority"));
}
