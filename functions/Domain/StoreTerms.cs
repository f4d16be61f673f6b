namespace ECopy.Functions.Domain;

/// <param name="IsTest">A demo store: every page says BẢN THỬ NGHIỆM, books end in -TEST.</param>
/// <param name="PublicUrl">What QR codes and links say; never taken from a request's Host.</param>
internal sealed record StoreTerms(bool IsTest, Uri PublicUrl)
{
    /// <summary>People reach it over TLS.</summary>
    public bool IsSecure => PublicUrl.Scheme == Uri.UriSchemeHttps;

    public string BookSuffix(string agencySuffix) => IsTest ? agencySuffix + "-TEST" : agencySuffix;

    /// <summary>Where a copy is checked: the address in its QR.</summary>
    public Uri VerifyAddress(string code) => new(PublicUrl, $"v/{VerificationCode.Format(code)}");

    /// <summary>Where the holder of an access link finds their dossier.</summary>
    public Uri AccessAddress(string token) => new(PublicUrl, $"c/{token}");

    /// <summary>What a person types: without scheme and code.</summary>
    public string VerifyAddressText => new Uri(PublicUrl, "v").GetComponents(UriComponents.Host | UriComponents.Port | UriComponents.Path, UriFormat.Unescaped)
        .Replace(":80/", "/", StringComparison.Ordinal).Replace(":443/", "/", StringComparison.Ordinal);
}
