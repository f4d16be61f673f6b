using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Azure.Core;

namespace ECopy.Functions.KeyVault;

/// <summary>
/// What a vault answers to a request without a token: <c>Bearer authorization="https://login…/TENANT", resource="https://vault.azure.net"</c>.
/// It names whom to ask for a token and for which audience.
/// </summary>
/// <param name="Claims">What an earlier token lacked, when one was withdrawn before its time.</param>
internal sealed partial record VaultChallenge(string Scope, string? TenantId, string? Claims)
{
    /// <summary>Null without a challenge that a token may be asked for.</summary>
    public static VaultChallenge? Of(HttpResponseHeaders headers, Uri vault)
    {
        foreach (var header in headers.WwwAuthenticate)
        {
            if (!header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase) || header.Parameter is null) continue;
            var parts = Part().Matches(header.Parameter).GroupBy(match => match.Groups[1].Value.ToLowerInvariant()).ToDictionary(group => group.Key, group => group.First().Groups[2].Value);
            var scope = parts.GetValueOrDefault("scope") ?? (parts.TryGetValue("resource", out var resource) ? resource.TrimEnd('/') + "/.default" : null);
            if (scope is null || !IsOf(scope, vault)) continue;
            var tenant = parts.TryGetValue("authorization", out var authority) && Uri.TryCreate(authority, UriKind.Absolute, out var login) ? login.AbsolutePath.Trim('/').Split('/')[0] : null;
            return new VaultChallenge(scope, string.IsNullOrEmpty(tenant) ? null : tenant, Decoded(parts.GetValueOrDefault("claims")));
        }

        return null;
    }

    /// <summary>
    /// A token for an audience is worth something at every service of it: whoever could make us fetch one for another audience
    /// than the vault's own would get it. The vault lies below its audience's name (x.vault.azure.net, https://vault.azure.net).
    /// </summary>
    public static bool IsOf(string scope, Uri vault)
    {
        ArgumentNullException.ThrowIfNull(vault);
        if (!Uri.TryCreate(scope, UriKind.Absolute, out var audience)) return false;
        return vault.IsLoopback || (audience.Scheme == Uri.UriSchemeHttps && vault.Host.EndsWith("." + audience.Host, StringComparison.OrdinalIgnoreCase));
    }

    public TokenRequestContext Request() => new([Scope], claims: Claims, tenantId: TenantId, isCaeEnabled: true);

    private static string? Decoded(string? claims)
    {
        if (claims is null) return null;
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(claims));
        }
        catch (FormatException)
        {
            return null;
        }
    }

    [GeneratedRegex("([A-Za-z_]+) *= *\"([^\"]*)\"")]
    private static partial Regex Part();
}
