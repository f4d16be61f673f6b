using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Cli;

/// <summary>What the environment and appsettings.json beside the program say of the places.</summary>
internal static class Settings
{
    public static IConfiguration Read() => new ConfigurationBuilder()
        .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
        .AddEnvironmentVariables()
        .Build();

    public static Result<StorePlace> Place() => StorePlace.From(Read());

    /// <summary>Where the high-water marks are: <c>--witness</c>, else what is set, else the user's state folder.</summary>
    public static async Task<Result<Witness>> OpenWitnessAsync(this Arguments arguments, DataFolder data, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var place = WitnessPlace.From(Read(), arguments.Option("witness"));
        if (place.IsRejected) return place.Rejection!;
        // Said by an operator who moved a store to another machine; otherwise a book without a mark is a restored backup.
        var adopts = arguments.Option("adopt-books") is not null;
        return await Witness.OpenAsync(data, place.Value, adopts, TimeProvider.System, cancellationToken);
    }

    /// <summary>Which folder, and which account if there is one.</summary>
    public static void SayPlace(this Terminal terminal, Arguments arguments, StorePlace place)
    {
        ArgumentNullException.ThrowIfNull(terminal);
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(place);
        terminal.Say("data-folder", ("folder", arguments.DataFolder));
        if (place.Account is not null) terminal.Say("store-place", ("place", place.NameFor(arguments.DataFolder)));
    }
}
