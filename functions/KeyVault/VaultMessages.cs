using System.Buffers.Text;
using System.Net;
using System.Text.Json;
using ECopy.Functions.Domain;
using ECopy.Signing.Keys;

namespace ECopy.Functions.KeyVault;

/// <summary>A certificate of the vault with the key behind it, which stays there.</summary>
internal sealed record VaultCertificate(byte[] Der, VaultKeyId Key);

/// <summary>What is said to a vault and understood of its answers (REST, api-version 7.4).</summary>
internal static class VaultMessages
{
    public const string Version = "api-version=7.4";

    /// <summary>The vault's name of an algorithm (RFC 7518, 3.1); null where the vault has none for this key.</summary>
    /// <param name="keyBits">ES256 is P-256 with SHA-256 and nothing else, and so on.</param>
    public static string? NameOf(SignatureAlgorithm algorithm, int keyBits)
    {
        ArgumentNullException.ThrowIfNull(algorithm);
        var bits = algorithm.HashLength * 8;
        return algorithm.Scheme switch
        {
            SignatureScheme.RsaPkcs1 => FormattableString.Invariant($"RS{bits}"),
            SignatureScheme.RsaPss => FormattableString.Invariant($"PS{bits}"),
            _ => (keyBits, bits) is (256, 256) or (384, 384) or (521, 512) ? FormattableString.Invariant($"ES{bits}") : null,
        };
    }

    /// <summary>All that ever leaves: the name of the algorithm and the digest.</summary>
    public static byte[] SignOrder(string algorithm, ReadOnlySpan<byte> digest) =>
        JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["alg"] = algorithm, ["value"] = Base64Url.EncodeToString(digest) });

    /// <summary>The value, if it was made by the very version that was asked: <c>key-vault-answer-wrong</c> otherwise.</summary>
    public static Result<byte[]> Signature(VaultAnswer answer, VaultKeyId asked) => Read<byte[]>(answer, root =>
        VaultKeyId.Parse(root.GetProperty("kid").GetString()) != asked
            ? Wrong("the answer is of another key")
            : Base64Url.DecodeFromChars(root.GetProperty("value").GetString()));

    /// <summary>Rejects <c>key-vault-certificate-pending</c>, <c>key-vault-key-disabled</c>, <c>key-vault-answer-wrong</c>.</summary>
    public static Result<VaultCertificate> Certificate(VaultAnswer answer, Uri vault) => Read<VaultCertificate>(answer, root =>
    {
        if (root.TryGetProperty("attributes", out var attributes) && attributes.TryGetProperty("enabled", out var enabled) && !enabled.GetBoolean()) return new Rejection("key-vault-key-disabled");
        // Its request has been made and its authority has not answered yet.
        if (!root.TryGetProperty("cer", out var content) || content.GetString() is not { Length: > 0 } cer) return new Rejection("key-vault-certificate-pending");
        var key = VaultKeyId.Parse(root.GetProperty("kid").GetString());
        return key?.Vault == vault ? new VaultCertificate(Convert.FromBase64String(cer), key) : Wrong("its key lies elsewhere");
    });

    /// <summary>What a refusal means, by status and the inner code where the status alone says too little.</summary>
    public static Rejection Refusal(VaultAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        var (code, inner) = Codes(answer);
        return (answer.Status, inner) switch
        {
            (HttpStatusCode.Forbidden, "KeyDisabled" or "CertificateDisabled") => new Rejection("key-vault-key-disabled"),
            (HttpStatusCode.Forbidden, "KeyExpired") => new Rejection("key-vault-key-expired"),
            (HttpStatusCode.Forbidden, "KeyNotYetValid") => new Rejection("key-vault-key-not-yet-valid"),
            (HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized, _) => new Rejection("key-vault-denied"),
            // Never there, another version, or deleted and not yet purged: the vault says the same of all three.
            (HttpStatusCode.NotFound, _) => new Rejection("key-vault-key-missing"),
            _ => new Rejection("key-vault-refused", "reason", FormattableString.Invariant($"HTTP {(int)answer.Status} {code}").TrimEnd()),
        };
    }

    public static Rejection Wrong(string reason) => new("key-vault-answer-wrong", "reason", reason);

    private static Result<T> Read<T>(VaultAnswer answer, Func<JsonElement, Result<T>> read)
    {
        try
        {
            using var document = JsonDocument.Parse(answer.Body);
            return read(document.RootElement);
        }
        catch (Exception unreadable) when (unreadable is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
        {
            return Wrong("the answer could not be read");
        }
    }

    /// <summary><c>{"error":{"code":…,"innererror":{"code":…}}}</c>; the inner name is written in two ways.</summary>
    private static (string? Code, string? Inner) Codes(VaultAnswer answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer.Body);
            var error = document.RootElement.GetProperty("error");
            var code = error.GetProperty("code").GetString();
            return (VaultKeyId.IsName(code ?? "") ? code : null, error.TryGetProperty("innererror", out var inner) || error.TryGetProperty("innerError", out inner) ? inner.GetProperty("code").GetString() : null);
        }
        catch (Exception unreadable) when (unreadable is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return (null, null);
        }
    }
}
