using ECopy.Functions.Domain;

namespace ECopy.Functions.Storage;

/// <summary>Who is inside, and until when at the longest.</summary>
/// <param name="Until">Past: nobody.</param>
internal sealed record GateRecord(int Schema, string Holder, DateTimeOffset Until) : IStoredRecord
{
    public static int CurrentSchema => 1;
}

/// <summary>
/// One at a time over all processes of a store, for rules that look at several records: compare-and-swap guards each record, but not
/// what two of them say together. Whoever is killed inside keeps the others waiting until its time is over; whoever sleeps longer
/// than that inside is not stopped, so nothing that must never happen may rest on this alone.
/// </summary>
internal sealed class SharedGate(IBlobStore store, TimeProvider clock)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Patience = 2 * Longest;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    /// <exception cref="TransientException">Others were inside all the time.</exception>
    public async Task<T> InsideAsync<T>(string path, Func<Task<T>> run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        var holder = Guid.NewGuid().ToString("N");
        var tag = await EnterAsync(path, holder, cancellationToken);
        try
        {
            return await run();
        }
        finally
        {
            await LeaveAsync(path, holder, tag);
        }
    }

    private async Task<string> EnterAsync(string path, string holder, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        TransientException? fault = null;
        while (clock.GetElapsedTime(began) < Patience)
        {
            try
            {
                var there = await store.ReadJsonAsync<GateRecord>(path, cancellationToken);
                // Written by us, and the answer lost.
                if (there?.Value.Holder == holder) return there.ETag;
                var now = clock.GetUtcNow();
                if (IsFree(there?.Value, now) && await store.ReplaceJsonAsync(path, new GateRecord(GateRecord.CurrentSchema, holder, now + Longest), there?.ETag, cancellationToken) is { } tag)
                    return tag;
            }
            catch (TransientException unanswered)
            {
                fault = unanswered;
            }

            await Task.Delay(Look * (1 + Random.Shared.NextDouble()), clock, cancellationToken);
        }

        throw new TransientException($"{path}: others are changing this", fault);
    }

    /// <summary>
    /// Further ahead than anybody goes, it was written under a clock that has been set back since. Twice as far: the clocks of two
    /// machines are never quite the same.
    /// </summary>
    private static bool IsFree(GateRecord? there, DateTimeOffset now) => there is null || there.Until <= now || there.Until > now + (2 * Longest);

    private async Task LeaveAsync(string path, string holder, string tag)
    {
        try
        {
            await store.ReplaceJsonAsync(path, new GateRecord(GateRecord.CurrentSchema, holder, clock.GetUtcNow()), tag, CancellationToken.None);
        }
        catch (TransientException)
        {
            // Its time ends by itself.
        }
    }
}
