using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ECopy.Signing.Timestamp;
using ECopy.TestKit;

namespace ECopy.Signing.Tests.Timestamp;

/// <summary>A timestamp authority under the test root, and ways to have it answer rightly and wrongly.</summary>
internal static class Tsa
{
    public const string Policy = "1.3.6.1.4.1.55555.1.1";
    public static readonly byte[] Message = [.. Enumerable.Range(0, 3000).Select(i => (byte)(i * 11))];
    private static readonly Dictionary<TestKey, TestIdentity> Made = [];

    public static TestIdentity Identity(TestKey kind)
    {
        lock (Made)
        {
            if (!Made.TryGetValue(kind, out var identity)) Made[kind] = identity = Issue(kind, Purposes("1.3.6.1.5.5.7.3.8"));
            return identity;
        }
    }

    public static TestIdentity Issue(TestKey kind, Action<CertificateRequest> adjust, TestIdentity? issuer = null, DateTimeOffset? until = null) =>
        TestPki.Instance.Leaf("Cấp dấu thời gian thử nghiệm", kind, issuer ?? TestPki.Instance.Issuing, until: until, usage: X509KeyUsageFlags.DigitalSignature, adjust: adjust);

    public static Action<CertificateRequest> Purposes(params string[] oids) => Purposes(true, oids);

    public static Action<CertificateRequest> Purposes(bool critical, params string[] oids) => request =>
    {
        var collection = new OidCollection();
        foreach (var oid in oids) collection.Add(new Oid(oid));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(collection, critical));
    };

    public static async Task<byte[]> AnswerAsync(byte[] request, TestKey kind = TestKey.P256, TimeProvider? clock = null)
    {
        using var key = Identity(kind).SigningKey();
        return await new TimestampAuthority(key, Policy, clock ?? new SettableTime(TestPki.Now)).AnswerAsync(request, CancellationToken.None);
    }

    /// <summary>A token on these bytes, by SHA-256.</summary>
    public static async Task<byte[]> TokenAsync(byte[] message, TestKey kind = TestKey.P256, DateTimeOffset? at = null, TestIdentity? signer = null)
    {
        using var key = (signer ?? Identity(kind)).SigningKey();
        return (await TimestampAuthority.IssueAsync(key, Content(message, at), withCertificates: true, CancellationToken.None))!;
    }

    public static TimestampContent Content(byte[] message, DateTimeOffset? at = null) =>
        new(Policy, MessageImprint.Of(HashAlgorithmName.SHA256, SHA256.HashData(message)), RandomNumberGenerator.GetBytes(8).Positive(), at ?? TestPki.Now, TimeSpan.FromSeconds(1));

    public static byte[] Positive(this byte[] number)
    {
        number[0] = (byte)((number[0] & 0x3F) | 0x40);
        return number;
    }

    public static TimestampExpectation Expecting(byte[] message) => new(hash => CryptographicOperations.HashData(hash, message)) { Anchors = TestPki.Instance.Anchors };
}
