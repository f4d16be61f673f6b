using System.IO.Compression;
using System.Net;
using System.Text.RegularExpressions;
using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Tests.Web;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Sign;

/// <summary>Many files down as one archive, and up again in one form.</summary>
public sealed partial class OutsidePageTests
{
    private const string Password = "Mật khẩu dài thử nghiệm 1";

    [Fact]
    public async Task A_batch_goes_down_in_one_archive_and_comes_back_in_one_form_whatever_the_files_are_called()
    {
        await using var outside = await OutsideOffice.OpenAsync();
        using var browser = await SignInAsync(outside.Office, ApiOffice.Users[OfficeRole.Attestor]);
        CopyRequest[] copies = [await outside.ApproveAsync("Giấy một", 1), await outside.ApproveAsync("Giấy hai", 2), await outside.ApproveAsync("Giấy ba", 3)];
        Assert.Contains("3 bản sao chờ tệp đã ký bằng USB token của bạn.", WebUtility.HtmlDecode(await browser.GetStringAsync("/office/review")), StringComparison.Ordinal);
        var page = WebUtility.HtmlDecode(await browser.GetStringAsync("/office/tosign"));
        Assert.All(copies, copy => Assert.Contains(copy.Title, page, StringComparison.Ordinal));

        using var form = new MultipartFormDataContent();
        using var archive = new ZipArchive(await browser.GetStreamAsync("/office/tosign?handler=All"), ZipArchiveMode.Read);
        Assert.Equal(3, archive.Entries.Count);
        foreach (var (index, entry) in archive.Entries.Index())
        {
            using var content = new MemoryStream();
            await using (var stream = await entry.OpenAsync()) await stream.CopyToAsync(content);
            // The last one comes back as it went.
            form.Add(new ByteArrayContent(index == 2 ? content.ToArray() : outside.Official!.Sign(content.ToArray())), "files", $"{index}.pdf");
        }

        form.Add(new ByteArrayContent("%PDF-1.7 rác"u8.ToArray()), "files", "khac.pdf");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/office/tosign") { Content = form };
        request.Headers.Add("RequestVerificationToken", Token().Match(await browser.GetStringAsync("/office/tosign")).Groups[1].Value);
        using var answer = await browser.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var said = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
        Assert.Equal(2, said.Split("Đã nhận tệp đã ký.").Length - 1);
        Assert.Contains("Tệp chưa có chữ ký số nào được thêm.", said, StringComparison.Ordinal);
        Assert.Contains("khac.pdf không bắt đầu bằng tệp nào", said, StringComparison.Ordinal);
        Assert.Equal(1, copies.Count(copy => said.Contains($"title=\"{copy.Title}\"", StringComparison.Ordinal)));
        foreach (var one in copies) await outside.Office.WhenAsync(one.CopyId, request => request.State == CopyState.Registered || said.Contains($"title=\"{one.Title}\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_certificate_is_taken_without_a_key_and_by_its_rules()
    {
        await using var office = await TestOffice.OpenAsync(new SettableTime(TestPki.Now));
        using var browser = await SignInAsync(office, ApiOffice.Users[OfficeRole.AgencyAdmin]);
        var person = await office.Get<OfficeDirectory>().PersonAsync(TestOffice.Agency, ApiOffice.Users[OfficeRole.Attestor], default);
        var identity = TestPki.Instance.Leaf(person.FullName, TestKey.Rsa2048, TestPki.Instance.Issuing);
        async Task<HttpStatusCode> TakeAsync(byte[] file)
        {
            using var form = new MultipartFormDataContent { { new StringContent(person.PersonId), "holder" }, { new ByteArrayContent(file), "file", "official.cer" } };
            var issuer = new ByteArrayContent(System.Text.Encoding.ASCII.GetBytes(TestPki.Instance.Issuing.Certificate.ExportCertificatePem()));
            form.Add(issuer, "issuers", "issuers.pem");
            using var request = new HttpRequestMessage(HttpMethod.Post, "/office/certificates?handler=Outside") { Content = form };
            request.Headers.Add("RequestVerificationToken", Token().Match(await browser.GetStringAsync("/office/certificates")).Groups[1].Value);
            using var answer = await browser.SendAsync(request);
            return answer.StatusCode;
        }

        Assert.Equal(HttpStatusCode.UnprocessableEntity, await TakeAsync("rác"u8.ToArray()));
        // Its root is not trusted here.
        Assert.Equal(HttpStatusCode.Conflict, await TakeAsync(identity.Certificate.RawData));
        Assert.False((await office.Get<AddTrustAnchor>().RunAsync(TestPki.Instance.Root.Certificate.RawData, null, null, OfficeActor.Operator, default)).IsRejected);
        Assert.Equal(HttpStatusCode.Conflict, await TakeAsync(TestPki.Instance.Person(TestKey.Rsa2048).Certificate.RawData));
        Assert.Equal(HttpStatusCode.Found, await TakeAsync(identity.Certificate.RawData));
        Assert.Contains("khóa trên USB token của người giữ", WebUtility.HtmlDecode(await browser.GetStringAsync("/office/certificates")), StringComparison.Ordinal);
    }

    private static async Task<HttpClient> SignInAsync(TestOffice office, string user)
    {
        await office.Get<Accounts>().SetPasswordAsync(TestOffice.Agency, user, Password, "test", default);
        var browser = office.Browse();
        var token = FormToken().Match(await browser.GetStringAsync("/account/sign-in")).Groups[1].Value;
        using var answer = await browser.PostAsync("/account/sign-in", new FormUrlEncodedContent(
            [new("agency", TestOffice.Agency), new("user", user), new("password", Password), new("__RequestVerificationToken", token)]));
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        return browser;
    }

    [GeneratedRegex("<meta name=\"csrf\" content=\"([^\"]+)\"")]
    private static partial Regex Token();

    [GeneratedRegex("name=\"__RequestVerificationToken\"[^>]*value=\"([^\"]+)\"")]
    private static partial Regex FormToken();
}
