using System.Globalization;
using Azure.Storage.Blobs.Models;
using ECopy.Functions.Domain;

namespace ECopy.Functions.Storage;

/// <summary>
/// How long the service keeps final blobs from being changed or deleted, by anybody. The policy goes with the write itself, so
/// that no crash leaves one without. Needs containers with version-level immutability and the role for it (infra/).
/// </summary>
/// <param name="IsLocked">Nobody can shorten it any more; otherwise an administrator of the account can.</param>
internal sealed record Retention(TimeSpan For, bool IsLocked)
{
    public const string Days = "Storage:ImmutableDays";
    public const string Mode = "Storage:ImmutableMode";

    /// <summary>The service's own limit: 400 years.</summary>
    private const int MostDays = 146_000;

    /// <summary>Null where no policy is to be set. Rejects <c>storage-setting-invalid</c> (setting, cause).</summary>
    public static Result<Retention?> From(IConfiguration settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        static Rejection Invalid(string setting, string cause) =>
            new("storage-setting-invalid", new Dictionary<string, string> { ["setting"] = setting, ["cause"] = cause });
        if (settings[Mode] is not (null or "" or "Unlocked" or "Locked")) return Invalid(Mode, "Unlocked, Locked");
        if (settings[Days] is not { Length: > 0 } typed) return (Retention?)null;
        if (!int.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out var days) || days > MostDays) return Invalid(Days, "0-146000");
        return days == 0 ? (Retention?)null : new Retention(TimeSpan.FromDays(days), settings[Mode] is "Locked");
    }

    /// <summary>Null for what may change.</summary>
    public BlobImmutabilityPolicy? PolicyOf(string path, ReadOnlySpan<byte> content, DateTimeOffset now) => FinalBlobs.Is(path, content)
        ? new BlobImmutabilityPolicy { ExpiresOn = now + For, PolicyMode = IsLocked ? BlobImmutabilityPolicyMode.Locked : BlobImmutabilityPolicyMode.Unlocked }
        : null;
}
