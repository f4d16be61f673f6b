using System.Formats.Asn1;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using ECopy.Functions.Domain;
using ECopy.Signing.Keys;

namespace ECopy.Functions.RemoteSigning;

/// <summary>A credential as its service describes it (CSC API v2, credentials/info).</summary>
/// <param name="Chain">DER, end certificate first.</param>
/// <param name="Algorithms">OIDs of signature algorithms, or of keys.</param>
/// <param name="Multisign">How many signatures one authorisation may be for.</param>
/// <param name="AsksByItself">Its holder is asked by the service; nothing is typed into this program.</param>
internal sealed record RemoteCredential(string Id, bool Enabled, IReadOnlyList<byte[]> Chain, IReadOnlyList<string> Algorithms, int Multisign, bool AsksByItself);

/// <summary>What a service said to an order.</summary>
internal abstract record RemoteReply
{
    /// <summary>The reason where a confirmation was given and came to nothing.</summary>
    public const string Lost = "remote-signing-lost";

    /// <summary>The reason where the service does not let this program in.</summary>
    public const string Denied = "remote-signing-denied";

    private RemoteReply()
    {
    }

    /// <param name="Activation">Signature activation data: with it, and a token of ours, the authorised digests are signed.</param>
    internal sealed record Granted(string Activation) : RemoteReply;

    /// <summary>The holder has been asked and has not answered.</summary>
    internal sealed record Waiting(string Handle) : RemoteReply;

    internal sealed record Values(IReadOnlyList<byte[]> Of) : RemoteReply;

    /// <param name="Code">As the signing answers: <c>signer-refused</c>, <c>signing-time-limit</c>, <c>signing-key-failed</c>.</param>
    internal sealed record Refused(string Code, string Reason) : RemoteReply;

    /// <summary>The order was surely not taken: it may be given again.</summary>
    internal sealed record NotTaken(string Cause, TimeSpan? RetryAfter = null) : RemoteReply;

    /// <summary>The order may have been carried out.</summary>
    internal sealed record Unknown(string Cause) : RemoteReply;
}

/// <summary>What is said to a service and understood of its answers.</summary>
internal static partial class RemoteMessages
{
    public const string List = "credentials/list";
    public const string Info = "credentials/info";
    public const string Authorize = "credentials/authorize";
    public const string Check = "credentials/authorizeCheck";
    public const string SignHash = "signatures/signHash";

    private const string RsaKey = "1.2.840.113549.1.1.1";
    private const string EcKey = "1.2.840.10045.2.1";

    public static byte[] Body(params (string Name, object? Value)[] members) =>
        JsonSerializer.SerializeToUtf8Bytes(members.Where(member => member.Value is not null).ToDictionary(member => member.Name, member => member.Value));

    public static string HashOid(SignatureAlgorithm algorithm)
    {
        ArgumentNullException.ThrowIfNull(algorithm);
        return algorithm.HashLength switch { 32 => "2.16.840.1.101.3.4.2.1", 48 => "2.16.840.1.101.3.4.2.2", _ => "2.16.840.1.101.3.4.2.3" };
    }

    /// <summary>
    /// How the algorithm is named to a service that offers these: by one name of hash and scheme, or by the key's, with the hash
    /// beside it. Null where it is not offered.
    /// </summary>
    public static (string Oid, byte[]? Parameters, bool NamesHash)? NameOf(SignatureAlgorithm algorithm, IReadOnlyList<string> offered)
    {
        ArgumentNullException.ThrowIfNull(algorithm);
        ArgumentNullException.ThrowIfNull(offered);
        var reader = new AsnReader(algorithm.EncodeIdentifier(), AsnEncodingRules.DER).ReadSequence();
        var oid = reader.ReadObjectIdentifier();
        var isPss = algorithm.Scheme is SignatureScheme.RsaPss;
        if (offered.Contains(oid)) return (oid, isPss ? reader.ReadEncodedValue().ToArray() : null, !isPss);
        if (algorithm.Scheme is SignatureScheme.RsaPkcs1 && offered.Contains(RsaKey)) return (RsaKey, null, false);
        return algorithm.Scheme is SignatureScheme.Ecdsa && offered.Contains(EcKey) ? (oid, null, true) : null;
    }

    public static IReadOnlyList<RemoteCredential> Credentials(RemoteAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        using var document = JsonDocument.Parse(answer.Body);
        return document.RootElement.TryGetProperty("credentialInfos", out var described)
            ? [.. described.EnumerateArray().Select(one => Credential(one, one.GetProperty("credentialID").GetString()!))]
            : [];
    }

    public static RemoteCredential Credential(RemoteAnswer answer, string id)
    {
        ArgumentNullException.ThrowIfNull(answer);
        using var document = JsonDocument.Parse(answer.Body);
        return Credential(document.RootElement, id);
    }

    /// <summary>After authorize and authorizeCheck: 200 with the activation data, 202 with a handle to ask with.</summary>
    public static RemoteReply Authorization(RemoteAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        using var document = JsonDocument.Parse(answer.Body);
        if (document.RootElement.TryGetProperty("SAD", out var data) && data.GetString() is { Length: > 0 } activation) return new RemoteReply.Granted(activation);
        return document.RootElement.GetProperty("handle").GetString() is { Length: > 0 } handle ? new RemoteReply.Waiting(handle) : throw new JsonException("neither SAD nor handle");
    }

    public static RemoteReply Signatures(RemoteAnswer answer, int expected)
    {
        ArgumentNullException.ThrowIfNull(answer);
        using var document = JsonDocument.Parse(answer.Body);
        byte[][] values = [.. document.RootElement.GetProperty("signatures").EnumerateArray().Select(one => one.GetBytesFromBase64())];
        return values.Length == expected ? new RemoteReply.Values(values) : throw new JsonException("not as many signatures as digests");
    }

    /// <summary>
    /// What an error means (CSC API v2, 10.1; RFC 6749, 5.2). The standard has no name of its own for a holder who says no, or says
    /// nothing: services say <c>access_denied</c> or <c>invalid_authentication_data</c> of the one, and do not know the handle any more of the other.
    /// </summary>
    public static RemoteReply.Refused Refusal(RemoteAnswer answer, string method)
    {
        ArgumentNullException.ThrowIfNull(answer);
        var (error, description) = ErrorOf(answer);
        if (answer.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden && error is not "access_denied") return new RemoteReply.Refused("signing-key-failed", RemoteReply.Denied);
        if (error is "access_denied" or "authorization_denied" or "user_refused" or "invalid_authentication_data" && method is Authorize or Check) return new RemoteReply.Refused("signer-refused", error);
        if (method is Check && (error.Contains("expired", StringComparison.Ordinal) || (error is "invalid_request" && !Locked().IsMatch(description)))) return new RemoteReply.Refused("signing-time-limit", error);
        // Used up or too old: the values were made and lost on the way, or nobody came in time. Any other refusal stays one.
        if (method is SignHash && Activation().IsMatch(description)) return new RemoteReply.Refused("signing-time-limit", RemoteReply.Lost);
        return new RemoteReply.Refused("signing-key-failed", FormattableString.Invariant($"remote-signing-refused: HTTP {(int)answer.Status} {error}").TrimEnd());
    }

    private static RemoteCredential Credential(JsonElement described, string id)
    {
        var key = described.GetProperty("key");
        byte[][] chain = described.TryGetProperty("cert", out var cert) && cert.TryGetProperty("certificates", out var certificates)
            ? [.. certificates.EnumerateArray().Select(one => one.GetBytesFromBase64())]
            : [];
        return new RemoteCredential(
            id,
            key.GetProperty("status").GetString() is "enabled",
            chain,
            [.. key.GetProperty("algo").EnumerateArray().Select(one => one.GetString() ?? "")],
            Math.Max(1, described.GetProperty("multisign").GetInt32()),
            AsksByItself(described));
    }

    /// <summary>Not by a redirection of the holder's browser (oauth2code), and not by a PIN or code that would have to be typed here.</summary>
    private static bool AsksByItself(JsonElement described)
    {
        if (!described.TryGetProperty("auth", out var auth)) return true;
        if (auth.TryGetProperty("mode", out var mode) && mode.GetString() is not "explicit") return false;
        if (!auth.TryGetProperty("objects", out var objects) || objects.ValueKind is not JsonValueKind.Array || objects.GetArrayLength() == 0) return true;
        return objects.EnumerateArray().Any(one => one.TryGetProperty("type", out var type) && type.GetString() is not ("Password" or "ChallengeResponse"));
    }

    private static (string Error, string Description) ErrorOf(RemoteAnswer answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer.Body);
            var error = document.RootElement.GetProperty("error").GetString() ?? "";
            var description = document.RootElement.TryGetProperty("error_description", out var said) ? said.GetString() ?? "" : "";
            // Into logs and the trail goes a code, never a service's own text.
            return (ErrorCode().IsMatch(error) ? error : "", description);
        }
        catch (Exception unreadable) when (unreadable is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return ("", "");
        }
    }

    [GeneratedRegex(@"\A[a-z0-9_]{1,64}\z")]
    private static partial Regex ErrorCode();

    [GeneratedRegex(@"\bSAD\b")]
    private static partial Regex Activation();

    [GeneratedRegex("locked|disabled", RegexOptions.IgnoreCase)]
    private static partial Regex Locked();
}
