using System.Text.RegularExpressions;

namespace ECopy.Functions.KeyVault;

/// <summary>
/// One version of a key, as the vault names it: <c>https://NAME.vault.azure.net/keys/KEY/VERSION</c>. Always a version: a
/// certificate belongs to one, and the vault's newest changes when the certificate is renewed there.
/// </summary>
internal sealed partial record VaultKeyId(Uri Vault, string Name, string Version)
{
    public override string ToString() => $"{Vault.AbsoluteUri}keys/{Name}/{Version}";

    /// <summary>Null for what is no such name.</summary>
    public static VaultKeyId? Parse(string? text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Query.Length > 0 || uri.Fragment.Length > 0 || uri.UserInfo.Length > 0) return null;
        return uri.AbsolutePath.Split('/') is ["", "keys", var name, var version] && IsName(name) && IsName(version)
            ? new VaultKeyId(new Uri(uri.GetLeftPart(UriPartial.Authority) + "/"), name, version)
            : null;
    }

    /// <summary>Names of keys and certificates, and versions, are letters, digits and hyphens.</summary>
    public static bool IsName(string text) => Name127().IsMatch(text);

    [GeneratedRegex(@"\A[0-9A-Za-z-]{1,127}\z")]
    private static partial Regex Name127();
}
