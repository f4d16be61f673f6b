using System.Globalization;
using ECopy.Functions.Backup;
using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Cli;

/// <summary><c>backup --out FILE.zip|FOLDER [--with-keys]</c>, beside a running server too. 0 done · 1 refused · 2 not now.</summary>
internal static class BackupCommand
{
    public static async Task<int> RunAsync(Arguments arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        if (arguments.Plain.Count > 0 || arguments.Option("out") is not { } wanted)
        {
            terminal.Say("usage-backup");
            return CommandLine.Usage;
        }

        var place = Settings.Place();
        if (place.IsRejected) return OfficeVerb.Say(terminal, place.Rejection!);
        terminal.SayPlace(arguments, place.Value);
        var opened = await DataFolder.OpenReadOnlyAsync(place.Value, arguments.DataFolder, cancellationToken);
        if (opened.IsRejected) return OfficeVerb.Say(terminal, opened.Rejection!);
        using var data = opened.Value;
        if (IsInside(wanted, data.FullPath)) return OfficeVerb.Say(terminal, Unusable(wanted, "it lies in the data folder"));
        var created = BackupTarget.Create(wanted);
        if (created.IsRejected) return OfficeVerb.Say(terminal, created.Rejection!);
        await using var target = created.Value;
        var withKeys = arguments.Option("with-keys") is not null;
        var keys = KeysFolder.From(Settings.Read(), data);
        try
        {
            await new TakeBackup(data.Blobs, TimeProvider.System).RunAsync(data.Identity, target, withKeys ? new LocalKeys(keys.Keys, keys.Authority) : null, cancellationToken);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            return OfficeVerb.Say(terminal, Unusable(target.Place, failed.Message));
        }

        if (arguments.Json) terminal.AnswerJson(new { backup = target.Place, storeId = data.Identity.StoreId, blobs = target.Count, bytes = target.Bytes, withKeys });
        else terminal.Answer(terminal.Sentence("backup-made", ("target", target.Place), ("count", target.Count.ToString(CultureInfo.InvariantCulture)), ("megabytes", (target.Bytes / 1_000_000.0).ToString("0.0", CultureInfo.InvariantCulture))));
        terminal.Say(withKeys ? "backup-with-keys" : "backup-without-keys", ("folder", keys.Keys));
        return 0;
    }

    private static bool IsInside(string path, string folder) => (Path.GetFullPath(path) + Path.DirectorySeparatorChar).StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static Rejection Unusable(string target, string cause) =>
        new("backup-target-unusable", new Dictionary<string, string> { ["target"] = Path.GetFullPath(target), ["cause"] = cause });
}
