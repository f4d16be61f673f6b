using System.Text;
using ECopy.Functions.Domain;
using Microsoft.Playwright;

namespace ECopy.EndToEnd.Tests.Pages;

/// <summary>What somebody with a code or a file in hand is told.</summary>
[Collection(ThePublicSite.Name)]
public sealed class VerdictPageTests(PublicSite site)
{
    private const string CodeOnly = "Mã này có trong sổ chứng thực. Hãy đối chiếu tệp PDF; bản in có thể đã bị sửa.";
    private const string Matched = "Đúng là bản sao đã chứng thực, chưa bị sửa đổi.";
    private const string Changed = "Tệp đã bị thay đổi sau khi chứng thực. Không sử dụng.";
    private const string UnknownCode = "Không tìm thấy mã này trong sổ chứng thực.";

    [Fact]
    public async Task A_code_typed_on_the_front_page_is_registered_and_proves_no_more()
    {
        await using var visit = await site.VisitAsync();
        await visit.GoAsync("/");
        Assert.Equal("code", await visit.Page.EvaluateAsync<string>("document.activeElement.id"));
        // Through the field that has the focus: a busy browser may lose a key that is pressed on the page at large.
        var code = visit.Page.Locator("#code:focus");
        await code.PressSequentiallyAsync(site.Good.Code);
        Assert.Equal(site.Good.Code, await code.InputValueAsync());
        await code.PressAsync("Enter");
        await visit.Page.WaitForURLAsync($"**/v/{site.Good.Code}");
        await visit.RequireVerdictAsync("codeOnly", CodeOnly);
        var record = await visit.Page.Locator("dl").InnerTextAsync();
        foreach (var shown in (string[])["Bằng tốt nghiệp trung học phổ thông", "xã Mẫu An", "01/2026-SCT/BS-TEST", "0001", "Trần Văn Mẫu", site.Good.Code])
            Assert.Contains(shown, record, StringComparison.Ordinal);
        Assert.DoesNotContain("Nguyễn Thị Linh", await visit.Page.ContentAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Look_alikes_blanks_and_small_letters_lead_to_the_one_address_of_the_copy()
    {
        SiteCopy[] copies = [site.Good, site.Withdrawn, site.Replaced, site.Other];
        var copy = copies.FirstOrDefault(one => one.Code.AsSpan().ContainsAny("01")) ?? site.Good;
        await using var visit = await site.VisitAsync();
        await visit.GoAsync("/v");
        Assert.EndsWith("/v/", visit.Page.Url, StringComparison.Ordinal);
        await visit.Page.FillAsync("#code", " " + copy.Code.Replace('0', 'O').Replace('1', 'l').Replace("-", " ", StringComparison.Ordinal).ToLowerInvariant());
        await visit.Page.Keyboard.PressAsync("Enter");
        await visit.Page.WaitForURLAsync($"**/v/{copy.Code}");
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task A_code_that_nobody_was_given_is_not_registered()
    {
        await using var visit = await site.VisitAsync();
        await visit.GoAsync($"/v/{VerificationCode.Format(VerificationCode.Draw())}");
        await visit.RequireVerdictAsync("notRegistered", UnknownCode);
        Assert.Equal(0, await visit.Page.Locator("dl").CountAsync());
    }

    [Fact]
    public async Task A_mistyped_code_is_said_to_be_so_with_the_place_only_of_an_impossible_letter()
    {
        await using var visit = await site.VisitAsync();
        var other = site.Good.Code[^1] == 'Z' ? 'Y' : 'Z';
        await visit.GoAsync($"/v/{site.Good.Code[..^1]}{other}");
        await visit.RequireVerdictAsync("mistyped", "Mã nhập chưa đúng. Kiểm tra lại hoặc quét mã QR.");
        await visit.GoAsync($"/v/?code=GWU{site.Good.Code[3..]}");
        await visit.RequireVerdictAsync("mistyped", "Mã nhập chưa đúng: ký tự thứ 3 không thể có trong mã.");
        Assert.StartsWith("GWU", await visit.Page.InputValueAsync("#code"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_file_as_issued_matches_and_does_not_leave_the_device()
    {
        await using var visit = await site.VisitAsync();
        await visit.GoAsync("/");
        await visit.CompareAsync(site.Good.File);
        await visit.RequireVerdictAsync("unchanged", Matched);
        var (url, body) = Assert.Single(visit.Sent);
        Assert.EndsWith("/v/?handler=fingerprint", url, StringComparison.Ordinal);
        Assert.True(body.Length < 4_000, $"{body.Length} bytes were sent");
        Assert.DoesNotContain("%PDF", Encoding.Latin1.GetString(body), StringComparison.Ordinal);
        Assert.Equal("verdict", await visit.Page.EvaluateAsync<string>("document.activeElement.id"));
    }

    [Fact]
    public async Task A_changed_file_and_one_with_something_appended_are_not_to_be_used()
    {
        await using var visit = await site.VisitAsync();
        await visit.GoAsync($"/v/{site.Good.Code}");
        byte[] changed = [.. site.Good.File];
        changed[changed.Length / 2] ^= 1;
        await visit.CompareAsync(changed, "sua.pdf");
        await visit.RequireVerdictAsync("changed", Changed);
        await visit.CompareAsync([.. site.Good.File, .. "\n% more\n"u8], "them.pdf");
        await visit.RequireVerdictAsync("appended", "Tệp là bản sao đã chứng thực nhưng bị ghi thêm vào sau. Không sử dụng; hãy lấy bản gốc của tệp.");
        await visit.CompareAsync("%PDF-1.7 of somebody else"u8.ToArray(), "khac.pdf");
        await visit.RequireVerdictAsync("notRegistered", "Không tìm thấy tệp này trong sổ chứng thực.");
    }

    [Fact]
    public async Task Another_copys_file_beside_this_copys_code_is_pointed_out()
    {
        await using var visit = await site.VisitAsync();
        await visit.GoAsync($"/v/{site.Good.Code}");
        await visit.CompareAsync(site.Other.File);
        await visit.RequireVerdictAsync("unchanged", "Đúng là bản sao đã chứng thực, chưa bị sửa đổi.");
        Assert.Contains($"không phải bản sao có mã {site.Good.Code}", await visit.Page.Locator(".aside").InnerTextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Withdrawn_replaced_and_not_to_be_checked_now_are_said_by_code_and_by_file()
    {
        (SiteCopy Copy, string Kind, string Sentence)[] cases =
        [
            (site.Withdrawn, "withdrawn", "Bản sao đã bị thu hồi ngày 05/03/2026. Lý do: bản chính ghi sai mã số doanh nghiệp"),
            (site.Replaced, "replaced", $"Bản sao đã được thay thế bằng bản sao có mã {site.Good.Code}"),
            (site.Disputed, "cannotCheck", "Tạm thời chưa kiểm tra được. Thử lại sau; đây không phải là kết luận."),
        ];
        await using var visit = await site.VisitAsync();
        foreach (var (copy, kind, sentence) in cases)
        {
            await visit.GoAsync($"/v/{copy.Code}");
            await visit.RequireVerdictAsync(kind, sentence);
            await visit.CompareAsync(copy.File);
            await visit.RequireVerdictAsync(kind, sentence);
        }
    }

    [Fact]
    public async Task Without_scripts_a_code_is_answered_and_a_file_sent_is_checked_with_its_signatures()
    {
        await using var visit = await site.VisitAsync(scripts: false);
        await visit.GoAsync("/");
        await visit.Page.FillAsync("#code", site.Good.Code.ToLowerInvariant());
        await visit.Page.Keyboard.PressAsync("Enter");
        await visit.RequireVerdictAsync("codeOnly", CodeOnly);
        await SendAsync(visit, site.Good.File);
        await visit.RequireVerdictAsync("unchanged", Matched);
        var signatures = await visit.Page.Locator(".signatures").InnerTextAsync();
        Assert.Contains("Chữ ký số của người ký và của cơ quan hợp lệ.", signatures, StringComparison.Ordinal);
        Assert.Contains("Trần Văn Mẫu", signatures, StringComparison.Ordinal);
        // The copy brings what says so.
        Assert.DoesNotContain("Chưa kiểm tra thu hồi chứng thư số.", signatures, StringComparison.Ordinal);

        byte[] changed = [.. site.Good.File];
        changed[changed.Length / 2] ^= 1;
        await SendAsync(visit, changed);
        await visit.RequireVerdictAsync("changed", Changed);
        Assert.Contains("Chữ ký số không hợp lệ.", await visit.Page.Locator(".signatures").InnerTextAsync(), StringComparison.Ordinal);
        await SendAsync(visit, "MZ not a document"u8.ToArray());
        await visit.RequireVerdictAsync("notRegistered", "Tệp không phải là PDF đọc được.");
        await SendAsync(visit, []);
        Assert.Contains("Hãy chọn tệp PDF", await visit.Page.GetByRole(AriaRole.Alert).InnerTextAsync(), StringComparison.Ordinal);
        // The server's plain words, not the script's promise.
        Assert.False(await visit.Page.GetByText("tệp không rời khỏi máy").First.IsVisibleAsync());
    }

    [Fact]
    public async Task A_file_is_sent_for_its_signatures_only_by_its_own_button()
    {
        await using var visit = await site.VisitAsync();
        await visit.GoAsync("/v/");
        await visit.CompareAsync(site.Good.File);
        Assert.Equal(0, await visit.Page.Locator(".signatures").CountAsync());
        await visit.Page.ClickAsync("#file-send");
        await visit.Page.Locator(".signatures").WaitForAsync();
        await visit.RequireVerdictAsync("unchanged", Matched);
    }

    private static async Task SendAsync(Visit visit, byte[] file)
    {
        await visit.Page.SetInputFilesAsync("#file", new FilePayload { Name = "ban-sao.pdf", MimeType = "application/pdf", Buffer = file });
        await visit.Page.ClickAsync("#file-send");
        await visit.Page.WaitForURLAsync("**/v/?handler=file");
    }
}
