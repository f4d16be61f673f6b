using System.Numerics;
using System.Security.Cryptography.X509Certificates;
using ECopy.Signing.Tests.Timestamp;
using ECopy.Signing.Trust.Revocation;
using ECopy.TestKit;

namespace ECopy.Signing.Tests.Trust.Revocation;

/// <summary>The test authority's answers and lists, right and wrong.</summary>
internal static class Authority
{
    public static readonly TestPki Pki = TestPki.Instance;
    public static readonly TestIdentity Person = Pki.Person(TestKey.P256);
    public static readonly TimeSpan Validity = TimeSpan.FromHours(12);
    private static readonly Lazy<TestIdentity> Delegate = new(() => Delegated(NoCheck));

    /// <summary>A responder that the issuing authority appointed, and that need not be checked itself.</summary>
    public static TestIdentity Responder => Delegate.Value;

    public static TestIdentity Delegated(params Action<CertificateRequest>[] more) => Pki.Leaf(
        "Trả lời OCSP thử nghiệm", TestKey.P256, Pki.Issuing, usage: X509KeyUsageFlags.DigitalSignature, adjust: request =>
        {
            Tsa.Purposes(false, "1.3.6.1.5.5.7.3.9")(request);
            foreach (var one in more) one(request);
        });

    public static void NoCheck(CertificateRequest request) => request.CertificateExtensions.Add(new X509Extension("1.3.6.1.5.5.7.48.1.5", [5, 0], critical: false));

    public static RevokedCertificate Revoked(X509Certificate2 certificate, DateTimeOffset since, RevocationReason reason = RevocationReason.KeyCompromise, DateTimeOffset? inDoubt = null) =>
        new(certificate.SerialNumberBytes, since, reason, inDoubt);

    public static async Task<byte[]> AnswerAsync(byte[] request, TestIdentity? by = null, RevokedCertificate? revoked = null, DateTimeOffset? at = null, bool known = true, TestIdentity? issuer = null)
    {
        using var key = (by ?? Pki.Issuing).SigningKey();
        var responder = new OcspResponder(
            key,
            (issuer ?? Pki.Issuing).Certificate,
            serial => known ? new IssuedCertificate(revoked is not null && revoked.Serial.Span.SequenceEqual(serial.Span) ? revoked : null) : null,
            new SettableTime(at ?? TestPki.Now),
            Validity);
        return await responder.AnswerAsync(request, CancellationToken.None);
    }

    public static async Task<byte[]> ListAsync(
        IEnumerable<RevokedCertificate> revoked,
        TestIdentity? by = null,
        DateTimeOffset? at = null,
        Action<System.Formats.Asn1.AsnWriter>? more = null,
        bool open = false)
    {
        using var key = (by ?? Pki.Issuing).SigningKey();
        var thisUpdate = at ?? TestPki.Now;
        return await RevocationListWriter.WriteAsync(key, revoked, thisUpdate, open ? null : thisUpdate + Validity, new BigInteger(7), more, CancellationToken.None);
    }
}
