using System.Text;
using System.Text.Json;
using ECopy.Functions.Domain;
using ECopy.TestKit;

namespace ECopy.EndToEnd.Tests;

/// <summary><c>verify</c> by file, code and digest: verdict, sentence and exit code.</summary>
[Collection(TheProgram.Name)]
public sealed class VerifyCommandTests(IssuedCopies issued)
{
    [Fact]
    public void The_copy_itself_is_registered_and_unchanged()
    {
        var answer = issued.Program.Run("verify", issued.PhotoCopy.Path, "--lang", "vi");
        Assert.Equal(0, answer.ExitCode);
        Assert.StartsWith("Đúng là bản sao đã chứng thực, chưa bị sửa đổi.\n", answer.Output, StringComparison.Ordinal);
        Assert.Contains("Chữ ký số của người ký và của cơ quan hợp lệ.", answer.Output, StringComparison.Ordinal);
        Assert.Contains("Kho thử nghiệm, không có giá trị pháp lý.", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_json_of_a_verdict_holds_what_was_registered()
    {
        var copy = issued.PhotoCopy;
        var (exitCode, verdict) = await VerifyAsync(copy.Path);
        Assert.Equal(0, exitCode);
        Assert.Equal("unchanged", verdict.GetProperty("verdict").GetString());
        Assert.Equal(copy.VerificationCode, verdict.GetProperty("copy").GetProperty("code").GetString());
        Assert.Equal(copy.RegisterNumber, verdict.GetProperty("copy").GetProperty("registerNumber").GetInt32());
        Assert.Equal(copy.Book, verdict.GetProperty("copy").GetProperty("book").GetString());
        Assert.Equal(copy.Sha256, verdict.GetProperty("copy").GetProperty("sha256").GetString());
        Assert.Equal(IssuedCopies.Title, verdict.GetProperty("copy").GetProperty("document").GetString());
        Assert.Equal("TOTAL-PASSED", verdict.GetProperty("signatures").GetProperty("indication").GetString());
        Assert.Equal(["Person", "Seal"], verdict.GetProperty("signatures").GetProperty("signatures").EnumerateArray().Select(one => one.GetProperty("field").GetString()));
    }

    [Theory]
    [InlineData("as printed")]
    [InlineData("lower case")]
    [InlineData("no dashes")]
    [InlineData("look-alikes")]
    [InlineData("blanks")]
    public async Task A_code_is_taken_as_people_type_it(string how)
    {
        var code = issued.PhotoCopy.VerificationCode;
        var typed = how switch
        {
            "lower case" => code.ToLowerInvariant(),
            "no dashes" => code.Replace("-", "", StringComparison.Ordinal),
            "look-alikes" => code.Replace('0', 'O').Replace('1', code.Length % 2 == 0 ? 'I' : 'l'),
            "blanks" => " " + code.Replace('-', ' '),
            _ => code,
        };
        var (exitCode, verdict) = await VerifyAsync(typed);
        Assert.Equal(0, exitCode);
        Assert.Equal("codeOnly", verdict.GetProperty("verdict").GetString());
        Assert.Equal(issued.PhotoCopy.Sha256, verdict.GetProperty("copy").GetProperty("sha256").GetString());
        Assert.Equal(JsonValueKind.Null, verdict.GetProperty("signatures").ValueKind);
    }

    [Fact]
    public async Task Every_single_slip_of_the_keyboard_is_mistyped_and_not_unknown()
    {
        var code = issued.PhotoCopy.VerificationCode.Replace("-", "", StringComparison.Ordinal);
        for (var i = 0; i < code.Length; i++)
        {
            var (exitCode, verdict) = await VerifyAsync(code[..i] + (code[i] == '7' ? '8' : '7') + code[(i + 1)..]);
            Assert.Equal((3, "mistyped"), (exitCode, verdict.GetProperty("verdict").GetString()));
        }

        var (_, impossible) = await VerifyAsync(code[..4] + "U" + code[5..]);
        Assert.Equal(5, impossible.GetProperty("impossibleAt").GetInt32());
        Assert.Equal("Mã nhập chưa đúng: ký tự thứ 5 không thể có trong mã.", issued.Program.Run("verify", code[..4] + "U" + code[5..], "--lang", "vi").Output.Trim());
    }

    [Fact]
    public async Task A_code_that_nobody_has_is_unknown()
    {
        var (exitCode, verdict) = await VerifyAsync(VerificationCode.Format(VerificationCode.Draw()));
        Assert.Equal((1, "notRegistered"), (exitCode, verdict.GetProperty("verdict").GetString()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_digest_is_taken_in_either_case(bool upper)
    {
        var (exitCode, verdict) = await VerifyAsync(upper ? issued.PngCopy.Sha256.ToUpperInvariant() : issued.PngCopy.Sha256);
        Assert.Equal((0, "unchanged"), (exitCode, verdict.GetProperty("verdict").GetString()));
    }

    [Fact]
    public async Task The_digest_of_another_file_is_unknown()
    {
        var (exitCode, verdict) = await VerifyAsync(new string('0', 64));
        Assert.Equal((1, "notRegistered"), (exitCode, verdict.GetProperty("verdict").GetString()));
    }

    [Theory]
    [InlineData(0.02)]
    [InlineData(0.3)]
    [InlineData(0.6)]
    [InlineData(0.95)]
    public async Task One_changed_byte_is_a_changed_copy(double where)
    {
        var bytes = File.ReadAllBytes(issued.PhotoCopy.Path);
        bytes[(int)(bytes.Length * where)] ^= 1;
        var (exitCode, verdict) = await VerifyAsync(issued.Program.Put("changed.pdf", bytes));
        Assert.Equal((1, "changed"), (exitCode, verdict.GetProperty("verdict").GetString()));
        Assert.False(verdict.GetProperty("appended").GetBoolean());
        Assert.NotEqual("TOTAL-PASSED", verdict.GetProperty("signatures").GetProperty("indication").GetString());
    }

    [Fact]
    public async Task A_copy_with_something_behind_it_is_told_from_a_changed_one()
    {
        var path = issued.Program.Put("appended.pdf", [.. File.ReadAllBytes(issued.PhotoCopy.Path), .. "\n% and one thing more\n"u8]);
        var (exitCode, verdict) = await VerifyAsync(path);
        Assert.Equal((1, "changed", true), (exitCode, verdict.GetProperty("verdict").GetString(), verdict.GetProperty("appended").GetBoolean()));
        Assert.StartsWith(
            "Tệp là bản sao đã chứng thực nhưng bị ghi thêm vào sau. Không sử dụng; hãy lấy bản gốc của tệp.",
            issued.Program.Run("verify", path, "--lang", "vi").Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_copy_cut_short_is_changed()
    {
        var (exitCode, verdict) = await VerifyAsync(issued.Program.Put("cut.pdf", File.ReadAllBytes(issued.PhotoCopy.Path).AsSpan()[..^2000]));
        Assert.Equal((1, "changed"), (exitCode, verdict.GetProperty("verdict").GetString()));
    }

    [Fact]
    public async Task The_file_that_only_the_person_signed_is_not_the_copy()
    {
        var (exitCode, verdict) = await VerifyAsync(issued.Program.PathOf($"work/H99.9.1/{issued.PhotoCopy.CopyId}/1/person.signed.pdf"));
        Assert.Equal((1, "changed"), (exitCode, verdict.GetProperty("verdict").GetString()));
    }

    [Fact]
    public async Task A_pdf_of_somebody_else_without_signatures_is_not_registered()
    {
        var (exitCode, verdict) = await VerifyAsync(issued.Program.Put("plain.pdf", Encoding.ASCII.GetBytes(PlainPdf)));
        Assert.Equal((1, "notRegistered"), (exitCode, verdict.GetProperty("verdict").GetString()));
        Assert.Empty(verdict.GetProperty("signatures").GetProperty("signatures").EnumerateArray());
    }

    [Fact]
    public async Task A_copy_of_another_demo_is_not_registered_here()
    {
        using var elsewhere = new ProgramUnderTest();
        elsewhere.Put("page.jpg", DrawnScans.Marks(1));
        var foreign = Certified.Of(elsewhere.Run("certify", "page.jpg", "--title", "Bảng điểm", "--json"));
        var (exitCode, verdict) = await VerifyAsync(foreign.Path);
        Assert.Equal((1, "notRegistered"), (exitCode, verdict.GetProperty("verdict").GetString()));
        // What is not ours is judged all the same: sound, and by nobody who is trusted here.
        var signatures = verdict.GetProperty("signatures");
        Assert.Equal(("valid", "INDETERMINATE", "NO_CERTIFICATE_CHAIN_FOUND"), (signatures.GetProperty("word").GetString(), signatures.GetProperty("indication").GetString(), signatures.GetProperty("subIndication").GetString()));
        Assert.Equal(["Person", "Seal"], signatures.GetProperty("signatures").EnumerateArray().Select(one => one.GetProperty("field").GetString()));
        Assert.NotEqual(0, signatures.GetProperty("signatures")[0].GetProperty("later").GetArrayLength());
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("empty")]
    [InlineData("picture")]
    [InlineData("header")]
    public async Task What_is_no_pdf_is_malformed(string kind)
    {
        var path = issued.Program.Put("malformed.pdf", kind switch
        {
            "garbage" => [.. Enumerable.Range(0, 4000).Select(i => (byte)(i * 37))],
            "empty" => [],
            "picture" => DrawnScans.Marks(1),
            _ => "%PDF-1.7\n"u8.ToArray(),
        });
        var (exitCode, verdict) = await VerifyAsync(path);
        Assert.Equal((3, "notRegistered"), (exitCode, verdict.GetProperty("verdict").GetString()));
        Assert.Equal("Tệp không phải là PDF đọc được.", issued.Program.Run("verify", path, "--lang", "vi").Output.Split('\n')[0]);
    }

    [Fact]
    public void A_store_that_is_not_there_cannot_be_asked_and_is_not_made()
    {
        var missing = Path.Combine(issued.Program.Folder, "nowhere");
        foreach (var verb in (string[][])[["verify", issued.PhotoCopy.VerificationCode], ["audit"]])
        {
            var answer = issued.Program.Run([.. verb, "--data", missing, "--lang", "vi", "--json"]);
            Assert.Equal(2, answer.ExitCode);
            Assert.Equal("", answer.Output);
            Assert.Contains($"Không có kho dữ liệu ở {missing}.", answer.Error, StringComparison.Ordinal);
        }

        Assert.False(Directory.Exists(missing));
    }

    [Fact]
    public void Without_exactly_one_thing_to_verify_the_command_line_is_wrong()
    {
        Assert.Equal(64, issued.Program.Run("verify").ExitCode);
        Assert.Equal(64, issued.Program.Run("verify", "a", "b").ExitCode);
    }

    [Fact]
    public async Task A_public_record_that_contradicts_the_register_is_no_verdict()
    {
        using var tampered = new ProgramUnderTest();
        issued.Program.CopyStoreTo(tampered);
        var path = tampered.PathOf($"public/{issued.PhotoCopy.VerificationCode.Replace("-", "", StringComparison.Ordinal)}.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace(issued.PhotoCopy.Sha256, new string('0', 64), StringComparison.Ordinal));
        var answer = tampered.Run("verify", issued.PhotoCopy.VerificationCode, "--json");
        Assert.Equal(2, answer.ExitCode);
        Assert.Equal("cannotCheck", JsonDocument.Parse(answer.Output).RootElement.GetProperty("verdict").GetString());
        await new StoredCopies(issued.Program).RequireCleanAsync();
    }

    private const string PlainPdf =
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" +
        "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\nxref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n" +
        "0000000052 00000 n \n0000000101 00000 n \ntrailer<</Size 4/Root 1 0 R>>\nstartxref\n164\n%%EOF\n";

    private async Task<(int ExitCode, JsonElement Verdict)> VerifyAsync(string subject)
    {
        var answer = await new StoredCopies(issued.Program).VerifyAsync(subject);
        return (answer.ExitCode, JsonDocument.Parse(answer.Output).RootElement);
    }
}
