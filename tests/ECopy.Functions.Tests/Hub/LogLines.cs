using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ECopy.Functions.Tests.Hub;

/// <summary>Keeps what was logged.</summary>
internal sealed class LogLines : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<string> written = new();

    public IReadOnlyCollection<string> Written => written;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        written.Enqueue(formatter(state, exception));

    public void Dispose()
    {
    }
}
