using System.Collections.Concurrent;
using System.Globalization;
using ECopy.Functions.Domain;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Ledger;

/// <summary>Dossier codes: <c>H99.9.1-261122-0001</c>, counted anew each +07:00 day in each agency.</summary>
internal sealed class DailySequence(IBlobStore store, LedgerOptions options, TimeProvider time)
{
    private const int Highest = 9999;
    private const int RememberedDays = 32;
    private readonly ConcurrentDictionary<string, PagedLedger<SequenceEntry>> days = new(StringComparer.Ordinal);

    /// <summary>
    /// The code of this key on this day, the same however often it is asked for; so the caller records the day first.
    /// Rejection <c>daily-sequence-full</c> after 9999.
    /// </summary>
    public Task<Result<string>> NextAsync(string agency, DateOnly date, string key, CancellationToken cancellationToken)
    {
        var day = date.ToString("yyMMdd", CultureInfo.InvariantCulture);
        return DayOf(agency, day).ChangeAsync<Result<string>>(
            1,
            view =>
            {
                var entry = view.Entries.FirstOrDefault(entry => entry.Key == key);
                if (entry is null)
                {
                    var number = (view.Last?.Number ?? 0) + 1;
                    if (number > Highest)
                        return new Rejection("daily-sequence-full", "agency", agency);
                    entry = new SequenceEntry(number, key, time.GetUtcNow());
                    view.Append(entry);
                }

                return string.Create(CultureInfo.InvariantCulture, $"{agency}-{day}-{entry.Number:0000}");
            },
            cancellationToken);
    }

    private PagedLedger<SequenceEntry> DayOf(string agency, string day)
    {
        // Forgetting a day costs a reading at most: what is stored decides.
        if (days.Count > RememberedDays)
            days.Clear();
        return days.GetOrAdd(
            $"{agency}/{day}",
            _ => new PagedLedger<SequenceEntry>(new SequenceBook(agency, day), store, witness: null, options, time));
    }
}
