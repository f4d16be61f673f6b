using System.Globalization;
using ECopy.Functions.Domain;
using ECopy.Functions.Storage;

namespace ECopy.Functions.RemoteSigning;

/// <summary>A signing service that this program may ask (Cloud Signature Consortium, API v2), as it is configured.</summary>
/// <param name="Name">What certificates' records call it.</param>
/// <param name="Address">Where the API begins: <c>https://host/csc/v2/</c>.</param>
/// <param name="TokenAddress">Where access tokens are given for the client's own credentials (OAuth 2.0, RFC 6749, 4.4).</param>
internal sealed record RemoteService(string Name, Uri Address, Uri TokenAddress, string ClientId, string ClientSecret)
{
    /// <summary>The settings' section; each service has its own below it.</summary>
    public const string Section = "RemoteSigning";

    /// <summary>
    /// How long the holder has. At least as long as the service itself leaves a request open: what is over for us and not for
    /// the service would be a second request beside the next one.
    /// </summary>
    public TimeSpan ConfirmWithin { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>What becomes ready within this time of the one before is confirmed together with it.</summary>
    public TimeSpan Collect { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>But the first one waits no longer than this.</summary>
    public TimeSpan CollectAtMost { get; init; } = TimeSpan.FromSeconds(40);

    /// <summary>For one answer.</summary>
    public TimeSpan AnswerWithin { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The name alone: a record would print its secret.</summary>
    public override string ToString() => Name;

    /// <summary>All that are configured rightly. One whose address is neither https nor this machine is none, and using it is refused.</summary>
    public static IReadOnlyList<RemoteService> Of(IConfiguration settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return [.. settings.GetSection(Section).GetChildren().Select(One).OfType<RemoteService>()];
    }

    private static RemoteService? One(IConfigurationSection settings)
    {
        if (!BlobPath.IsSegment(settings.Key) || settings.Key.Contains(':', StringComparison.Ordinal)) return null;
        if (AddressOf(settings["Address"]) is not { } address || settings["ClientId"] is not { Length: > 0 } id || settings["ClientSecret"] is not { Length: > 0 } secret) return null;
        if ((settings["TokenAddress"] is { Length: > 0 } named ? AddressOf(named, below: false) : new Uri(address, "oauth2/token")) is not { } tokens) return null;
        var service = new RemoteService(settings.Key, address, tokens, id, secret);
        return Minutes(settings["ConfirmMinutes"]) is { } minutes ? service with { ConfirmWithin = minutes } : service;
    }

    private static Uri? AddressOf(string? text, bool below = true)
    {
        if (!Uri.TryCreate(below ? text?.TrimEnd('/') + "/" : text, UriKind.Absolute, out var address)) return null;
        return (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
            && address.Query.Length == 0 && address.Fragment.Length == 0 && address.UserInfo.Length == 0 ? address : null;
    }

    private static TimeSpan? Minutes(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) && minutes is >= 1 and <= 1440 ? TimeSpan.FromMinutes(minutes) : null;
}

/// <summary>A credential (key with certificate) of a service, as a certificate's record names it: <c>SERVICE:CREDENTIAL</c>.</summary>
internal sealed record RemoteKeyId(string Service, string Credential)
{
    /// <summary>CSC gives credentials no form; longer ones than this are nobody's.</summary>
    private const int MostLetters = 256;

    public override string ToString() => $"{Service}:{Credential}";

    /// <summary>Null for what is no such name.</summary>
    public static RemoteKeyId? Parse(string? text) =>
        text?.Split(':', 2) is [{ Length: > 0 } service, var credential] && IsCredential(credential) ? new RemoteKeyId(service, credential) : null;

    public static bool IsCredential(string? text) => text is { Length: > 0 and <= MostLetters } && !text.Any(char.IsControl);
}
