using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace ECopy.Functions.Hub.Embedded;

/// <summary>
/// The only writer. Whatever is waiting when it comes round goes into one transaction, so that many turns share a commit.
/// </summary>
internal sealed class HubWriter : IAsyncDisposable
{
    private const int LargestBatch = 256;

    private readonly Channel<Write> waiting = Channel.CreateUnbounded<Write>(new() { SingleReader = true });
    private readonly SqlSession connection;
    private readonly WriteSession session;
    private readonly Action<Effects> publish;
    private readonly Task loop;
    private volatile bool aborted;

    public HubWriter(HubDatabase database, Action<Effects> publish)
    {
        connection = database.Connect();
        session = new(connection);
        this.publish = publish;
        loop = Task.Run(RunAsync);
    }

    /// <summary>Completes when the write is committed and its effects are in the queues.</summary>
    /// <exception cref="HubStorageException">It is not stored: disk full, file damaged, or the hub is stopping.</exception>
    public async Task<T> WriteAsync<T>(Func<WriteSession, T> apply)
    {
        var result = default(T);
        var write = new Write(session => result = apply(session));
        if (!waiting.Writer.TryWrite(write))
            throw new HubStorageException("The hub is stopping.", null);
        await write.Stored.Task.ConfigureAwait(false);
        return result!;
    }

    /// <summary>Stops at once: what was not committed yet is not stored.</summary>
    public ValueTask AbortAsync()
    {
        aborted = true;
        return DisposeAsync();
    }

    /// <summary>Stores what is waiting, then closes.</summary>
    public async ValueTask DisposeAsync()
    {
        waiting.Writer.TryComplete();
        await loop.ConfigureAwait(false);
        connection.Dispose();
    }

    private async Task RunAsync()
    {
        var batch = new List<Write>();
        while (await waiting.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (batch.Count < LargestBatch && waiting.Reader.TryRead(out var write))
                batch.Add(write);
            // One write that throws must not take the others with it: they are repeated one by one.
            if (!TryStore(batch, out _))
            {
                foreach (var write in batch)
                {
                    if (!TryStore([write], out var error))
                        write.Stored.SetException(error);
                }
            }
            batch.Clear();
        }
    }

    private bool TryStore(List<Write> writes, out Exception error)
    {
        error = null!;
        try
        {
            if (aborted)
                throw new HubStorageException("The hub is stopping.", null);
            session.Begin();
            foreach (var write in writes)
                write.Apply(session);
            session.Commit();
        }
        catch (Exception exception)
        {
            error = exception is SqliteException ? new HubStorageException("The hub could not store.", exception) : exception;
            session.TakeEffects();
            TryRollback();
            return false;
        }
        // Crash point: stored but not yet in the queues. The next start fills them from the tables.
        publish(session.TakeEffects());
        foreach (var write in writes)
            write.Stored.SetResult();
        return true;
    }

    private void TryRollback()
    {
        try
        {
            session.Rollback();
        }
        catch (SqliteException)
        {
            // SQLite has rolled back by itself, or no transaction was begun.
        }
    }

    private sealed record Write(Action<WriteSession> Apply)
    {
        public TaskCompletionSource Stored { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
