using ECopy.Signing.Cms;
using ECopy.TestKit;

namespace ECopy.Signing.Tests.Cms;

public class Ed25519Tests
{
    // RFC 8032, 7.1, tests 1 to 3.
    [Theory]
    [InlineData("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "", "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [InlineData("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72", "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    [InlineData("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82", "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")]
    public void The_standards_own_examples_verify_and_nothing_near_them(string key, string message, string signature)
    {
        var (point, text, value) = (Convert.FromHexString(key), Convert.FromHexString(message), Convert.FromHexString(signature));
        Assert.True(Ed25519.Verify(point, text, value));
        for (var i = 0; i < value.Length; i += 7)
        {
            var spoilt = value.ToArray();
            spoilt[i] ^= 1;
            Assert.False(Ed25519.Verify(point, text, spoilt), $"byte {i}");
        }

        point[3] ^= 4;
        Assert.False(Ed25519.Verify(point, text, value));
    }

    [Fact]
    public void What_OpenSSL_signs_verifies()
    {
        using var folder = new TestFolder();
        File.WriteAllText(folder["text"], "Bản sao");
        foreach (string[] command in new string[][]
        {
            ["genpkey", "-algorithm", "ed25519", "-out", folder["key"]],
            ["pkey", "-in", folder["key"], "-pubout", "-outform", "DER", "-out", folder["public"]],
            ["pkeyutl", "-sign", "-rawin", "-inkey", folder["key"], "-in", folder["text"], "-out", folder["value"]],
        })
        {
            var answer = OutsideTool.Run("openssl", command);
            Assert.True(answer.ExitCode == 0, answer.All);
        }

        var value = File.ReadAllBytes(folder["value"]);
        Assert.True(Ed25519.Verify(File.ReadAllBytes(folder["public"]).AsSpan(^32..), File.ReadAllBytes(folder["text"]), value));
        Assert.False(Ed25519.Verify(File.ReadAllBytes(folder["public"]).AsSpan(^32..), "khác"u8, value));
    }

    [Fact]
    public void A_scalar_beyond_the_order_is_refused()
    {
        // S + L verifies in the equation as S does (RFC 8032, 8.4).
        var value = Convert.FromHexString("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
        var order = System.Numerics.BigInteger.Pow(2, 252) + System.Numerics.BigInteger.Parse("27742317777372353535851937790883648493", System.Globalization.CultureInfo.InvariantCulture);
        var shifted = new System.Numerics.BigInteger(value.AsSpan(32), isUnsigned: true) + order;
        shifted.TryWriteBytes(value.AsSpan(32), out _, isUnsigned: true);
        Assert.False(Ed25519.Verify(Convert.FromHexString("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"), [], value));
    }
}
