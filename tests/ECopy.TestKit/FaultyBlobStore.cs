using System.Runtime.CompilerServices;
using ECopy.Functions.Domain;
using ECopy.Functions.Storage;

namespace ECopy.TestKit;

/// <summary>What may happen to one write.</summary>
public enum StoreFault
{
    None,

    /// <summary>Nothing stored; a transient fault.</summary>
    Refused,

    /// <summary>Nothing stored; compare-and-swap says conflict (a create or delete is refused).</summary>
    Conflict,

    /// <summary>Nothing stored; the store says 500.</summary>
    ServerError,

    /// <summary>Stored, and then a transient fault.</summary>
    LostAnswer,

    /// <summary>The process dies before the write: every later call fails too.</summary>
    CrashBefore,

    /// <summary>The process dies after the write, before it could go on.</summary>
    CrashAfter,

    /// <summary>The process dies and half of the bytes are there, as after a power loss on a store without fsync.</summary>
    Torn,
}

public sealed record StoreWrite(int Number, string Operation, string Path);

/// <summary>Stands for kill -9: nothing catches it, and nothing works afterwards.</summary>
public sealed class SimulatedCrashException(string message) : Exception(message);

/// <summary>Decides on each write, counted over all the stores that share the plan.</summary>
public sealed class FaultPlan(Func<StoreWrite, StoreFault> decide)
{
    private readonly Lock gate = new();
    private readonly List<StoreWrite> writes = [];

    public IReadOnlyList<StoreWrite> Writes
    {
        get
        {
            lock (gate)
                return [.. writes];
        }
    }

    public bool Crashed { get; private set; }

    /// <summary>Runs before each write, so that a test can hold one back.</summary>
    public Func<StoreWrite, Task> BeforeWrite { get; set; } = _ => Task.CompletedTask;

    public static FaultPlan Off() => new(_ => StoreFault.None);

    /// <summary>The nth write (from 1) meets the fault.</summary>
    public static FaultPlan At(int n, StoreFault fault) => new(write => write.Number == n ? fault : StoreFault.None);

    /// <summary>Each write meets one of the faults with this chance; the same seed gives the same sequence.</summary>
    public static FaultPlan Seeded(int seed, double rate, params StoreFault[] faults)
    {
        var random = new Random(seed);
        return new FaultPlan(_ => random.NextDouble() < rate ? faults[random.Next(faults.Length)] : StoreFault.None);
    }

    internal (StoreWrite Write, StoreFault Fault) Next(string operation, string path)
    {
        lock (gate)
        {
            ThrowIfCrashed();
            var write = new StoreWrite(writes.Count + 1, operation, path);
            writes.Add(write);
            var fault = decide(write);
            Crashed = fault is StoreFault.CrashBefore or StoreFault.CrashAfter or StoreFault.Torn;
            return (write, fault);
        }
    }

    internal void ThrowIfCrashed()
    {
        if (Crashed)
            throw new SimulatedCrashException("the process is dead");
    }
}

/// <summary>Any store, with faults on its writes.</summary>
public sealed class FaultyBlobStore(IBlobStore inner, FaultPlan plan) : IBlobStore
{
    public Task<Blob?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        plan.ThrowIfCrashed();
        return inner.ReadAsync(path, cancellationToken);
    }

    public Task<Stream?> OpenReadAsync(string path, CancellationToken cancellationToken)
    {
        plan.ThrowIfCrashed();
        return inner.OpenReadAsync(path, cancellationToken);
    }

    public Task<CreateOutcome> CreateIfAbsentAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        MeetAsync("create", path, content.Length, _ => throw NotStored("409"), part => inner.CreateIfAbsentAsync(path, content[..part], cancellationToken));

    public Task<CreateOutcome> CreateIfAbsentAsync(string path, Stream content, CancellationToken cancellationToken) =>
        MeetAsync("create", path, 0, _ => throw NotStored("409"), _ => inner.CreateIfAbsentAsync(path, content, cancellationToken));

    public Task<string?> ReplaceIfUnchangedAsync(string path, ReadOnlyMemory<byte> content, string? expected, CancellationToken cancellationToken) =>
        MeetAsync("replace", path, content.Length, _ => (string?)null, part => inner.ReplaceIfUnchangedAsync(path, content[..part], expected, cancellationToken));

    public Task DeleteAsync(string path, CancellationToken cancellationToken) =>
        MeetAsync("delete", path, 0, _ => throw NotStored("409"), async _ =>
        {
            await inner.DeleteAsync(path, cancellationToken);
            return true;
        });

    public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        plan.ThrowIfCrashed();
        await foreach (var path in inner.ListAsync(prefix, cancellationToken))
            yield return path;
    }

    private static TransientException NotStored(string answer) => new($"the store answered {answer}");

    private async Task<T> MeetAsync<T>(string operation, string path, int length, Func<int, T> conflict, Func<int, Task<T>> write)
    {
        var (what, fault) = plan.Next(operation, path);
        await plan.BeforeWrite(what);
        switch (fault)
        {
            case StoreFault.Refused:
                throw NotStored("503");
            case StoreFault.ServerError:
                throw NotStored("500");
            case StoreFault.Conflict:
                return conflict(0);
            case StoreFault.LostAnswer:
                await write(length);
                throw new TransientException("the answer was lost");
            case StoreFault.CrashBefore:
                throw new SimulatedCrashException($"before {operation} {path}");
            case StoreFault.CrashAfter:
                await write(length);
                throw new SimulatedCrashException($"after {operation} {path}");
            case StoreFault.Torn:
                await write(length / 2);
                throw new SimulatedCrashException($"during {operation} {path}");
            default:
                return await write(length);
        }
    }
}
