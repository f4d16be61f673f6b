using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ECopy.Signing.Cms;
using ECopy.Signing.Pades;
using ECopy.Signing.Trust;
using ECopy.Signing.Trust.Revocation;

namespace ECopy.Signing.Verification;

/// <summary>Judges one signature by itself. The order is that of the words: malformed, unsupported, tampered, attack, then trust.</summary>
/// <param name="supplied">Certificates of the document's store.</param>
/// <param name="at">The time of the oldest document timestamp after it that passed, or the present.</param>
/// <param name="revocation">Null where nobody asks for it.</param>
/// <param name="madeAfter">The time of an earlier timestamp within the bytes that this signature covers; null without one.</param>
internal sealed class SignatureJudge(
    SignatureSubject subject,
    IReadOnlyList<X509Certificate2> supplied,
    TrustAnchors anchors,
    DateTimeOffset at,
    RevocationInquiry? revocation,
    DateTimeOffset? madeAfter)
{
    private X509Certificate2? certificate;
    private IReadOnlyList<X509Certificate2> chain = [];
    private string algorithm = "";
    private TimestampReport? timestamp;
    private IReadOnlyList<CertificateStanding> standings = [];

    public SignatureReport Judge()
    {
        var finding = Find();
        var name = certificate?.GetNameInfo(X509NameType.SimpleName, forIssuer: false) ?? "";
        return new SignatureReport(subject.Field.Name, subject.Role, finding, subject.Coverage, certificate, name, chain, PdfDate.Read(subject.Value.Time), algorithm)
        {
            Timestamp = timestamp,
            Standings = standings,
            Revocation = standings.Count == 0 ? RevocationState.NotChecked : RevocationInquiry.StateOf(standings),
            Level = timestamp is { Finding.IsPassed: true } ? PadesLevel.BT : PadesLevel.BB,
        };
    }

    private Finding Find()
    {
        if (subject.Value is not { ByteRange: { } range, Contents: { } contents } || !range.Fits(subject.Document.File.Length))
            return Findings.Attack("byte-range", "the signature does not say which bytes it covers, or not in the one allowed way");
        CmsSignedData cms;
        try
        {
            cms = CmsSignedData.Read(contents);
        }
        catch (CmsFormatException unreadable)
        {
            return Findings.Malformed(unreadable.Code, unreadable.Message);
        }

        if (cms.Signers is not [var signer]) return Findings.Attack("one-signer", "the signature does not have exactly one signer");
        algorithm = signer.Method?.Id ?? "";
        if (signer.Method is null || signer.DigestHash is not { } hash) return Findings.Unsupported("algorithm-unknown", "the signature is made by an algorithm that is not known here");
        certificate = signer.FindCertificate(cms.Certificates);
        if (certificate is null)
        {
            return new Finding(IntegrityWord.Attack, Indication.Indeterminate, SubIndication.NoSigningCertificateFound, "signer-certificate-missing", "the signer's certificate is not in the signature");
        }

        chain = [certificate];
        return Value(signer.Verify(range.Digest(subject.Document.File, hash), certificate))
            ?? Rule<SignatureSubject>.FirstBroken(CoverageRules.All, subject)
            ?? Verified(new VerifiedSignature(subject, cms, signer, certificate));
    }

    private static Finding? Value(CmsVerdict verdict) => verdict switch
    {
        CmsVerdict.Passed => null,
        CmsVerdict.DigestMismatch => Findings.Tampered(SubIndication.HashFailure, "digest-wrong", "the document was changed after signing"),
        CmsVerdict.SignatureInvalid => Findings.Tampered(SubIndication.SigCryptoFailure, "value-wrong", "the signature value is not the signer's"),
        CmsVerdict.AttributesInvalid => Findings.Attack("signed-attributes", "content-type or message-digest do not stand once in the signed attributes"),
        _ => Findings.Unsupported("key-unknown", "the signer's key is of a kind that is not known here"),
    };

    private Finding Verified(VerifiedSignature signature)
    {
        if (subject.Role is null) return Findings.Unsupported("not-our-profile", "the signature stands in a field that copies do not have");
        var broken = Rule<VerifiedSignature>.FirstBroken(CmsRules.All, signature) ?? Rule<SignatureSubject>.FirstBroken(ProfileRules.All, subject);
        if (broken is not null) return broken;

        if (SignatureTimestamp.Find(signature.Signer, out _) is { } token)
        {
            timestamp = new TimestampJudge(supplied, anchors, at, revocation).Judge(token, hash => CryptographicOperations.HashData(hash, signature.Signer.Signature.Span));
            if (!timestamp.Finding.IsPassed) return timestamp.Finding;
        }

        // EN 319 102-1, 5.5: what is proven to have existed then is judged as of then.
        var time = timestamp?.Time ?? at;
        var path = ChainBuilder.Find(signature.Certificate, signature.Cms.Certificates, anchors, time);
        chain = path.Certificates;
        var untrusted = TrustRules.Strength(signature) ?? TrustRules.Path(signature.Certificate, path, time) ?? TrustRules.Inside(signature, anchors);
        if (untrusted is not null || revocation is null) return untrusted ?? Finding.Passed;
        standings = revocation.Look(path, time);
        return RevocationInquiry.Objection(standings, madeAfter, "certificate") ?? Finding.Passed;
    }
}
