using System.Net;
using Microsoft.AspNetCore.HttpOverrides;

namespace ECopy.Functions.Web;

/// <summary>How the program is reached over TCP: this machine only, unless told otherwise.</summary>
/// <param name="IsTls">With the certificate of <c>Kestrel:Certificates:Default</c>.</param>
/// <param name="Proxies">Whose word on the caller's address and scheme is taken; nobody's by default.</param>
internal sealed record Door(IPAddress Address, bool IsTls, IReadOnlyList<System.Net.IPNetwork> Proxies)
{
    public static readonly Door Loopback = new(IPAddress.Loopback, IsTls: false, []);
}

internal static class Doors
{
    /// <summary>Outermost: whatever looks at the caller's address comes after.</summary>
    public static void UseProxies(this WebApplication app, Door door)
    {
        if (door.Proxies.Count == 0) return;
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto, ForwardLimit = 1 };
        // Loopback is trusted by default; here only what was named is.
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var proxy in door.Proxies) options.KnownIPNetworks.Add(proxy);
        app.UseForwardedHeaders(options);
    }
}
