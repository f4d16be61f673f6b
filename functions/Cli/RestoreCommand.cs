using System.Globalization;
using ECopy.Functions.Backup;
using ECopy.Functions.Office;

namespace ECopy.Functions.Cli;

/// <summary>
/// <c>restore --from FILE.zip|FOLDER</c> into an empty place, and an audit of it. 0 restored and clean · 1 refused, or restored and
/// older than its witness · 2 not now, or restored where no witness knows it.
/// </summary>
internal static class RestoreCommand
{
    public static async Task<int> RunAsync(Arguments arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        if (arguments.Plain.Count > 0 || arguments.Option("from") is not { } from)
        {
            terminal.Say("usage-restore");
            return CommandLine.Usage;
        }

        var place = Settings.Place();
        if (place.IsRejected) return OfficeVerb.Say(terminal, place.Rejection!);
        var opened = await BackupSource.OpenAsync(from, cancellationToken);
        if (opened.IsRejected) return OfficeVerb.Say(terminal, opened.Rejection!);
        using var source = opened.Value;
        var keys = KeysFolder.From(Settings.Read(), arguments.DataFolder);
        var restored = await RestoreBackup.RunAsync(source, from, place.Value, arguments.DataFolder, new LocalKeys(keys.Keys, keys.Authority), TimeProvider.System, terminal.Say, cancellationToken);
        if (restored.IsRejected) return OfficeVerb.Say(terminal, restored.Rejection!);
        var record = restored.Value;
        terminal.Say(
            "restore-made", ("place", place.Value.NameFor(arguments.DataFolder)), ("count", record.Blobs.ToString(CultureInfo.InvariantCulture)),
            ("at", Domain.LocalTime.Of(record.CreatedAt).ToString("dd/MM/yyyy HH:mm:ss", CultureInfo.InvariantCulture)));
        if (!record.WithKeys) terminal.Say("restore-without-keys", ("folder", keys.Keys));
        // Its register is held against the marks: a backup of an earlier moment shows here.
        var verdict = await AuditCommand.RunAsync(arguments, terminal, cancellationToken);
        if (verdict == 1) terminal.Say("restore-not-clean");
        else if (verdict == 2) terminal.Say("restore-unwitnessed");
        return verdict;
    }
}
