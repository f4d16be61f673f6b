using ECopy.Functions.Hub;

namespace ECopy.Functions.Workflow;

/// <summary>The hub as far as it can be asked from here now.</summary>
internal interface IHubView
{
    /// <summary>Null where nobody knows its address: a page then says less.</summary>
    DurableTaskClient? Client { get; }

    /// <summary>Nobody answered there.</summary>
    void Lost(DurableTaskClient client);
}

/// <summary>The hub is in this process.</summary>
internal sealed class OwnHubView(DurableTaskClient hub) : IHubView
{
    public DurableTaskClient Client => hub;

    public void Lost(DurableTaskClient client)
    {
        // It does not move.
    }
}
