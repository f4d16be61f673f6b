using System.Globalization;
using System.Net;
using ECopy.Functions.Domain;
using ECopy.Functions.Web;

namespace ECopy.Functions.Cli;

/// <summary>Port, address, certificate and proxies of <c>serve</c>.</summary>
internal static class ServeOptions
{
    private const int DefaultPort = 7071;

    /// <summary>Rejects <c>usage-…</c>, and <c>tls-certificate-unusable</c> before Kestrel would log its stack.</summary>
    public static Result<HostOptions> Of(Arguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        if (arguments.Plain is [var extra, ..]) return new Rejection("usage-no-argument", new Dictionary<string, string> { ["verb"] = "serve", ["option"] = extra });
        var port = DefaultPort;
        if (arguments.Option("port") is { } typed && (!int.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out port) || port > 65535))
            return new Rejection("usage-invalid-value", "option", "--port");
        var address = IPAddress.Loopback;
        if (arguments.Option("listen") is { } listen && !IPAddress.TryParse(listen, out address!)) return new Rejection("usage-invalid-value", "option", "--listen");
        var proxies = Proxies(arguments.Option("proxy"));
        if (proxies.IsRejected) return proxies.Rejection!;

        var certificate = TlsCertificate.Section();
        if (TlsCertificate.Unusable(certificate) is { } unusable) return unusable;
        var isTls = certificate.Exists();
        if (!IPAddress.IsLoopback(address))
        {
            // What others reach has a name of its own, and passwords do not cross a network in the clear unless somebody says so.
            if (PublicAddress.Given(arguments) is null) return new Rejection("usage-public-url-needed");
            if (!isTls && arguments.Option("insecure") is null) return new Rejection("usage-insecure");
        }

        var publicUrl = PublicAddress.Of(arguments, port, isTls);
        return publicUrl.IsRejected ? publicUrl.Rejection! : new HostOptions(port, publicUrl.Value, arguments.Option("no-demo") is null, new Door(address, isTls, proxies.Value));
    }

    private static Result<IReadOnlyList<IPNetwork>> Proxies(string? typed)
    {
        var networks = new List<IPNetwork>();
        foreach (var one in (typed ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (IPAddress.TryParse(one, out var single)) networks.Add(new IPNetwork(single, single.GetAddressBytes().Length * 8));
            else if (IPNetwork.TryParse(one, out var network)) networks.Add(network);
            else return new Rejection("usage-invalid-value", "option", "--proxy");
        }

        return networks;
    }
}
