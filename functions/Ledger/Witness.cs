using ECopy.Functions.Domain;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Ledger;

/// <summary>Where the witness lies and who it belongs to.</summary>
internal static class WitnessFolder
{
    /// <summary>
    /// <paramref name="configured"/> (<c>Register:Witness</c>) or <c>$XDG_STATE_HOME/ecopy</c> or <c>~/.local/state/ecopy</c>,
    /// then the store's id. Rejection <c>witness-inside-data-folder</c>.
    /// </summary>
    public static Result<string> Locate(string dataFolder, string? configured, string storeId) =>
        throw new NotSupportedException();
}

/// <summary>Marks signed with the store's P-256 key, in a store of their own.</summary>
internal sealed class Witness(IBlobStore place)
{
    /// <summary>Opens the witness of a store; the owner's call creates key and folder.</summary>
    public static Task<Result<IWitness>> OpenAsync(DataFolder data, string? configured, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public IBlobStore Place { get; } = place;
}
