using System.Text.Json;

namespace ECopy.Functions.Hub.Embedded;

internal sealed record EmbeddedHubOptions
{
    /// <summary>The SQLite file; its folder is created.</summary>
    public required string Path { get; init; }

    public int MaxConcurrentActivities { get; init; } = 2 * Environment.ProcessorCount;

    public int MaxConcurrentOrchestrations { get; init; } = Environment.ProcessorCount;

    /// <summary>How long <see cref="EmbeddedHub.StopAsync"/> waits for running activities once they are told to stop.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How inputs, outputs and payloads are written as JSON; default: <see cref="DataConverter.DefaultOptions"/>.</summary>
    public JsonSerializerOptions? SerializerOptions { get; init; }

    /// <summary>Called after each stored turn, on the writer's thread, for recording histories in tests.</summary>
    public Action<RecordedTurn>? OnTurn { get; init; }

    /// <summary>Called when a damaged database was moved aside and a fresh one begun; gets the path of the damaged one.</summary>
    public Action<string>? OnDatabaseReplaced { get; init; }
}
