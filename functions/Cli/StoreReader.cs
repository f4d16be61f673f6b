using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Cli;

/// <summary>A store opened for reading, beside its owner or without one: <c>verify</c> and <c>audit</c> change nothing.</summary>
internal sealed class StoreReader(DataFolder data, ServiceProvider services) : IAsyncDisposable
{
    public IServiceProvider Services => services;

    /// <param name="witnessed">Auditing needs the high-water marks; verifying must do without them.</param>
    public static async Task<Result<StoreReader>> OpenAsync(Arguments arguments, bool witnessed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        try
        {
            var place = Settings.Place();
            if (place.IsRejected) return place.Rejection!;
            var data = await DataFolder.OpenReadOnlyAsync(place.Value, arguments.DataFolder, cancellationToken);
            if (data.IsRejected) return data.Rejection!;
            IWitness witness = Unwitnessed.Instance;
            if (witnessed)
            {
                var opened = await arguments.OpenWitnessAsync(data.Value, cancellationToken);
                if (opened.IsRejected) return opened.Rejection!;
                witness = opened.Value;
            }

            return new StoreReader(data.Value, ECopyHost.BuildReader(data.Value, witness, new Uri("http://localhost:7071/")));
        }
        catch (IntegrityException fault)
        {
            return new Rejection("not-clean-start", new Dictionary<string, string> { ["record"] = fault.Record, ["reason"] = fault.Reason });
        }
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        data.Dispose();
    }
}
