using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Storage;
using ECopy.Functions.Verify;

namespace ECopy.Functions.Pages;

/// <param name="Code">4-4-4-5.</param>
internal sealed record SampleCode(string Code, string Document);

/// <summary>What the public pages show beside a verdict. None of it is needed: where the store does not answer, it is left out.</summary>
internal sealed partial class PublicStore(IBlobStore store, VerifyCopy verify, OfficeDirectory offices, StoreTerms terms, ILogger<PublicStore> log)
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
            var seen = 0;
            await foreach (var path in store.ListAsync("public/", cancellationToken))
            {
                if (++seen > MostRecords || samples.Count == MostSamples) break;
                // As everybody's check sees it: a sample that does not work would be worse than none.
                if (await verify.ByCodeAsync(Path.GetFileNameWithoutExtension(path), cancellationToken) is { Kind: VerdictKind.CodeOnly, Copy: { } copy })
                    samples.Add(new SampleCode(copy.Code, copy.Document));
            }
        }
        catch (Exception fault) when (fault is TransientException or IntegrityException)
        {
            LogLeftOut(fault);
        }

        return samples;
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
