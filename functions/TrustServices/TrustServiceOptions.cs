using System.Security.Cryptography.X509Certificates;
using ECopy.Functions.Office;

namespace ECopy.Functions.TrustServices;

/// <summary>Where revocation of the certificates of one issuer is asked for.</summary>
/// <param name="Issuer">SHA-256 of the issuer's certificate, lower-case hex.</param>
/// <param name="Ocsp">Null where the issuer answers no OCSP.</param>
/// <param name="List">Its revocation list; null where it publishes none.</param>
internal sealed record RevocationAddress(string Issuer, Uri? Ocsp, Uri? List);

/// <summary>
/// Whom this program asks about time and revocation. Only these hosts: an address that stands in a certificate or a file is never
/// followed, so that nobody can make the program call somewhere.
/// </summary>
/// <param name="Timestamp">The timestamp authority; null: none.</param>
/// <param name="Policy">Object identifier that is asked for and required; null: the authority's own.</param>
internal sealed record TrustServiceOptions(Uri? Timestamp, string? Policy, IReadOnlyList<RevocationAddress> Revocation)
{
    public const string Section = "TrustServices";

    /// <summary>A timestamp authority may take its time (131 seconds have been seen); an activity has four minutes.</summary>
    public TimeSpan TimestampPatience { get; init; } = TimeSpan.FromSeconds(150);

    public TimeSpan RevocationPatience { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How far the authority's clock may be from ours.</summary>
    public TimeSpan ClockTolerance { get; init; } = TimeSpan.FromMinutes(2);

    /// <exception cref="FormatException">A setting is not what it must be: said at start, not at the first signature.</exception>
    public static TrustServiceOptions From(IConfiguration settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var section = settings.GetSection(Section);
        return new TrustServiceOptions(
            Address(section, "Timestamp:Address"),
            section["Timestamp:Policy"] is { Length: > 0 } policy ? policy : null,
            [.. section.GetSection("Revocation").GetChildren().Select(one => new RevocationAddress(Issuer(one), Address(one, "Ocsp"), Address(one, "List")))]);
    }

    public RevocationAddress? For(X509Certificate2 issuer)
    {
        ArgumentNullException.ThrowIfNull(issuer);
        var name = KeyRing.Thumbprint(issuer.RawData);
        return Revocation.FirstOrDefault(one => one.Issuer == name);
    }

    private static string Issuer(IConfigurationSection section)
    {
        var issuer = (section["Issuer"] ?? "").Replace(":", "", StringComparison.Ordinal).Trim().ToLowerInvariant();
        return issuer.Length == 64 && issuer.All(char.IsAsciiHexDigitLower) ? issuer : throw new FormatException($"{section.Path}:Issuer is not the SHA-256 of a certificate");
    }

    // OCSP and lists are signed themselves, and timestamps too: plain http is usual, and safe.
    private static Uri? Address(IConfigurationSection section, string key)
    {
        if (section[key] is not { Length: > 0 } text) return null;
        return Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw new FormatException($"{section.Path}:{key} is no http address");
    }
}
