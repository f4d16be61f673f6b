using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ECopy.Signing.Trust.Revocation;

/// <summary>Whether an OCSP answer may be believed, and what it then says (RFC 6960, 3.2 and 4.2.2.2).</summary>
public static class OcspRules
{
    internal const string NonceWrong = "ocsp-nonce";
    private const string NoCheck = "1.3.6.1.5.5.7.48.1.5";

    /// <summary>
    /// Judges the answer to a request that was just sent. A wrong nonce is refused; an absent one is accepted, since many
    /// responders answer from a store, and the answer's own times then decide.
    /// </summary>
    public static RevocationVerdict JudgeAnswer(OcspRequest sent, ReadOnlyMemory<byte> answer, X509Certificate2 certificate, X509Certificate2 issuer, RevocationTerms terms)
    {
        ArgumentNullException.ThrowIfNull(sent);
        try
        {
            var response = OcspResponse.Read(answer);
            return response.Basic?.Nonce is { } returned && !(sent.Nonce is { } nonce && nonce.Span.SequenceEqual(returned.Span))
                ? new RevocationVerdict.CouldNotCheck(NonceWrong, "the answer belongs to another question")
                : Judge(response, certificate, issuer, terms);
        }
        catch (RevocationFormatException unreadable)
        {
            return new RevocationVerdict.CouldNotCheck(unreadable.Code, unreadable.Message);
        }
    }

    /// <summary>Judges an answer that was kept.</summary>
    public static RevocationVerdict Judge(OcspResponse response, X509Certificate2 certificate, X509Certificate2 issuer, RevocationTerms terms) =>
        Judge(response, certificate, issuer, terms, _ => null);

    /// <param name="responderStanding">What is known of a responder whose certificate does not say that it need not be checked; null when nothing is.</param>
    internal static RevocationVerdict Judge(
        OcspResponse response,
        X509Certificate2 certificate,
        X509Certificate2 issuer,
        RevocationTerms terms,
        Func<X509Certificate2, RevocationVerdict?> responderStanding)
    {
        ArgumentNullException.ThrowIfNull(response);
        ArgumentNullException.ThrowIfNull(terms);
        if (response.Basic is not { } basic) return Unusable("ocsp-failed", $"the responder answered {response.Status}");
        if (basic.Singles.FirstOrDefault(single => single.Certificate.Names(certificate, issuer)) is not { } found)
            return Unusable("ocsp-other-certificate", "the answer is about other certificates");
        if (basic.HasCriticalExtension || found.HasCriticalExtension) return Unusable("ocsp-critical-extension", "the answer has a critical extension that is not understood");
        if (Unauthorised(basic, issuer, responderStanding) is { } reason) return reason;
        var source = new RevocationSource(RevocationSourceKind.Ocsp, found.ThisUpdate, found.NextUpdate, response.Encoded);
        return found.State switch
        {
            OcspCertificateState.Revoked => EvidenceTime.Revoked(source, found.RevokedAt!.Value, found.Reason, terms),
            OcspCertificateState.Good => EvidenceTime.Good(source, certificate, found.ArchiveCutoff, terms),
            _ => Unusable("ocsp-unknown", "the responder does not know the certificate"),
        };
    }

    // The issuer itself, or somebody whom the issuer gave the right, directly and with the same key.
    private static RevocationVerdict.CouldNotCheck? Unauthorised(OcspBasic basic, X509Certificate2 issuer, Func<X509Certificate2, RevocationVerdict?> responderStanding)
    {
        if (Is(basic, issuer)) return Signature(basic, issuer);
        if (basic.Certificates.FirstOrDefault(candidate => Is(basic, candidate)) is not { } responder) return Unusable("ocsp-responder", "the responder's certificate is not to be found");
        if (!CertificateLink.NamesMeet(responder, issuer) || CertificateLink.Verify(responder, issuer) != LinkVerdict.Signed) return Unusable("ocsp-responder", "the responder's certificate is not from the same issuer");
        try
        {
            if (CertificateRules.Extensions(responder) is { } extension) return Unusable("ocsp-responder", "the responder's certificate cannot be used: " + extension);
            if (!CertificateRules.MayAnswerOcsp(responder)) return Unusable("ocsp-responder", "the issuer gave the responder no right to answer");
            if (!ChainBuilder.InTime(responder, basic.ProducedAt)) return Unusable("ocsp-responder", "the responder's certificate was not valid when it answered");
            // RFC 6960, 4.2.2.2.1: the issuer may say that the responder is good for as long as its certificate lives.
            if (!responder.Extensions.Any(extension => extension.Oid?.Value == NoCheck) && responderStanding(responder) is not RevocationVerdict.Good)
                return Unusable("ocsp-responder", "nothing shows that the responder's certificate was not revoked");
        }
        catch (CryptographicException unreadable)
        {
            return Unusable("ocsp-responder", "the responder's certificate cannot be read: " + unreadable.Message);
        }

        return Signature(basic, responder);
    }

    private static bool Is(OcspBasic basic, X509Certificate2 candidate) =>
        basic.ResponderName is { } name ? name.Span.SequenceEqual(candidate.SubjectName.RawData)
            : basic.ResponderKey is { } key && key.Span.SequenceEqual(OcspCertificateId.KeyDigest(HashAlgorithmName.SHA1, candidate));

    private static RevocationVerdict.CouldNotCheck? Signature(OcspBasic basic, X509Certificate2 responder) => basic.Part.Verify(responder) switch
    {
        LinkVerdict.Signed => null,
        LinkVerdict.Weak => Unusable("ocsp-weak", "the answer is signed by an algorithm that is too weak"),
        _ => Unusable("ocsp-signature", "the answer is not signed by its responder"),
    };

    private static RevocationVerdict.CouldNotCheck Unusable(string code, string reason) => new(code, reason);
}
