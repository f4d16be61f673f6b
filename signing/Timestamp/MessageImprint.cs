using System.Formats.Asn1;
using System.Security.Cryptography;
using ECopy.Signing.Cms;

namespace ECopy.Signing.Timestamp;

/// <summary>What a timestamp is put on: a digest and how it was made (RFC 3161, 2.4.1).</summary>
public sealed record MessageImprint(string AlgorithmOid, ReadOnlyMemory<byte> Digest)
{
    /// <summary>Null for a digest algorithm that is not known here.</summary>
    public HashAlgorithmName? Hash => DigestAlgorithm.Of(AlgorithmOid);

    public static MessageImprint Of(HashAlgorithmName hash, ReadOnlyMemory<byte> digest) => new(DigestAlgorithm.OidOf(hash), digest);

    /// <summary>The same digest by the same algorithm.</summary>
    public bool Equals(MessageImprint? other) =>
        other is not null && other.AlgorithmOid == AlgorithmOid && other.Digest.Span.SequenceEqual(Digest.Span);

    public override int GetHashCode() => HashCode.Combine(AlgorithmOid, Digest.Length);

    // With NULL: RFC 5754 would leave it out, but every authority reads what OpenSSL has always written.
    internal void Write(AsnWriter writer)
    {
        using var imprint = writer.PushSequence();
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(AlgorithmOid);
            writer.WriteNull();
        }

        writer.WriteOctetString(Digest.Span);
    }
}
