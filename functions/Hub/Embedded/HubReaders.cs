using System.Collections.Concurrent;

namespace ECopy.Functions.Hub.Embedded;

/// <summary>Reading connections, as many as are needed at once, kept for the next reader.</summary>
internal sealed class HubReaders(HubDatabase database) : IDisposable
{
    private readonly ConcurrentBag<HubReader> free = [];
    private volatile bool disposed;

    public T Read<T>(Func<HubReader, T> read)
    {
        if (disposed)
            throw new HubStorageException("The hub is stopping.", null);
        if (!free.TryTake(out var reader))
            reader = new(database.Connect());
        T result;
        try
        {
            result = read(reader);
        }
        catch
        {
            // Its statements may be in any state.
            reader.Dispose();
            throw;
        }
        free.Add(reader);
        if (disposed)
            Dispose();
        return result;
    }

    public void Dispose()
    {
        disposed = true;
        while (free.TryTake(out var reader))
            reader.Dispose();
    }
}
