using System.Security.Cryptography;
using ECopy.Signing.Cms;
using ECopy.Signing.Keys;
using ECopy.TestKit;

namespace ECopy.Signing.Tests.Cms;

internal static class CmsSamples
{
    public static readonly byte[] Document = [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * 7))];

    /// <summary>Every algorithm with a key that makes it.</summary>
    public static readonly TheoryData<string, TestKey> Algorithms = new()
    {
        { "rsa-sha256", TestKey.Rsa2048 },
        { "rsa-sha384", TestKey.Rsa2048 },
        { "rsa-sha512", TestKey.Rsa2048 },
        { "rsa-pss-sha256", TestKey.Rsa2048 },
        { "rsa-pss-sha384", TestKey.Rsa2048 },
        { "rsa-pss-sha512", TestKey.Rsa2048 },
        { "ecdsa-sha256", TestKey.P256 },
        { "ecdsa-sha384", TestKey.P384 },
        { "ecdsa-sha512", TestKey.P521 },
        { "ecdsa-sha256", TestKey.P384 },
        { "ecdsa-sha512", TestKey.P256 },
    };

    public static async Task<byte[]> SignAsync(string algorithmId, TestIdentity signer, IReadOnlyList<CmsAttribute>? unsigned = null)
    {
        var algorithm = SignatureAlgorithm.Parse(algorithmId);
        var attributes = SignedAttributes.Create(algorithm, CryptographicOperations.HashData(algorithm.Hash, Document), signer.Certificate);
        using var key = signer.SigningKey(algorithm);
        var order = new SigningOrder(CryptographicOperations.HashData(algorithm.Hash, attributes), "thử", null);
        var answer = Assert.IsType<SigningAnswer.Signed>(await key.SignAsync(order, CancellationToken.None));
        return CmsSignature.Build(attributes, answer.Value.Span, algorithm, signer.Chain, unsigned ?? []);
    }

    public static CmsVerdict Verify(CmsSignedData cms, ReadOnlySpan<byte> document)
    {
        var signer = Assert.Single(cms.Signers);
        return signer.Verify(CryptographicOperations.HashData(signer.DigestHash!.Value, document), signer.FindCertificate(cms.Certificates)!);
    }
}
