using System.Text;
using Azure.Storage.Queues;
using ECopy.Functions.Domain;
using ECopy.Functions.Tests.Storage;
using ECopy.Functions.Tests.Web;
using ECopy.Functions.Triggers;
using ECopy.Functions.Workflow;
using ECopy.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace ECopy.Functions.Tests.Triggers;

/// <summary>Commands on a real Azurite.</summary>
public sealed class CommandQueueTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private static readonly CopyRequest Request = new()
    {
        Agency = "H99.9.1", CopyId = "01", DossierCode = "D", VerificationCode = "V", State = CopyState.WaitingForReview, DocumentKind = "k", Title = "t", Requester = "r",
        OriginalPages = 1, ReceivedAt = default, ReceivedBy = "c", DueAt = default, Files = [], AuditPage = 1,
    };

    [Fact]
    public async Task A_command_is_one_Base64_message_of_a_queue_that_the_first_one_makes()
    {
        var service = new QueueServiceClient(azurite.ConnectionString, CommandQueue.Options());
        using var log = LoggerFactory.Create(_ => { });
        var commands = new CommandQueue(service, TimeProvider.System, log.CreateLogger<CommandQueue>());
        await commands.TellAsync(Request, CopyOrchestrator.ReviewDecided, default);
        // As anybody sees it who decodes nothing.
        var plain = new QueueServiceClient(azurite.ConnectionString, new QueueClientOptions { MessageEncoding = QueueMessageEncoding.None }).GetQueueClient(CommandQueue.Name);
        var message = (await plain.ReceiveMessageAsync()).Value;
        Assert.Equal("""{"schema":1,"agency":"H99.9.1","copyId":"01","event":"ReviewDecided"}""", Encoding.UTF8.GetString(Convert.FromBase64String(message.Body.ToString())));
        await plain.DeleteMessageAsync(message.MessageId, message.PopReceipt);
    }

    [Fact]
    public async Task What_could_not_be_run_is_said_and_taken_away()
    {
        var service = new QueueServiceClient(azurite.ConnectionString, CommandQueue.Options());
        var log = new CapturedLog();
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(log));
        var commands = new CommandQueue(service, TimeProvider.System, loggers.CreateLogger<CommandQueue>());
        // No such queue yet.
        await commands.EmptyPoisonAsync(default);
        var poison = service.GetQueueClient(CommandQueue.Poison);
        await poison.CreateIfNotExistsAsync();
        for (var i = 0; i < 40; i++) await poison.SendMessageAsync(i == 0 ? "rác" : CommandMessage.Of(Request with { CopyId = $"p{i:00}" }, null).Write());
        await commands.EmptyPoisonAsync(default);
        Assert.Equal(0, (await poison.GetPropertiesAsync()).Value.ApproximateMessagesCount);
        Assert.Contains("p39", string.Concat(log.Lines), StringComparison.Ordinal);
        Assert.Contains("cannot be read", string.Concat(log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_queue_that_does_not_answer_is_a_fault_that_passes()
    {
        using var log = LoggerFactory.Create(_ => { });
        var commands = new CommandQueue(new QueueServiceClient(HandlerOffice.NoQueues, CommandQueue.Options()), TimeProvider.System, log.CreateLogger<CommandQueue>());
        await Assert.ThrowsAsync<TransientException>(() => commands.TellAsync(Request, null, default));
        await commands.EmptyPoisonAsync(default);
    }

    [Theory]
    [InlineData("Storage:QueueUrl", "http://account.queue.core.windows.net")]
    [InlineData("Storage:ConnectionString", "nonsense")]
    [InlineData("Other", "x")]
    public void A_setting_that_names_no_queue_is_refused_with_its_name(string setting, string value)
    {
        var refused = CommandQueue.ServiceOf(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { [setting] = value }).Build());
        Assert.Equal("storage-setting-invalid", refused.Rejection!.Code);
    }

    [Fact]
    public void The_queues_of_an_identity_are_named_by_their_address()
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Storage:QueueUrl"] = "https://account.queue.core.windows.net", ["Storage:ConnectionString"] = azurite.ConnectionString }).Build();
        Assert.Equal("account", CommandQueue.ServiceOf(settings).Value.AccountName);
    }
}
