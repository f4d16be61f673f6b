using ECopy.Functions.Domain;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Cli;

/// <summary>A store opened for reading, beside its owner or without one: <c>verify</c> and <c>audit</c> change nothing.</summary>
internal sealed class StoreReader(DataFolder data, ServiceProvider services) : IAsyncDisposable
{
    public IServiceProvider Services => services;

    public static async Task<Result<StoreReader>> OpenAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        try
        {
            var data = await DataFolder.OpenReadOnlyAsync(arguments.DataFolder, cancellationToken);
            if (data.IsRejected) return data.Rejection!;
            var witness = await arguments.OpenWitnessAsync(data.Value, cancellationToken);
            if (witness.IsRejected) return witness.Rejection!;
            return new StoreReader(data.Value, ECopyHost.BuildReader(data.Value, witness.Value, new Uri("http://localhost:7071/")));
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
