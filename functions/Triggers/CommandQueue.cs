using Azure;
using Azure.Identity;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using ECopy.Functions.Domain;
using ECopy.Functions.Storage;
using ECopy.Functions.Workflow;

namespace ECopy.Functions.Triggers;

/// <summary>
/// Commands on their way to the hub: a page has no address of the extension, a function that the queue triggers has. A queue that
/// does not answer loses nothing, since the sweeper tells again.
/// </summary>
internal sealed partial class CommandQueue(QueueServiceClient service, TimeProvider clock, ILogger<CommandQueue> log) : ICopyCommands
{
    /// <summary>As in <c>RunCommand/function.json</c>.</summary>
    public const string Name = "ecopy-commands";

    /// <summary>Where the Functions host puts what could not be run several times.</summary>
    public const string Poison = Name + "-poison";

    public const string Url = "Storage:QueueUrl";

    /// <summary>Somebody waits for an answer meanwhile.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly QueueClient queue = service.GetQueueClient(Name);

    /// <summary>By the address of the account's queues and the platform's identity, or in the store's own account. Rejects <c>storage-setting-invalid</c> (setting, cause).</summary>
    public static Result<QueueServiceClient> ServiceOf(IConfiguration settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        static Rejection Invalid(string setting, string cause) =>
            new("storage-setting-invalid", new Dictionary<string, string> { ["setting"] = setting, ["cause"] = cause.Split('\n')[0] });
        var options = Options();
        if (settings[Url] is { Length: > 0 } address)
        {
            // A token is for this service alone, and never goes out in the clear.
            return Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps
                ? new QueueServiceClient(uri, new DefaultAzureCredential(), options)
                : Invalid(Url, "https://…");
        }

        if (settings[StorePlace.Connection] is not { Length: > 0 } connection) return Invalid(Url, "https://…");
        try
        {
            return new QueueServiceClient(connection, options);
        }
        catch (Exception invalid) when (invalid is FormatException or ArgumentException or InvalidOperationException)
        {
            return Invalid(StorePlace.Connection, invalid.Message);
        }
    }

    /// <summary>Base64, as the queue trigger expects unless host.json says otherwise.</summary>
    public static QueueClientOptions Options()
    {
        var options = new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 };
        options.Retry.MaxRetries = 2;
        options.Retry.Delay = TimeSpan.FromMilliseconds(100);
        options.Retry.MaxDelay = TimeSpan.FromSeconds(1);
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(5);
        return options;
    }

    public async Task TellAsync(CopyRequest request, string? eventName, CancellationToken cancellationToken)
    {
        var text = CommandMessage.Of(request, eventName).Write();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(Patience);
        try
        {
            await SendAsync(text, stop.Token);
        }
        catch (Exception failure) when (failure is RequestFailedException or AggregateException or AuthenticationFailedException || IsPatienceOver(failure, cancellationToken))
        {
            throw new TransientException($"{Name}: {failure.Message.Split('\n')[0]}", failure);
        }
    }

    /// <summary>Takes away what could not be run; each is said in the log, and its request is the sweeper's anyway.</summary>
    public async Task EmptyPoisonAsync(CancellationToken cancellationToken)
    {
        const int most = 32;
        var poison = service.GetQueueClient(Poison);
        try
        {
            QueueMessage[] taken;
            do
            {
                taken = await poison.ReceiveMessagesAsync(most, cancellationToken: cancellationToken);
                foreach (var message in taken)
                {
                    LogPoison(CommandMessage.Read(message.Body.ToString())?.CopyId ?? "that cannot be read", message.InsertedOn ?? clock.GetUtcNow());
                    await poison.DeleteMessageAsync(message.MessageId, message.PopReceipt, cancellationToken);
                }
            }
            while (taken.Length == most);
        }
        catch (RequestFailedException missing) when (missing.Status == StatusCodes.Status404NotFound)
        {
            // No such queue: nothing was ever put there. Or somebody else has just taken the message.
        }
        catch (Exception failure) when (failure is RequestFailedException or AggregateException or AuthenticationFailedException)
        {
            LogPoisonUnread(failure);
        }
    }

    private static bool IsPatienceOver(Exception failure, CancellationToken cancellationToken) => failure is OperationCanceledException && !cancellationToken.IsCancellationRequested;

    private async Task SendAsync(string text, CancellationToken cancellationToken)
    {
        try
        {
            await queue.SendMessageAsync(text, cancellationToken);
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == QueueErrorCode.QueueNotFound)
        {
            await queue.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
            await queue.SendMessageAsync(text, cancellationToken);
        }
    }

    [LoggerMessage(EventId = 235, Level = LogLevel.Warning, Message = "The queue of commands that could not be run was not looked at")]
    private partial void LogPoisonUnread(Exception failure);

    [LoggerMessage(EventId = 231, Level = LogLevel.Error, Message = "A command of {At} could not be run, and the queue gave it up: request {CopyId}")]
    private partial void LogPoison(string copyId, DateTimeOffset at);
}
