using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using ECopy.TestKit;

namespace ECopy.EndToEnd.Tests;

/// <summary>What <c>certify</c> hands out, in the eyes of programs that are not ours.</summary>
[Collection(TheProgram.Name)]
public sealed class CopyTests(IssuedCopies issued)
{
    private const string Blank = " ";

    public static TheoryData<string> Copies => ["photo", "png", "pages"];

    [Fact]
    public void Certify_answers_with_json_alone_and_tells_its_steps_on_the_other_stream()
    {
        using var answer = JsonDocument.Parse(issued.Photo.Output);
        Assert.Equal(
            ["copyId", "verificationCode", "dossierCode", "registerNumber", "book", "sha256", "path"],
            answer.RootElement.EnumerateObject().Select(member => member.Name));
        Assert.Equal(JsonValueKind.Number, answer.RootElement.GetProperty("registerNumber").ValueKind);
        Assert.True(answer.RootElement.GetProperty("registerNumber").TryGetInt32(out var number));
        Assert.Equal(1, number);
        var copy = issued.PhotoCopy;
        Assert.Matches("^[0-9a-f]{32}$", copy.CopyId);
        Assert.Matches("^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{5}$", copy.VerificationCode);
        Assert.Matches(@"^H99\.9\.1-[0-9]{6}-0001$", copy.DossierCode);
        Assert.Matches("^01/[0-9]{4}-SCT/BS-TEST$", copy.Book);
        Assert.Equal(Path.GetFullPath(copy.Path), copy.Path);

        string[] told =
        [
            $"Thư mục dữ liệu: {issued.Program.Data}",
            $"Đã tiếp nhận bản quét, hồ sơ {copy.DossierCode}",
            "Đã phê duyệt: Trần Văn Mẫu",
        ];
        var lines = issued.Photo.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(told, line => Assert.Contains(line, lines));
        Assert.DoesNotContain(lines, line => line.Contains("ngoài dự kiến", StringComparison.Ordinal));
        Assert.Equal(lines.Distinct(), lines);
    }

    [Theory]
    [MemberData(nameof(Copies))]
    public void The_digest_is_that_of_the_file(string which)
    {
        var copy = Copy(which);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(copy.Path))), copy.Sha256);
    }

    [Fact]
    public void Another_run_goes_on_in_the_same_store()
    {
        Assert.Equal([1, 2, 3], [issued.PhotoCopy.RegisterNumber, issued.PngCopy.RegisterNumber, issued.PagesCopy.RegisterNumber]);
        Assert.Equal(3, new[] { issued.PhotoCopy, issued.PngCopy, issued.PagesCopy }.Select(copy => copy.VerificationCode).Distinct().Count());
        Assert.EndsWith("-0003", issued.PagesCopy.DossierCode, StringComparison.Ordinal);
    }

    [Fact]
    public void A_copy_written_elsewhere_is_the_registered_one()
    {
        Assert.Equal(Path.Combine(issued.Program.Folder, "copy.pdf"), issued.PagesCopy.Path);
        Assert.Equal(File.ReadAllBytes(issued.Program.PathOf($"copies/H99.9.1/{issued.PagesCopy.CopyId}/1.pdf")), File.ReadAllBytes(issued.PagesCopy.Path));
    }

    [Theory]
    [MemberData(nameof(Copies))]
    public void Qpdf_finds_nothing_wrong(string which)
    {
        var answer = CopyTools.Qpdf(Copy(which).Path);
        Assert.True(answer.ExitCode == 0, answer.All);
        Assert.DoesNotContain("WARNING", answer.All, StringComparison.Ordinal);
        Assert.Contains("No syntax or stream encoding errors found", answer.Output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Copies))]
    public void Pdfsig_finds_both_signatures_valid_and_the_last_over_the_whole_file(string which)
    {
        var answer = CopyTools.Pdfsig(Copy(which).Path);
        Assert.True(answer.ExitCode == 0, answer.All);
        var signatures = answer.Output.Split("Signature #")[1..];
        Assert.Equal(3, signatures.Length);
        Assert.All(signatures[..2], signature => Assert.Contains("Signature Validation: Signature is Valid.", signature, StringComparison.Ordinal));
        Assert.All(signatures[..2], signature => Assert.Contains("Signature Type: ETSI.CAdES.detached", signature, StringComparison.Ordinal));
        Assert.Contains("Signature Field Name: Person", signatures[0], StringComparison.Ordinal);
        Assert.Contains("Signer Certificate Common Name: Trần Văn Mẫu", signatures[0], StringComparison.Ordinal);
        Assert.Contains("Not total document signed", signatures[0], StringComparison.Ordinal);
        Assert.Contains("Signature Field Name: Seal", signatures[1], StringComparison.Ordinal);
        Assert.Contains("Signer Certificate Common Name: Ủy ban nhân dân xã Mẫu An", signatures[1], StringComparison.Ordinal);
        // It reads no document timestamps, but sees what this one covers.
        Assert.Contains("Signature Field Name: Timestamp1", signatures[2], StringComparison.Ordinal);
        Assert.Contains("Signature has not yet been verified.", signatures[2], StringComparison.Ordinal);
        Assert.Contains("  - Total document signed", signatures[2], StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Copies))]
    public void Openssl_accepts_both_signatures_as_CAdES_and_the_timestamp_over_them_under_the_root_of_the_demo(string which)
    {
        var signatures = CopyTools.Signatures(File.ReadAllBytes(Copy(which).Path));
        Assert.Equal([false, false, true], signatures.Select(signature => signature.CoversAll));
        foreach (var signature in signatures)
        {
            ToolAnswer Verify(FoundSignature one) => signature.CoversAll ? CopyTools.OpensslVerifyTimestamp(one, Root()) : CopyTools.OpensslVerify(one, Root());
            var answer = Verify(signature);
            Assert.True(answer.ExitCode == 0, answer.All);
            Assert.Contains(signature.CoversAll ? "Verification: OK" : "CAdES Verification successful", answer.All, StringComparison.Ordinal);

            // The same judgement can fail.
            Assert.NotEqual(0, Verify(signature with { Signed = [.. signature.Signed[..^1], (byte)(signature.Signed[^1] ^ 1)] }).ExitCode);
        }
    }

    [Theory]
    [MemberData(nameof(Copies))]
    public void Mutool_finds_no_digest_that_fails(string which)
    {
        var answer = CopyTools.MutoolSign(Copy(which).Path);
        Assert.DoesNotContain("digest failure", answer.All, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("invalid", answer.All, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("The signature is valid but there have been edits since signing.", answer.All, StringComparison.Ordinal);
        // It reads no document timestamps, and calls whatever follows a signature an edit.
        Assert.Contains("Signature is not signed.", answer.All, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Copies))]
    public void Every_font_is_embedded_subset_and_searchable(string which)
    {
        var fonts = CopyTools.Fonts(Copy(which).Path);
        Assert.NotEmpty(fonts);
        Assert.All(fonts, font => Assert.True(font is { Embedded: true, Subset: true, Unicode: true }, font.Font));
    }

    [Fact]
    public void Pdftotext_reads_the_statement_letter_by_letter()
    {
        var copy = issued.PhotoCopy;
        var text = CopyTools.Text(copy.Path, 2);
        Assert.Equal(text.Normalize(), text);
        var today = DateOnly.FromDateTime(Claimed().DateTime);
        string[] sentences =
        [
            "ỦY BAN NHÂN DÂN XÃ MẪU AN",
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            "Độc lập - Tự do - Hạnh phúc",
            "Chứng thực bản sao đúng với bản chính",
            "Số chứng thực: 0001",
            $"Quyển số: {copy.Book}",
            "Tên giấy tờ",
            IssuedCopies.Title,
            "01 trang, bản giấy",
            "02 trang, gồm trang này",
            $"Xã Mẫu An, ngày {today.Day:00} tháng {(today.Month <= 2 ? today.Month.ToString("00", CultureInfo.InvariantCulture) : today.Month.ToString(CultureInfo.InvariantCulture))} năm {today.Year}",
            "KT. CHỦ TỊCH PHÓ CHỦ TỊCH",
            "Trần Văn Mẫu",
            "Người ký: Trần Văn Mẫu",
            "Cơ quan ký: Ủy ban nhân dân xã Mẫu An",
            "Tra cứu bản sao",
            copy.VerificationCode,
            "BẢN THỬ NGHIỆM",
            "KHÔNG CÓ GIÁ TRỊ PHÁP LÝ",
            "Trang 2/2",
        ];
        Assert.All(sentences, sentence => Assert.Contains(sentence, text, StringComparison.Ordinal));

        // The digest stands in groups of four, over lines.
        var scan = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(issued.Program.Folder, "photo.jpg"))));
        var digits = text.Replace(Blank, "", StringComparison.Ordinal);
        Assert.All(Enumerable.Range(0, 16), group => Assert.Contains(scan.Substring(group * 4, 4), digits, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("photo", 1)]
    [InlineData("png", 1)]
    [InlineData("pages", 2)]
    public void Each_file_is_a_page_with_the_strip_and_the_statement_is_the_last(string which, int files)
    {
        var copy = Copy(which);
        Assert.Equal(files + 1, CopyTools.Pages(copy.Path));
        for (var page = 1; page <= files + 1; page++)
        {
            var text = CopyTools.Text(copy.Path, page);
            Assert.Contains("Bản sao điện tử được chuyển đổi từ bản chính giấy · UBND xã Mẫu An", text, StringComparison.Ordinal);
            Assert.Contains($"Số {copy.RegisterNumber:0000} · {copy.Book} · Mã tra cứu {copy.VerificationCode}", text, StringComparison.Ordinal);
            Assert.Contains($"Trang {page}/{files + 1}", text, StringComparison.Ordinal);
            Assert.Equal(page == files + 1, text.Contains("Chứng thực bản sao đúng với bản chính", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void The_pages_of_the_original_are_those_that_the_clerk_counted() =>
        Assert.Contains("03 trang, bản giấy", CopyTools.Text(issued.PagesCopy.Path, 3), StringComparison.Ordinal);

    [Fact]
    public void The_store_is_for_its_owner_only()
    {
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        Assert.All(
            Directory.EnumerateDirectories(issued.Program.Data, "*", SearchOption.AllDirectories).Append(issued.Program.Data),
            folder => Assert.True((new DirectoryInfo(folder).UnixFileMode & others) == 0, folder));
        Assert.All(
            Directory.EnumerateFiles(issued.Program.PathOf("keys")).Concat(Directory.EnumerateFiles(issued.Program.PathOf("authority"))),
            file => Assert.True((File.GetUnixFileMode(file) & others) == 0, file));
    }

    [Fact]
    public void The_requester_is_in_the_register_and_nowhere_public()
    {
        Assert.Contains("Nguyễn Thị Ví Dụ", File.ReadAllText(new StoredCopies(issued.Program).Files("register").Single()), StringComparison.Ordinal);
        foreach (var folder in (string[])["public", "digests", "audit"])
            Assert.All(new StoredCopies(issued.Program).Files(folder), file => Assert.DoesNotContain("Ví Dụ", File.ReadAllText(file), StringComparison.Ordinal));
        Assert.DoesNotContain("Ví Dụ", issued.Photo.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Nguyễn Thị Ví Dụ", CopyTools.Text(issued.PhotoCopy.Path, 2), StringComparison.Ordinal);
    }

    private Certified Copy(string which) => which switch
    {
        "photo" => issued.PhotoCopy,
        "png" => issued.PngCopy,
        _ => issued.PagesCopy,
    };

    private byte[] Root() => new StoredCopies(issued.Program).Files("office/trust")
        .Select(path => JsonDocument.Parse(File.ReadAllBytes(path)).RootElement.GetProperty("certificate").GetBytesFromBase64()).Single();

    /// <summary>The time of the approval, on the office's clock.</summary>
    private DateTimeOffset Claimed() =>
        new StoredCopies(issued.Program).Request(issued.PhotoCopy.CopyId)!["decision"]!["at"]!.GetValue<DateTimeOffset>().ToOffset(TimeSpan.FromHours(7));
}
