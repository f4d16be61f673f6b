using ECopy.Functions.Web;
using ECopy.TestKit;

namespace ECopy.EndToEnd.Tests;

/// <summary>A store whose server is killed again and again, and what must hold afterwards.</summary>
public sealed class KilledStore : IDisposable
{
    private readonly List<string> copyIds = [];
    private RunningServer? server;
    private int seed;

    public ProgramUnderTest Program { get; } = ProgramUnderTest.OverDemoStore();

    internal StoredCopies Stored => new(Program);

    public IReadOnlyList<string> CopyIds => copyIds;

    public async Task<RunningServer> RunningAsync() => server is { Program.IsRunning: true } ? server : server = await Program.ServeAsync();

    internal LocalCertifyOrder NextOrder()
    {
        var order = LocalOrders.Order(++seed);
        copyIds.Add(order.CopyId);
        return order;
    }

    /// <summary>Sends the order, kills the server at the moment that is named, and looks at what it left.</summary>
    internal async Task KillWhenAsync(LocalCertifyOrder order, Func<bool> moment)
    {
        var running = await RunningAsync();
        using var socket = LocalOrders.Connect(Program);
        var sent = Task.Run(() => LocalOrders.SendAsync(socket, order));
        // A refusal would never reach the moment; it is thrown below instead of waiting for it.
        await Task.Run(() => Until.TrueAtOnce(() => moment() || sent.IsCompleted, () => $"copy {order.CopyId} never came there: {Stored.Request(order.CopyId)} {running.Program.Error}"));
        running.Kill();
        await sent;
        await RequireNothingHalfAcceptedAsync(order.CopyId);
    }

    /// <summary>Right after a kill: what was not accepted has no number, and what is there is whole.</summary>
    internal async Task RequireNothingHalfAcceptedAsync(string copyId)
    {
        if (!Stored.HasRequest(copyId)) Assert.Empty(Stored.EntriesOf(copyId));
        await Stored.RequireCleanAsync();
    }

    /// <summary>
    /// A new server finishes what was decided by itself. What still waited for the clerk or the official is asked for once
    /// more, under the same CopyId, as a client does that got no answer.
    /// </summary>
    internal async Task FinishAsync(LocalCertifyOrder order)
    {
        var decided = Stored.Request(order.CopyId)?["decision"] is not null;
        var running = await RunningAsync();
        if (decided)
        {
            await Until.TrueAsync(() => Stored.IsRegistered(order.CopyId), () => $"{Stored.Request(order.CopyId)}\n{running.Program.Error}");
            return;
        }

        using var socket = LocalOrders.Connect(Program);
        var copy = await LocalOrders.SendAsync(socket, order);
        Assert.Equal(order.CopyId, copy?.CopyId);
        // The marker goes after the answer may.
        await Until.TrueAsync(() => Stored.IsRegistered(order.CopyId), () => $"{Stored.Request(order.CopyId)}");
    }

    public void Dispose() => Program.Dispose();
}
