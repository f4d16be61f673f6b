using System.Security.Cryptography;
using ECopy.Signing.Cms;
using ECopy.Signing.Timestamp;

namespace ECopy.Signing.Pades;

/// <summary>
/// Level B-T: a timestamp on a signature's value, as an unsigned attribute of its CMS (RFC 3161, appendix A). It goes in between
/// <see cref="PadesAssembly.BuildCms"/> and <see cref="PadesAssembly.Embed"/>.
/// </summary>
public static class SignatureTimestamp
{
    // Signature values, serial numbers and fractions of seconds differ a little from token to token.
    private const int Margin = 128;

    /// <summary>Room for a token of the authority that made this one; see <see cref="SignaturePlan.ReserveForTimestamp"/>.</summary>
    public static int RoomFor(TimestampToken earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        return earlier.Encoded.Length + Margin;
    }

    /// <summary>What the timestamp is to be put on: the signature value.</summary>
    /// <exception cref="CmsFormatException">The CMS cannot be read.</exception>
    /// <exception cref="SignatureRefusedException"><c>cms-mismatch</c>: not a CMS of ours.</exception>
    public static byte[] Digest(ReadOnlyMemory<byte> cms, HashAlgorithmName hash) => CryptographicOperations.HashData(hash, Only(CmsSignedData.Read(cms)).Signature.Span);

    /// <summary>The CMS with the token; deterministic.</summary>
    /// <exception cref="SignatureRefusedException">
    /// <c>timestamp-mismatch</c>: the token is put on something else; <c>contents-overflow</c>: it is longer than what was reserved;
    /// <c>cms-mismatch</c>: not the CMS of this preparation, or it has a timestamp already.
    /// </exception>
    public static byte[] Attach(PreparedSignature prepared, ReadOnlyMemory<byte> cms, TimestampToken token)
    {
        ArgumentNullException.ThrowIfNull(prepared);
        ArgumentNullException.ThrowIfNull(token);
        var signer = Only(CmsSignedData.Read(cms));
        var bare = PadesAssembly.BuildCms(prepared, signer.Signature.Span);
        if (!bare.AsSpan().SequenceEqual(cms.Span)) throw new SignatureRefusedException("cms-mismatch", "The CMS does not belong to this document, or has a timestamp already.");
        var imprint = token.Content.Imprint;
        if (imprint.Hash is not { } hash || !imprint.Equals(MessageImprint.Of(hash, CryptographicOperations.HashData(hash, signer.Signature.Span))))
            throw new SignatureRefusedException("timestamp-mismatch", "The timestamp is put on something else than this signature.");
        var timestamped = CmsSignature.Build(
            prepared.SignedAttributes.Span, signer.Signature.Span, prepared.Algorithm, prepared.Chain, [new CmsAttribute(Oids.SignatureTimestamp, [token.Encoded])]);
        return timestamped.Length <= prepared.Capacity
            ? timestamped
            : throw new SignatureRefusedException("contents-overflow", $"The timestamp needs {timestamped.Length - prepared.Capacity} bytes more than were reserved.");
    }

    /// <summary>The encoded token of a signature, or null. More than one, or one in pieces, is none of ours and told apart by <paramref name="isOurs"/>.</summary>
    internal static ReadOnlyMemory<byte>? Find(CmsSigner signer, out bool isOurs)
    {
        isOurs = signer.UnsignedAttributes is [] or [{ Oid: Oids.SignatureTimestamp, Values: [_] }];
        return isOurs && signer.UnsignedAttributes is [{ Values: [var token] }] ? token : default(ReadOnlyMemory<byte>?);
    }

    private static CmsSigner Only(CmsSignedData cms) => cms.Signers is [var signer] ? signer : throw new SignatureRefusedException("cms-mismatch", "The CMS does not have exactly one signer.");
}
