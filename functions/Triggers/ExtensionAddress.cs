using System.Text.Json;
using ECopy.Functions.Hub;
using ECopy.Functions.Hub.Extension;
using ECopy.Functions.Workflow;

namespace ECopy.Functions.Triggers;

/// <summary>
/// Where the Durable extension's local service was last said to be. Only an invocation with a <c>durableClient</c> binding carries
/// the address, and it changes when the extension starts again: what must reach the hub uses the client of its own invocation;
/// the last one known is for pages, which can do without.
/// </summary>
internal sealed class ExtensionAddress(DataConverter converter, TimeProvider clock) : IHubView, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);

    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        // On this machine, whatever the environment says of proxies.
        UseProxy = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        AllowAutoRedirect = false,
    })
    {
        Timeout = Patience,
    };

    private volatile Known? last;

    public DurableTaskClient? Client => last?.Client;

    /// <summary>The client at the address that a binding names.</summary>
    /// <param name="binding">JSON text with <c>rpcBaseUrl</c>.</param>
    /// <exception cref="InvocationFormatException">No address, or one that is not this machine's.</exception>
    public DurableTaskClient Note(string binding)
    {
        var rpc = AddressIn(binding);
        if (last is { } known && known.Rpc == rpc) return known.Client;
        var client = new ExtensionClient(http, rpc, converter, clock);
        last = new Known(rpc, client);
        return client;
    }

    public void Lost(DurableTaskClient client)
    {
        // Unless another one has been named meanwhile.
        if (last is { } known && ReferenceEquals(known.Client, client)) Interlocked.CompareExchange(ref last, null, known);
    }

    public void Dispose() => http.Dispose();

    private static Uri AddressIn(string binding)
    {
        try
        {
            using var document = JsonDocument.Parse(binding);
            if (document.RootElement is { ValueKind: JsonValueKind.Object } client
                && client.TryGetProperty("rpcBaseUrl", out var url) && url.ValueKind is JsonValueKind.String
                && Uri.TryCreate(url.GetString(), UriKind.Absolute, out var rpc) && rpc.Scheme == Uri.UriSchemeHttp && rpc.IsLoopback)
                return rpc;
        }
        catch (JsonException)
        {
            // Said below.
        }

        throw new InvocationFormatException("the client names no local address");
    }

    private sealed record Known(Uri Rpc, DurableTaskClient Client);
}
