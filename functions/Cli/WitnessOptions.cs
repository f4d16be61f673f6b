using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Cli;

/// <summary>Where the high-water marks are: <c>--witness</c>, else <c>Register__Witness</c> in the environment, else the user's state folder.</summary>
internal static class WitnessOptions
{
    public static Task<Result<Witness>> OpenWitnessAsync(this Arguments arguments, DataFolder data, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return Witness.OpenAsync(
            data,
            arguments.Option("witness") ?? Environment.GetEnvironmentVariable("Register__Witness"),
            // Said by an operator who moved a store to another machine; otherwise a book without a mark is a restored backup.
            arguments.Option("adopt-books") is not null,
            TimeProvider.System,
            cancellationToken);
    }
}
