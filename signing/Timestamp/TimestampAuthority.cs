using System.Security.Cryptography;
using ECopy.Signing.Cms;
using ECopy.Signing.Keys;

namespace ECopy.Signing.Timestamp;

/// <summary>
/// Issues timestamps (RFC 3161, 2.4): the bytes of a request in, the bytes of a response out. For demonstrations and tests;
/// it serves no addresses and keeps no records.
/// </summary>
/// <param name="key">Its certificate is for time-stamping, critical and alone.</param>
/// <param name="policy">The one policy of this authority.</param>
public sealed class TimestampAuthority(ISigningKey key, string policy, TimeProvider clock)
{
    private const int SerialLength = 16;
    private static readonly TimeSpan Accuracy = TimeSpan.FromSeconds(1);

    /// <summary>Answers any bytes whatever; what cannot be granted is a rejection in the response.</summary>
    public async Task<byte[]> AnswerAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        TimestampRequest asked;
        try
        {
            asked = TimestampRequest.Read(request);
        }
        catch (TimestampFormatException unreadable)
        {
            return TimestampResponse.Rejected(unreadable.Code == "timestamp-version" ? PkiFailure.BadRequest : PkiFailure.BadDataFormat, unreadable.Code);
        }

        if (asked.Imprint.Hash is not { } hash || hash == HashAlgorithmName.SHA1) return TimestampResponse.Rejected(PkiFailure.BadAlgorithm, "digest algorithm not accepted");
        if (asked.Imprint.Digest.Length != SignatureAlgorithm.LengthOf(hash)) return TimestampResponse.Rejected(PkiFailure.BadDataFormat, "digest of a wrong length");
        if (asked.Policy is not null && asked.Policy != policy) return TimestampResponse.Rejected(PkiFailure.UnacceptedPolicy, "policy not offered");
        if (asked.HasExtensions) return TimestampResponse.Rejected(PkiFailure.UnacceptedExtension, "no extension is known");
        var token = await IssueAsync(key, Content(asked), asked.WantsCertificate, cancellationToken);
        return token is null ? TimestampResponse.Rejected(PkiFailure.SystemFailure, "the key does not sign") : TimestampResponse.Granted(token);
    }

    /// <summary>A token around any content; null when the key does not sign now.</summary>
    internal static async Task<byte[]?> IssueAsync(ISigningKey key, TimestampContent content, bool withCertificates, CancellationToken cancellationToken)
    {
        var encoded = content.Encode();
        var algorithm = key.Algorithm;
        var attributes = SignedAttributes.Create(algorithm, CryptographicOperations.HashData(algorithm.Hash, encoded), key.Chain.Signer, Oids.TimestampContent);
        var order = new SigningOrder(CryptographicOperations.HashData(algorithm.Hash, attributes), "timestamp", null);
        return await key.SignAsync(order, cancellationToken) is SigningAnswer.Signed signed
            ? CmsSignature.BuildAround(Oids.TimestampContent, encoded, attributes, signed.Value.Span, algorithm, key.Chain.Signer, withCertificates ? key.Chain.Certificates : [])
            : null;
    }

    private TimestampContent Content(TimestampRequest asked)
    {
        // Positive, not zero in front, and never twice.
        var serial = RandomNumberGenerator.GetBytes(SerialLength);
        serial[0] = (byte)((serial[0] & 0x3F) | 0x40);
        var now = clock.GetUtcNow();
        return new TimestampContent(policy, asked.Imprint, serial, now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond)), Accuracy, Nonce: asked.Nonce);
    }
}
