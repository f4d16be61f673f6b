using System.Text.Json.Serialization;
using System.Threading.Channels;
using ECopy.Functions.Domain;

namespace ECopy.Functions.Demo;

/// <summary>What is made of the demo data, at <see cref="BlobPaths.DemoPast"/>.</summary>
/// <param name="BeganAt">All dates of the demo data are counted from here, so that a start after a kill means the same dates.</param>
/// <param name="Done">Acts done, in the order of the plan.</param>
/// <param name="Plan">Version of the plan that <paramref name="CompletedAt"/> speaks of.</param>
internal sealed record DemoPastRecord(int Schema, DateTimeOffset BeganAt, int Done, int Plan, DateTimeOffset? CompletedAt) : IStoredRecord
{
    public static int CurrentSchema => 1;

    [JsonIgnore]
    public bool IsComplete => CompletedAt is not null && Plan >= DemoPlan.Version;
}

/// <param name="Made">Copies whose whole past is made.</param>
internal sealed record DemoCount(int Made, int Total)
{
    public bool IsComplete => Made == Total;
}

/// <summary>How far the making of the demo data is, for the front page and the terminal.</summary>
internal sealed class DemoProgress
{
    private readonly Channel<DemoCount> counts = Channel.CreateUnbounded<DemoCount>();
    private volatile DemoCount? now;

    /// <summary>Null while nothing is being made.</summary>
    public DemoCount? Now => now;

    public void Report(DemoCount count)
    {
        if (count == now) return;
        now = count;
        counts.Writer.TryWrite(count);
    }

    /// <summary>Made, or given up until the next start.</summary>
    public void End()
    {
        now = null;
        counts.Writer.TryComplete();
    }

    /// <summary>Every count from the beginning; one reader.</summary>
    public IAsyncEnumerable<DemoCount> ReadAllAsync(CancellationToken cancellationToken) => counts.Reader.ReadAllAsync(cancellationToken);
}
