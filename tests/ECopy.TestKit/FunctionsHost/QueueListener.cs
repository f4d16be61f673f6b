using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;

namespace ECopy.TestKit.FunctionsHost;

/// <summary>
/// Listens to one queue of a storage account for a function: Base64 messages, several at a time in any order, some tries, then the
/// queue's poison queue. A message that the function is done with may come again.
/// </summary>
internal sealed class QueueListener : IAsyncDisposable
{
    private static readonly TimeSpan Hidden = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    private readonly QueueClient queue;
    private readonly QueueClient poison;
    private readonly QueueSettings settings;
    private readonly Func<string, int, CancellationToken, Task> run;
    private readonly Chance chance;
    private readonly double repeats;
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentDictionary<string, int> repeated = new();
    private readonly Task listening;
    private int done;

    /// <param name="run">Gets a message's text and how often it has been taken; throws <see cref="FunctionFailedException"/>.</param>
    public QueueListener(string connection, string name, QueueSettings settings, Func<string, int, CancellationToken, Task> run, Chance chance, double repeats)
    {
        var options = new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 };
        queue = new QueueClient(connection, name, options);
        poison = new QueueClient(connection, name + "-poison", options);
        (this.settings, this.run, this.chance, this.repeats) = (settings, run, chance, repeats);
        listening = Task.Run(ListenAsync);
    }

    /// <summary>Messages that were done with, repeats not counted.</summary>
    public int Done => done;

    public int Repeated => repeated.Count;

    public ConcurrentQueue<string> Poisoned { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await listening;
        stopping.Dispose();
    }

    private async Task ListenAsync()
    {
        try
        {
            while (true)
            {
                var messages = await ReceiveAsync();
                if (messages.Count == 0) await Task.Delay(Look, stopping.Token);
                await Task.WhenAll(chance.Shuffled(messages, "messages " + (messages is [var first, ..] ? first.MessageId : "")).Select(HandleAsync));
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The host ends; what was not deleted will be there again.
        }
    }

    private async Task<IReadOnlyList<QueueMessage>> ReceiveAsync()
    {
        try
        {
            return (await queue.ReceiveMessagesAsync(settings.Batch, Hidden, stopping.Token)).Value;
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == QueueErrorCode.QueueNotFound)
        {
            return [];
        }
    }

    private async Task HandleAsync(QueueMessage message)
    {
        try
        {
            await run(message.Body.ToString(), (int)message.DequeueCount, stopping.Token);
        }
        catch (FunctionFailedException)
        {
            await FailAsync(message);
            return;
        }

        if (message.DequeueCount < settings.Tries - 1 && chance.Comes(repeats, "message " + message.Body) && repeated.TryAdd(message.MessageId, 1))
        {
            // Done, and the host died before it could say so.
            await ShowAgainAsync(message, TimeSpan.Zero);
            return;
        }

        await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, stopping.Token);
        Interlocked.Increment(ref done);
    }

    private async Task FailAsync(QueueMessage message)
    {
        if (message.DequeueCount < settings.Tries)
        {
            await ShowAgainAsync(message, settings.Pause);
            return;
        }

        await poison.CreateIfNotExistsAsync(cancellationToken: stopping.Token);
        await poison.SendMessageAsync(message.Body.ToString(), stopping.Token);
        await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, stopping.Token);
        Poisoned.Enqueue(message.Body.ToString());
    }

    private async Task ShowAgainAsync(QueueMessage message, TimeSpan pause) =>
        await queue.UpdateMessageAsync(message.MessageId, message.PopReceipt, message.Body, pause, stopping.Token);

    /// <summary>What goes with a message beside its text.</summary>
    public static JsonObject Metadata(string text, int taken)
    {
        var metadata = new JsonObject
        {
            ["DequeueCount"] = taken.ToString(CultureInfo.InvariantCulture),
            ["QueueTrigger"] = JsonPayload.Text(text),
        };
        JsonPayload.Flatten(text, metadata);
        return metadata;
    }
}
