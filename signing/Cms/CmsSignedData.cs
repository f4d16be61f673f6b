using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ECopy.Signing.Cms;

/// <summary>
/// A CMS SignedData as read (RFC 5652, 5.1), in DER or BER. Reading judges nothing: how many signers there are and whether
/// there is content are properties for the judge. Bytes that cannot be read are a <see cref="CmsFormatException"/>.
/// </summary>
public sealed class CmsSignedData
{
    // Far above any real signature; keeps hostile input from costing time.
    private const int MaxLength = 8 << 20;
    private const int MaxElements = 256;
    private static readonly Asn1Tag Context0 = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag Context1 = new(TagClass.ContextSpecific, 1, isConstructed: true);

    private CmsSignedData(int version, IReadOnlyList<string> digestAlgorithms, string contentType, ReadOnlyMemory<byte>? content)
    {
        Version = version;
        DigestAlgorithmOids = digestAlgorithms;
        ContentType = contentType;
        Content = content;
    }

    /// <summary>As it was read, without the padding.</summary>
    public ReadOnlyMemory<byte> Encoded { get; private set; }

    public int Version { get; }

    public IReadOnlyList<string> DigestAlgorithmOids { get; }

    public string ContentType { get; }

    /// <summary>eContent; null in a detached signature.</summary>
    public ReadOnlyMemory<byte>? Content { get; }

    public IReadOnlyList<X509Certificate2> Certificates { get; private set; } = [];

    /// <summary>Revocation lists and answers, each still encoded.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Revocations { get; private set; } = [];

    public IReadOnlyList<CmsSigner> Signers { get; private set; } = [];

    /// <summary>Reads one SignedData with nothing but zeros behind it (the padding of /Contents).</summary>
    public static CmsSignedData Read(ReadOnlyMemory<byte> encoded)
    {
        if (!encoded.Span.ContainsAnyExcept((byte)0)) throw new CmsFormatException("cms-empty", "There is no CMS: nothing but zeros.");
        if (encoded.Length > MaxLength) throw new CmsFormatException("cms-too-large", "The CMS is larger than 8 MiB.");
        return Typed("cms-encoding", () =>
        {
            var reader = new AsnReader(encoded, AsnEncodingRules.BER);
            var contentInfo = reader.ReadSequence();
            AsnDecoder.ReadEncodedValue(encoded.Span, AsnEncodingRules.BER, out _, out _, out var length);
            if (encoded.Span[length..].ContainsAnyExcept((byte)0))
                throw new CmsFormatException("cms-trailing-bytes", "Something other than zeros follows the CMS.");
            if (contentInfo.ReadObjectIdentifier() != Oids.SignedData)
                throw new CmsFormatException("cms-not-signed-data", "The CMS holds no SignedData.");
            var wrapper = contentInfo.ReadSequence(Context0);
            contentInfo.ThrowIfNotEmpty();
            var signedData = wrapper.ReadSequence();
            wrapper.ThrowIfNotEmpty();
            var read = ReadSignedData(signedData);
            read.Encoded = encoded[..length];
            return read;
        });
    }

    private static CmsSignedData ReadSignedData(AsnReader reader)
    {
        if (!reader.TryReadInt32(out var version) || version is < 1 or > 5)
            throw new CmsFormatException("cms-encoding", "The version of the SignedData is unknown.");
        var digests = Elements(reader.ReadSetOf(skipSortOrderValidation: true))
            .Select(digest => new AsnReader(digest, AsnEncodingRules.BER).ReadSequence().ReadObjectIdentifier()).ToList();

        var encapsulated = reader.ReadSequence();
        var contentType = encapsulated.ReadObjectIdentifier();
        ReadOnlyMemory<byte>? content = null;
        if (encapsulated.HasData)
        {
            var wrapper = encapsulated.ReadSequence(Context0);
            content = wrapper.ReadOctetString();
            wrapper.ThrowIfNotEmpty();
        }

        encapsulated.ThrowIfNotEmpty();
        var signedData = new CmsSignedData(version, digests, contentType, content);
        if (Next(reader, Context0)) signedData.Certificates = ReadCertificates(reader.ReadSetOf(skipSortOrderValidation: true, Context0));
        if (Next(reader, Context1)) signedData.Revocations = Elements(reader.ReadSetOf(skipSortOrderValidation: true, Context1));
        signedData.Signers = [.. Elements(reader.ReadSetOf(skipSortOrderValidation: true)).Select(ReadSigner)];
        reader.ThrowIfNotEmpty();
        return signedData;
    }

    private static List<X509Certificate2> ReadCertificates(AsnReader set)
    {
        var certificates = new List<X509Certificate2>();
        foreach (var element in Elements(set))
        {
            // Attribute certificates and other formats are tagged (RFC 5652, 10.2.2); they are none of our business.
            if (!new AsnReader(element, AsnEncodingRules.BER).PeekTag().HasSameClassAndValue(Asn1Tag.Sequence)) continue;
            certificates.Add(Typed("cms-certificate", () => Load(element)));
        }

        return certificates;
    }

    // The platform reads these parts only when they are asked for; whoever asks later must not meet an exception.
    private static X509Certificate2 Load(ReadOnlyMemory<byte> encoded)
    {
        var certificate = X509CertificateLoader.LoadCertificate(encoded.Span);
        _ = (certificate.Subject, certificate.Issuer, certificate.NotBefore, certificate.NotAfter, certificate.PublicKey, certificate.Extensions.Count);
        return certificate;
    }

    private static CmsSigner ReadSigner(ReadOnlyMemory<byte> encoded)
    {
        var reader = new AsnReader(encoded, AsnEncodingRules.BER).ReadSequence();
        if (!reader.TryReadInt32(out var version)) throw new CmsFormatException("cms-encoding", "The version of a SignerInfo cannot be read.");
        var identifier = ReadIdentifier(reader);
        var digestOid = reader.ReadSequence().ReadObjectIdentifier();
        var digestHash = DigestAlgorithm.Of(digestOid);

        ReadOnlyMemory<byte>? signedEncoded = null;
        List<CmsAttribute> signed = [];
        if (Next(reader, Context0))
        {
            var tagged = reader.PeekEncodedValue().ToArray();
            tagged[0] = 0x31;
            signedEncoded = tagged;
            signed = ReadAttributes(reader.ReadSetOf(skipSortOrderValidation: true, Context0));
            if (signed.Count == 0) throw new CmsFormatException("cms-attribute", "The set of signed attributes is empty.");
        }

        var signatureAlgorithm = reader.PeekEncodedValue();
        var method = SignatureMethod.Read(reader, digestHash);
        var signature = reader.ReadOctetString();
        IReadOnlyList<CmsAttribute> unsigned = Next(reader, Context1) ? ReadAttributes(reader.ReadSetOf(skipSortOrderValidation: true, Context1)) : [];
        reader.ThrowIfNotEmpty();
        return new CmsSigner
        {
            Version = version,
            Identifier = identifier,
            DigestAlgorithmOid = digestOid,
            DigestHash = digestHash,
            SignatureAlgorithmOid = new AsnReader(signatureAlgorithm, AsnEncodingRules.BER).ReadSequence().ReadObjectIdentifier(),
            Method = method,
            SignedAttributes = signed,
            SignedAttributesEncoded = signedEncoded,
            SignedAttributesAreDer = signedEncoded is not { } attributes || Der.Is(attributes),
            UnsignedAttributes = unsigned,
            Signature = signature,
            MessageDigest = ReadMessageDigest(signed),
            SigningCertificate = ReadSigningCertificate(signed),
        };
    }

    private static SignerIdentifier ReadIdentifier(AsnReader reader)
    {
        var keyIdentifier = new Asn1Tag(TagClass.ContextSpecific, 0);
        if (reader.PeekTag().HasSameClassAndValue(keyIdentifier))
            return new SignerIdentifier(null, null, reader.ReadOctetString(keyIdentifier));
        var issuerAndSerial = reader.ReadSequence();
        var identifier = new SignerIdentifier(issuerAndSerial.ReadEncodedValue(), issuerAndSerial.ReadIntegerBytes(), null);
        issuerAndSerial.ThrowIfNotEmpty();
        return identifier;
    }

    private static List<CmsAttribute> ReadAttributes(AsnReader set) => [.. Elements(set).Select(element =>
    {
        var attribute = new AsnReader(element, AsnEncodingRules.BER).ReadSequence();
        var oid = attribute.ReadObjectIdentifier();
        var values = Elements(attribute.ReadSetOf(skipSortOrderValidation: true));
        attribute.ThrowIfNotEmpty();
        return new CmsAttribute(oid, values);
    })];

    private static ReadOnlyMemory<byte>? ReadMessageDigest(List<CmsAttribute> signed) => signed.FindAll(attribute => attribute.Oid == Oids.MessageDigest) is [{ Values: [var value] }]
        ? Typed<ReadOnlyMemory<byte>>("cms-attribute", () => new AsnReader(value, AsnEncodingRules.BER).ReadOctetString())
        : default(ReadOnlyMemory<byte>?);

    private static EssCertificate? ReadSigningCertificate(List<CmsAttribute> signed)
    {
        foreach (var (oid, version) in new[] { (Oids.SigningCertificateV2, 2), (Oids.SigningCertificate, 1) })
        {
            var attribute = signed.Find(candidate => candidate.Oid == oid);
            if (attribute is { Values: [var value, ..] }) return Typed("cms-attribute", () => EssCertificate.Read(value, version));
        }

        return null;
    }

    private static bool Next(AsnReader reader, Asn1Tag tag) => reader.HasData && reader.PeekTag() == tag;

    private static List<ReadOnlyMemory<byte>> Elements(AsnReader set)
    {
        var elements = new List<ReadOnlyMemory<byte>>();
        while (set.HasData)
        {
            if (elements.Count == MaxElements) throw new CmsFormatException("cms-too-large", "A set in the CMS has too many elements.");
            elements.Add(set.ReadEncodedValue());
        }

        return elements;
    }

    // Nothing but CmsFormatException leaves this file, whatever the platform's readers throw on hostile bytes.
    private static T Typed<T>(string code, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception fault) when (fault is AsnContentException or CryptographicException or ArgumentException or OverflowException or InvalidOperationException)
        {
            throw new CmsFormatException(code, "The CMS cannot be read: " + fault.Message, fault);
        }
    }
}
