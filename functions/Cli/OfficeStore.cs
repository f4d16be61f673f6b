using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Office;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Cli;

/// <summary>
/// A store opened to change the office's records without a server. The folder has one owner: while a server is it, its pages
/// do the same.
/// </summary>
internal sealed class OfficeStore : IAsyncDisposable
{
    private readonly DataFolder data;
    private readonly ServiceProvider services;

    private OfficeStore(DataFolder data, ServiceProvider services)
    {
        this.data = data;
        this.services = services;
    }

    /// <summary>Rejections: those of <see cref="DataFolder"/> and <see cref="Witness"/>, and <c>office-through-pages</c>.</summary>
    public static async Task<Result<OfficeStore>> OpenAsync(Arguments arguments, Action<Rejection> waiting, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var place = Settings.Place();
        if (place.IsRejected) return place.Rejection!;
        StoreKind kind;
        var existing = await DataFolder.OpenReadOnlyAsync(place.Value, arguments.DataFolder, cancellationToken);
        if (existing.IsRejected) return existing.Rejection!.Code is "data-folder-not-found" ? new Rejection("store-not-made", existing.Rejection.Details) : existing.Rejection;
        using (existing.Value) kind = existing.Value.Identity.Kind;
        var opened = await DataFolder.OpenAsync(place.Value, arguments.DataFolder, kind, TimeProvider.System, waiting, cancellationToken);
        if (opened.IsRejected) return opened.Rejection!.Code is "data-folder-in-use" ? new Rejection("office-through-pages", opened.Rejection.Details) : opened.Rejection;
        try
        {
            var witness = await arguments.OpenWitnessAsync(opened.Value, cancellationToken);
            if (!witness.IsRejected) return new OfficeStore(opened.Value, ECopyHost.BuildReader(opened.Value, witness.Value, new Uri("http://localhost:7071/")));
            opened.Value.Dispose();
            return witness.Rejection!;
        }
        catch
        {
            opened.Value.Dispose();
            throw;
        }
    }

    public T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    /// <summary>The agency that is named, or the only one: <c>agency-unknown</c>, <c>agency-needed</c>.</summary>
    public Task<Result<Agency>> AgencyAsync(string? code, CancellationToken cancellationToken) => AgencyAsync(Get<OfficeDirectory>(), code, cancellationToken);

    public static async Task<Result<Agency>> AgencyAsync(OfficeDirectory office, string? code, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(office);
        var agencies = await office.AgenciesAsync(cancellationToken);
        if (code is not null) return agencies.FirstOrDefault(agency => agency.Code == code) is { } named ? named : new Rejection("agency-unknown");
        return agencies is [var only] ? only : new Rejection(agencies.Count == 0 ? "agency-none" : "agency-needed");
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        data.Dispose();
    }
}
