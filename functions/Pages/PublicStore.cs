using ECopy.Functions.Demo;
using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Storage;
using ECopy.Functions.Verify;

namespace ECopy.Functions.Pages;

/// <param name="Code">4-4-4-5.</param>
internal sealed record SampleCode(string Code, string Document);

/// <summary>What the public pages show beside a verdict. None of it is needed: where the store does not answer, it is left out.</summary>
internal sealed partial class PublicStore(IBlobStore store, VerifyCopy verify, OfficeDirectory offices, DemoSamples demo, StoreTerms terms, ILogger<PublicStore> log)
{
    private const int MostSamples = 3;
    public const int MostHotlines = 4;

    /// <summary>Records looked at for samples: a demo store may hold many that were withdrawn.</summary>
    private const int MostRecords = 40;

    public bool IsTest => terms.IsTest;

    /// <summary>Codes of copies that hold, in a demo store; real people's codes are nobody's sample.</summary>
    public async Task<IReadOnlyList<SampleCode>> SamplesAsync(CancellationToken cancellationToken)
    {
        var samples = new List<SampleCode>();
        if (!terms.IsTest) return samples;
        try
        {
            foreach (var code in await demo.CodesAsync(cancellationToken)) await AddAsync(samples, code, cancellationToken);
            var seen = 0;
            await foreach (var path in store.ListAsync(BlobPaths.PublicRecords, cancellationToken))
            {
                if (++seen > MostRecords || samples.Count >= MostSamples) break;
                await AddAsync(samples, Path.GetFileNameWithoutExtension(path), cancellationToken);
            }
        }
        catch (Exception fault) when (fault is TransientException or IntegrityException)
        {
            LogLeftOut(fault);
        }

        return samples;
    }

    /// <summary>As everybody's check sees it: a sample that does not work would be worse than none.</summary>
    private async Task AddAsync(List<SampleCode> samples, string code, CancellationToken cancellationToken)
    {
        if (await verify.ByCodeAsync(code, cancellationToken) is { Kind: VerdictKind.CodeOnly, Copy: { } copy } && !samples.Any(sample => sample.Code == copy.Code))
            samples.Add(new SampleCode(copy.Code, copy.Document));
    }

    /// <summary>Agencies and the numbers by which they are reached.</summary>
    public async Task<IReadOnlyList<Agency>> AgenciesAsync(int most, CancellationToken cancellationToken)
    {
        var agencies = new List<Agency>();
        try
        {
            await foreach (var path in store.ListAsync(BlobPaths.Agencies, cancellationToken))
            {
                if (agencies.Count == most) break;
                if (await offices.FindAgencyAsync(Path.GetFileNameWithoutExtension(path), cancellationToken) is { } agency) agencies.Add(agency);
            }
        }
        catch (Exception fault) when (fault is TransientException or IntegrityException)
        {
            LogLeftOut(fault);
        }

        return agencies;
    }

    [LoggerMessage(EventId = 311, Level = LogLevel.Warning, Message = "Left out of a page, since the store did not answer")]
    private partial void LogLeftOut(Exception fault);
}
