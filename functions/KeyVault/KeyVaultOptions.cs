namespace ECopy.Functions.KeyVault;

/// <summary>Which vaults this program asks, and with how much patience.</summary>
/// <param name="Vaults">Only these: a token of this program's identity goes nowhere else, whatever a record or a form names.</param>
internal sealed record KeyVaultOptions(IReadOnlyList<Uri> Vaults)
{
    /// <summary>The setting's name; several vaults are separated by commas.</summary>
    public const string Setting = "KeyVault:Url";

    /// <summary>For one order with all its repeats: below the time that an activity has.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>For one answer of the vault.</summary>
    public TimeSpan AttemptTime { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Before the first repeat where the vault does not say; doubled each time.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>From the setting. An address that is neither https nor this machine names no vault, and using it is refused.</summary>
    public static KeyVaultOptions Of(string? setting) => new([.. (setting ?? "")
        .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Select(one => Uri.TryCreate(one.TrimEnd('/') + "/", UriKind.Absolute, out var vault) && IsVault(vault) ? vault : null)
        .OfType<Uri>()
        .Distinct()]);

    private static bool IsVault(Uri address) =>
        (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
        && address.AbsolutePath is "/" && address.Query.Length == 0 && address.UserInfo.Length == 0;
}
