using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using ECopy.Functions.Office;
using ECopy.Functions.Tests.Web;
using ECopy.Functions.Texts;
using ECopy.Functions.Web;
using ECopy.Signing.Trust;
using ECopy.Signing.Verification;

namespace ECopy.Functions.Tests.Pages;

/// <summary><c>/trust</c>: what is believed here, and the files with which anybody can believe the same.</summary>
public sealed class TrustPageTests(ApiOffice api) : IClassFixture<ApiOffice>
{
    [Theory]
    [InlineData("vi", "Chứng thư gốc được tin cậy")]
    [InlineData("en", "Trusted root certificates")]
    public async Task Every_anchor_is_listed_with_its_time(string language, string title)
    {
        using var asked = new HttpRequestMessage(HttpMethod.Get, "/trust");
        asked.Headers.Accept.ParseAdd("text/html");
        asked.Headers.AcceptLanguage.Add(new StringWithQualityHeaderValue(language));
        using var answer = await api.Anonymous.SendAsync(asked);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var page = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
        Assert.Contains($"<h1>{title}</h1>", page, StringComparison.Ordinal);
        var anchors = (await AnchorsAsync()).Anchors;
        Assert.NotEmpty(anchors);
        Assert.All(anchors, anchor => Assert.Contains(Digest(anchor), page, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Each_is_given_in_the_form_that_the_command_line_reads()
    {
        foreach (var anchor in (await AnchorsAsync()).Anchors)
        {
            var read = Assert.Single(TrustAnchors.Read(await api.Anonymous.GetByteArrayAsync($"/trust/{Digest(anchor)}.pem")).Anchors);
            Assert.Equal(anchor.Certificate.RawData, read.Certificate.RawData);
            Assert.Equal((anchor.From.ToUnixTimeSeconds(), anchor.Until.ToUnixTimeSeconds()), (read.From.ToUnixTimeSeconds(), read.Until.ToUnixTimeSeconds()));
        }

        using var unknown = await api.Anonymous.GetAsync($"/trust/{new string('0', 64)}.pem");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public void Every_kind_of_finding_has_a_sentence_of_its_own()
    {
        foreach (var culture in new[] { Sentences.Vietnamese, Sentences.English })
        {
            var sentences = new List<string>();
            foreach (var word in Enum.GetValues<IntegrityWord>())
                sentences.Add(FindingSentences.Of(new Finding(word, Indication.Indeterminate, SubIndication.None, "no-such-code", ""), culture));
            sentences.Add(FindingSentences.Of(new Finding(IntegrityWord.Valid, Indication.Indeterminate, SubIndication.None, "timestamp-no-such-code", ""), culture));
            sentences.Add(FindingSentences.Of(new Finding(IntegrityWord.Unsupported, Indication.Indeterminate, SubIndication.None, "pdf-limit-work", ""), culture));
            var revoked = new Finding(IntegrityWord.Valid, Indication.Indeterminate, SubIndication.RevokedNoPoe, "certificate-revoked", "");
            sentences.Add(FindingSentences.Of(revoked, culture));
            sentences.Add(FindingSentences.Of(revoked with { Indication = Indication.TotalFailed, SubIndication = SubIndication.Revoked }, culture));
            sentences.Add(FindingSentences.Of(revoked with { Code = "certificate-revocation-unknown" }, culture));
            Assert.DoesNotContain(Sentences.Of("unexpected", culture), sentences);
            // "Unsigned" without its code is the one that never comes so.
            Assert.Equal(sentences.Count - 1, sentences.Distinct().Count());
        }
    }

    private Task<TrustAnchors> AnchorsAsync() => api.Office.Get<OfficeDirectory>().TrustAnchorsAsync(default);

    private static string Digest(TrustAnchor anchor) => anchor.Certificate.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant();
}
