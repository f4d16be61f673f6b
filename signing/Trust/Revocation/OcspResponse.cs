using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace ECopy.Signing.Trust.Revocation;

/// <summary>OCSPResponseStatus (RFC 6960, 4.2.1).</summary>
public enum OcspStatus
{
    Successful = 0,
    MalformedRequest = 1,
    InternalError = 2,
    TryLater = 3,
    SignatureRequired = 5,
    Unauthorized = 6,
}

/// <summary>What a responder says of one certificate.</summary>
public enum OcspCertificateState
{
    Good,
    Revoked,
    Unknown,
}

/// <summary>One SingleResponse.</summary>
/// <param name="ArchiveCutoff">Of certificates that expired since then, the responder still knows (4.4.4).</param>
public sealed record OcspSingle(
    OcspCertificateId Certificate,
    OcspCertificateState State,
    DateTimeOffset? RevokedAt,
    RevocationReason Reason,
    DateTimeOffset ThisUpdate,
    DateTimeOffset? NextUpdate,
    DateTimeOffset? ArchiveCutoff,
    bool HasCriticalExtension);

/// <summary>The signed part of an answer.</summary>
/// <param name="ResponderName">The responder's name, encoded; null where it is named by its key.</param>
/// <param name="ResponderKey">SHA-1 of its key; null where it is named by its name.</param>
/// <param name="Nonce">The extension's value as it stands; null where there is none.</param>
public sealed record OcspBasic(
    ReadOnlyMemory<byte>? ResponderName,
    ReadOnlyMemory<byte>? ResponderKey,
    DateTimeOffset ProducedAt,
    IReadOnlyList<OcspSingle> Singles,
    ReadOnlyMemory<byte>? Nonce,
    bool HasCriticalExtension,
    IReadOnlyList<X509Certificate2> Certificates)
{
    internal SignedPart Part { get; init; } = null!;
}

/// <summary>An OCSPResponse as read (RFC 6960, 4.2.1). Reading judges nothing; <see cref="OcspRules"/> does.</summary>
/// <param name="Basic">There exactly when the status is successful.</param>
public sealed record OcspResponse(OcspStatus Status, OcspBasic? Basic, ReadOnlyMemory<byte> Encoded)
{
    internal const string BasicOid = "1.3.6.1.5.5.7.48.1.1";
    private const string ArchiveCutoffOid = "1.3.6.1.5.5.7.48.1.6";
    private const int MaxLength = 1 << 20;
    private const int MostSingles = 1000;
    private const int MostCertificates = 32;
    private static readonly Asn1Tag Context0 = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag Context1 = new(TagClass.ContextSpecific, 1, isConstructed: true);
    private static readonly Asn1Tag Context2 = new(TagClass.ContextSpecific, 2, isConstructed: true);

    /// <exception cref="RevocationFormatException">The bytes are no answer.</exception>
    public static OcspResponse Read(ReadOnlyMemory<byte> encoded)
    {
        if (encoded.Length > MaxLength) throw new RevocationFormatException("ocsp-too-large", "The OCSP answer is larger than 1 MiB.");
        return RevocationReading.Typed("ocsp-encoding", () =>
        {
            var outer = new AsnReader(encoded, AsnEncodingRules.DER);
            var reader = outer.ReadSequence();
            outer.ThrowIfNotEmpty();
            var status = reader.ReadEnumeratedBytes();
            if (status.Length != 1 || !Enum.IsDefined((OcspStatus)status.Span[0])) throw new AsnContentException("an unknown status");
            var basic = RevocationReading.Next(reader, Context0) ? ReadBytes(reader.ReadSequence(Context0).ReadSequence()) : null;
            reader.ThrowIfNotEmpty();
            var response = new OcspResponse((OcspStatus)status.Span[0], basic, encoded);
            return response.Status == OcspStatus.Successful == basic is not null ? response : throw new AsnContentException("an answer belongs to what was successful, and to nothing else");
        });
    }

    /// <summary>An answer without content.</summary>
    internal static byte[] Failed(OcspStatus status) => [0x30, 3, 0x0A, 1, (byte)status];

    private static OcspBasic ReadBytes(AsnReader bytes)
    {
        if (bytes.ReadObjectIdentifier() != BasicOid) throw new RevocationFormatException("ocsp-not-basic", "The OCSP answer is of a type that is not known here.");
        var inner = new AsnReader(bytes.ReadOctetString(), AsnEncodingRules.DER);
        bytes.ThrowIfNotEmpty();
        var reader = inner.ReadSequence();
        inner.ThrowIfNotEmpty();
        var signed = reader.ReadEncodedValue();
        var part = SignedPart.Read(signed, reader);
        var certificates = new List<X509Certificate2>();
        if (RevocationReading.Next(reader, Context0))
        {
            var list = reader.ReadSequence(Context0).ReadSequence();
            while (list.HasData)
            {
                if (certificates.Count == MostCertificates) throw new AsnContentException("too many certificates");
                certificates.Add(Load(list.ReadEncodedValue()));
            }
        }

        reader.ThrowIfNotEmpty();
        return ReadContent(new AsnReader(signed, AsnEncodingRules.DER).ReadSequence(), certificates) with { Part = part };
    }

    private static OcspBasic ReadContent(AsnReader reader, List<X509Certificate2> certificates)
    {
        if (RevocationReading.Next(reader, Context0) && (!reader.ReadSequence(Context0).TryReadInt32(out var version) || version != 0)) throw new AsnContentException("an unknown version");
        ReadOnlyMemory<byte>? name = null;
        ReadOnlyMemory<byte>? key = null;
        if (RevocationReading.Next(reader, Context1)) name = reader.ReadSequence(Context1).ReadEncodedValue();
        else key = reader.ReadSequence(Context2).ReadOctetString();
        var producedAt = reader.ReadGeneralizedTime();
        var list = reader.ReadSequence();
        var singles = new List<OcspSingle>();
        while (list.HasData)
        {
            if (singles.Count == MostSingles) throw new AsnContentException("too many certificates are answered for");
            singles.Add(ReadSingle(list.ReadSequence()));
        }

        var extensions = RevocationReading.Next(reader, Context1) ? RevocationReading.ReadExtensions(reader, Context1) : [];
        reader.ThrowIfNotEmpty();
        var nonce = extensions.Find(extension => extension.Oid == OcspRequest.NonceOid);
        return new OcspBasic(name, key, producedAt, singles, nonce?.Value, extensions.Exists(extension => extension.Critical && extension != nonce), certificates);
    }

    private static OcspSingle ReadSingle(AsnReader reader)
    {
        var id = OcspCertificateId.Read(reader);
        var (state, revokedAt, reason) = ReadState(reader);
        var thisUpdate = reader.ReadGeneralizedTime();
        DateTimeOffset? nextUpdate = RevocationReading.Next(reader, Context0) ? reader.ReadSequence(Context0).ReadGeneralizedTime() : null;
        var extensions = RevocationReading.Next(reader, Context1) ? RevocationReading.ReadExtensions(reader, Context1) : [];
        reader.ThrowIfNotEmpty();
        return new OcspSingle(
            id, state, revokedAt, reason, thisUpdate, nextUpdate, RevocationReading.GeneralizedTime(extensions, ArchiveCutoffOid), extensions.Exists(extension => extension.Critical));
    }

    private static (OcspCertificateState State, DateTimeOffset? RevokedAt, RevocationReason Reason) ReadState(AsnReader reader)
    {
        var tag = reader.PeekTag();
        if (tag == Context1)
        {
            var revoked = reader.ReadSequence(Context1);
            var revokedAt = revoked.ReadGeneralizedTime();
            var reason = RevocationReading.Next(revoked, Context0) ? ReadReason(revoked.ReadSequence(Context0).ReadEnumeratedBytes().Span) : RevocationReason.Unspecified;
            revoked.ThrowIfNotEmpty();
            return (OcspCertificateState.Revoked, revokedAt, reason);
        }

        reader.ReadNull(tag);
        return tag.TagClass != TagClass.ContextSpecific ? throw new AsnContentException("an unknown state") : tag.TagValue switch
        {
            0 => (OcspCertificateState.Good, null, RevocationReason.Unspecified),
            2 => (OcspCertificateState.Unknown, null, RevocationReason.Unspecified),
            _ => throw new AsnContentException("an unknown state"),
        };
    }

    // A reason that is not known is no reason to doubt the revocation.
    internal static RevocationReason ReadReason(ReadOnlySpan<byte> value) =>
        value is [var number] && Enum.IsDefined((RevocationReason)number) ? (RevocationReason)number : RevocationReason.Unspecified;

    // The platform reads these parts only when they are asked for; whoever asks later must not meet an exception.
    private static X509Certificate2 Load(ReadOnlyMemory<byte> encoded)
    {
        var certificate = X509CertificateLoader.LoadCertificate(encoded.Span);
        _ = (certificate.SubjectName, certificate.IssuerName, certificate.NotBefore, certificate.NotAfter, certificate.PublicKey, certificate.Extensions.Count);
        return certificate;
    }
}
