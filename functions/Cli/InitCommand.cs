using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Storage;
using ECopy.Functions.Web;

namespace ECopy.Functions.Cli;

/// <summary><c>init --kind production|demo</c>: makes an empty store. What it is, it is for good. 0 made or there already · 1 refused · 2 not now.</summary>
internal static class InitCommand
{
    public static async Task<int> RunAsync(Arguments arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        StoreKind kind;
        switch (arguments.Option("kind"))
        {
            case "production":
                kind = StoreKind.Production;
                break;
            case "demo":
                kind = StoreKind.Demo;
                break;
            default:
                terminal.Say("usage-invalid-value", ("option", "--kind"));
                return CommandLine.Usage;
        }

        if (arguments.Plain.Count > 0) return OfficeVerb.Usage(terminal, "init");
        if (!LocalSocket.Fits(arguments.DataFolder)) return OfficeVerb.Say(terminal, new Rejection("data-folder-too-deep", "folder", arguments.DataFolder));
        var place = Settings.Place();
        if (place.IsRejected) return OfficeVerb.Say(terminal, place.Rejection!);
        var existing = await DataFolder.OpenReadOnlyAsync(place.Value, arguments.DataFolder, cancellationToken);
        var isNew = existing.IsRejected;
        if (!isNew) existing.Value.Dispose();
        var opened = await DataFolder.OpenAsync(place.Value, arguments.DataFolder, kind, TimeProvider.System, terminal.Say, cancellationToken);
        if (opened.IsRejected) return OfficeVerb.Say(terminal, opened.Rejection!);
        using var data = opened.Value;
        // The second place is set up with the store: a wrong one must not show only at the first number.
        var witness = await arguments.OpenWitnessAsync(data, cancellationToken);
        if (witness.IsRejected) return OfficeVerb.Say(terminal, witness.Rejection!);
        using var marks = witness.Value;
        if (arguments.Json) terminal.AnswerJson(new { folder = data.FullPath, place = data.Place.NameFor(data.FullPath), kind = arguments.Option("kind"), storeId = data.Identity.StoreId, made = isNew });
        else terminal.Answer(terminal.Sentence(isNew ? "store-made" : "store-there", ("kind", arguments.Option("kind")!), ("folder", data.Place.NameFor(data.FullPath))));
        if (kind is StoreKind.Production && isNew) terminal.Say("production-next");
        return 0;
    }
}
