using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ECopy.Signing.Cms;
using ECopy.Signing.Pdf.Reading;
using ECopy.Signing.Timestamp;
using ECopy.Signing.Trust;

namespace ECopy.Signing.Verification.Integrity;

/// <summary>Rules 4 and 5 of the policy: the signed message of one signature (RFC 5652, RFC 5035, RFC 3161, EN 319 142-1).</summary>
/// <param name="Finding">What is wrong; null when nothing is.</param>
/// <param name="Time">Of a document timestamp.</param>
internal sealed record MessageIntegrity(Finding? Finding, X509Certificate2? Signer, string Algorithm, DateTimeOffset? Time, IReadOnlyList<SignatureWeakness> Weaknesses)
{
    private const int DigestedPerWork = 8;

    // What the platform holds for one, mostly outside the managed heap.
    private const int CertificateMemory = 16_384;

    /// <summary>The message itself; null where it could not be read.</summary>
    public CmsSignedData? Cms { get; private init; }

    public static MessageIntegrity Of(PdfDocument document, SignatureValue value, SignatureFormat format)
    {
        if (value is not { ByteRange: { } range, Contents: { } contents } || !range.Fits(document.File.Length))
            return Alone(Findings.Attack("byte-range", "the signature does not say which bytes it covers, or not in the one allowed way"));
        SpendOnDigest(document, range);
        if (format == SignatureFormat.Unknown) return Alone(Findings.Unsupported("subfilter-unknown", "the signature is of a kind that is not known here"));
        try
        {
            var cms = CmsSignedData.Read(contents);
            document.Latest.Budget.Hold(cms.Certificates.Count * CertificateMemory, range.A);
            if (format != SignatureFormat.DocumentTimestamp) return Judge(cms, format, hash => range.Digest(document.File, hash)) with { Cms = cms };
            if (cms.ContentType != Oids.TimestampContent || cms.Content is not { } content) return Alone(Findings.Malformed("timestamp-not-token", "the signed message is no timestamp"));
            return Imprint(content, document, range) is { } wrong
                ? Alone(wrong)
                : Judge(cms, format, hash => CryptographicOperations.HashData(hash, content.Span)) with { Time = TimeOf(content), Cms = cms };
        }
        catch (CmsFormatException unreadable)
        {
            return Alone(Findings.Malformed(unreadable.Code, unreadable.Message));
        }
    }

    /// <summary>Many signatures over a large file cost as much as many files.</summary>
    public static void SpendOnDigest(PdfDocument document, ByteRange range) => document.Latest.Budget.Work((range.A + range.C) / DigestedPerWork, range.A);

    private static MessageIntegrity Judge(CmsSignedData cms, SignatureFormat format, Func<HashAlgorithmName, byte[]> digest)
    {
        if (cms.Signers is not [var signer]) return Alone(Findings.Attack("one-signer", "the signature does not have exactly one signer"));
        var isEdwards = signer.SignatureAlgorithmOid == Oids.Ed25519;
        var algorithm = isEdwards ? "ed25519" : signer.Method?.Id ?? "";
        var certificate = signer.FindCertificate(cms.Certificates);
        var judged = new MessageIntegrity(null, certificate, algorithm, null, Weak(signer, certificate, format));
        if ((signer.Method is null && !isEdwards) || signer.DigestHash is not { } hash)
            return judged with { Finding = Findings.Unsupported("algorithm-unknown", "the signature is made by an algorithm that is not known here") };
        if (certificate is null)
        {
            return judged with
            {
                Finding = new Finding(IntegrityWord.Attack, Indication.Indeterminate, SubIndication.NoSigningCertificateFound, "signer-certificate-missing", "the signer's certificate is not in the signature"),
            };
        }

        byte[] signed;
        if (format == SignatureFormat.Pkcs7Sha1)
        {
            if (cms.Content is not { } inside || !inside.Span.SequenceEqual(digest(HashAlgorithmName.SHA1)))
                return judged with { Finding = Tampered() };
            signed = CryptographicOperations.HashData(hash, inside.Span);
        }
        else
        {
            signed = digest(hash);
        }

        var broken = (isEdwards ? VerifyEdwards(signer, signed, certificate) : signer.Verify(signed, certificate)) switch
        {
            CmsVerdict.Passed => null,
            CmsVerdict.DigestMismatch => Tampered(),
            CmsVerdict.SignatureInvalid => Findings.Tampered(SubIndication.SigCryptoFailure, "value-wrong", "the signature value is not the signer's"),
            CmsVerdict.AttributesInvalid => Findings.Attack("signed-attributes", "content-type or message-digest do not stand once in the signed attributes"),
            _ => Findings.Unsupported("key-unknown", "the signer's key is of a kind that is not known here"),
        };
        return judged with { Finding = broken ?? Form(cms, signer, certificate, format) };
    }

    // RFC 8419: the attributes themselves are signed, not their digest. Not among what our own copies may be signed with.
    private static CmsVerdict VerifyEdwards(CmsSigner signer, ReadOnlySpan<byte> digest, X509Certificate2 certificate)
    {
        if (signer.SignedAttributesEncoded is not { } encoded || certificate.GetKeyAlgorithm() != Oids.Ed25519) return CmsVerdict.Unsupported;
        if (signer.Single(Oids.ContentType) is null || signer.MessageDigest is not { } stated) return CmsVerdict.AttributesInvalid;
        if (!stated.Span.SequenceEqual(digest)) return CmsVerdict.DigestMismatch;
        return Ed25519.Verify(certificate.PublicKey.EncodedKeyValue.RawData, encoded.Span, signer.Signature.Span) ? CmsVerdict.Passed : CmsVerdict.SignatureInvalid;
    }

    private static Finding Tampered() => Findings.Tampered(SubIndication.HashFailure, "digest-wrong", "the document was changed after signing");

    private static Finding? Form(CmsSignedData cms, CmsSigner signer, X509Certificate2 certificate, SignatureFormat format)
    {
        var isDetached = format is SignatureFormat.Cades or SignatureFormat.Pkcs7Detached;
        if (isDetached && cms.Content is not null) return Findings.Attack("content-inside", "the signature carries content of its own beside the document");
        if (format != SignatureFormat.DocumentTimestamp && cms.ContentType != Oids.Data) return Findings.Attack("content-type", "the signed content is not of the type data");
        if (signer.SignedAttributesEncoded is null)
        {
            // RFC 5652, 5.3: they may be absent for plain data; PAdES requires them.
            return format is SignatureFormat.Pkcs7Detached or SignatureFormat.Pkcs7Sha1 ? null : Findings.Attack("signed-attributes", "the signature has no signed attributes");
        }

        if (!IsContentType(signer.Single(Oids.ContentType)!.Value, cms.ContentType)) return Findings.Attack("content-type", "the signed attributes name another type of content");
        return Named(signer, certificate, format) ?? Protected(signer);
    }

    private static bool IsContentType(ReadOnlyMemory<byte> value, string expected) => Reads(() => new AsnReader(value, AsnEncodingRules.BER).ReadObjectIdentifier() == expected);

    private static Finding? Named(CmsSigner signer, X509Certificate2 certificate, SignatureFormat format)
    {
        var named = false;
        foreach (var (oid, version) in new[] { (Oids.SigningCertificateV2, 2), (Oids.SigningCertificate, 1) })
        {
            if (signer.Count(oid) == 0) continue;
            if (signer.Single(oid) is not { } value || !Reads(() => EssCertificate.Read(value, version).Matches(certificate)))
                return Findings.Attack("signing-certificate", "the signed attributes name another certificate");
            named = true;
        }

        return !named && format == SignatureFormat.Cades ? Findings.Attack("signing-certificate", "the signed attributes do not name the signer's certificate") : null;
    }

    // RFC 6211: what the attribute repeats must be what stands outside it.
    private static Finding? Protected(CmsSigner signer)
    {
        if (signer.Count(Oids.AlgorithmProtection) == 0) return null;
        var agrees = signer.Single(Oids.AlgorithmProtection) is { } value && Reads(() =>
        {
            var reader = new AsnReader(value, AsnEncodingRules.BER).ReadSequence();
            return reader.ReadSequence().ReadObjectIdentifier() == signer.DigestAlgorithmOid
                && reader.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 1, isConstructed: true)).ReadObjectIdentifier() == signer.SignatureAlgorithmOid;
        });
        return agrees ? null : Findings.Attack("algorithm-protection", "the algorithms are not those that were signed");
    }

    // TSTInfo (RFC 3161, 2.4.2) as far as the imprint; how an authority writes the rest is no question of integrity.
    private static Finding? Imprint(ReadOnlyMemory<byte> content, PdfDocument document, ByteRange range)
    {
        MessageImprint? imprint = null;
        var read = Reads(() =>
        {
            var reader = new AsnReader(content, AsnEncodingRules.BER).ReadSequence();
            reader.ReadInteger();
            reader.ReadObjectIdentifier();
            imprint = TimestampReading.ReadImprint(reader);
            return true;
        });
        if (!read) return Findings.Malformed("timestamp-encoding", "the timestamp cannot be read");
        if (imprint!.Hash is not { } hash) return Findings.Unsupported("algorithm-unknown", "the timestamp is put on a digest that is not known here");
        return imprint.Digest.Span.SequenceEqual(range.Digest(document.File, hash)) ? null : Tampered();
    }

    private static DateTimeOffset? TimeOf(ReadOnlyMemory<byte> content)
    {
        DateTimeOffset? time = null;
        Reads(() => (time = TimestampContent.Read(content).Time) is not null);
        return time;
    }

    private static List<SignatureWeakness> Weak(CmsSigner signer, X509Certificate2? certificate, SignatureFormat format)
    {
        var weaknesses = new List<SignatureWeakness>();
        if (format == SignatureFormat.Pkcs7Sha1 || signer.DigestHash == HashAlgorithmName.SHA1 || (signer.Method is { } method && Strength.UsesSha1(method))) weaknesses.Add(SignatureWeakness.Sha1);
        using var key = certificate is null ? null : VerificationKey.Of(certificate);
        if (key is not null && Strength.IsShort(key)) weaknesses.Add(SignatureWeakness.ShortKey);
        return weaknesses;
    }

    private static bool Reads(Func<bool> read)
    {
        try
        {
            return read();
        }
        catch (Exception unreadable) when (unreadable is AsnContentException or CmsFormatException or TimestampFormatException or CryptographicException or ArgumentException or OverflowException)
        {
            return false;
        }
    }

    private static MessageIntegrity Alone(Finding finding) => new(finding, null, "", null, []);
}
