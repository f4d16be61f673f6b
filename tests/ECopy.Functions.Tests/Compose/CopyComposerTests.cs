using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ECopy.Functions.Compose;
using ECopy.Signing.Pdf.Reading;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Compose;

public class CopyComposerTests
{
    private const string LongTitle =
        "Giấy chứng nhận quyền sử dụng đất, quyền sở hữu nhà ở và tài sản khác gắn liền với đất cấp cho hộ ông Nguyễn Văn Thử Nghiệm " +
        "và bà Trần Thị Ví Dụ Mẫu, thửa đất số 12, tờ bản đồ số 3, ấp Mẫu Một, xã Mẫu An, kèm sơ đồ thửa đất và trang bổ sung";

    private static readonly CopyContent Diploma = SampleCopies.Content(DrawnScans.Diploma());

    [Fact]
    public void A_copy_is_clean_for_qpdf_and_for_the_list_of_clauses_in_every_revision()
    {
        var pdf = SampleCopies.WithAppearances(Diploma);
        SampleCopies.Keep("diploma", pdf);
        Assert.Equal(3, PdfDocument.Open(pdf).Revisions.Count);
        Assert.Empty(PdfAChecklist.Failures(pdf));
        foreach (var file in (byte[][])[SampleCopies.Compose(Diploma), pdf])
        {
            var check = OutsideTool.RunOn(file, ".pdf", "qpdf", "--check", "{}");
            Assert.True(check.ExitCode == 0 && !check.All.Contains("WARNING", StringComparison.Ordinal), check.All);
        }

        var fonts = OutsideTool.RunOn(pdf, ".pdf", "pdffonts", "{}").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[2..];
        Assert.NotEmpty(fonts);
        Assert.All(fonts, line => Assert.Matches(@"^[A-Z]{6}\+\S+ +CID TrueType +Identity-H +yes yes yes ", line));
    }

    [Fact]
    public void The_statement_reads_letter_by_letter()
    {
        var pdf = SampleCopies.WithAppearances(Diploma);
        var lines = OutsideTool.RunOn(pdf, ".pdf", "pdftotext", "-raw", "-f", "2", "{}", "-").Output.Split(['\n', '\f'], StringSplitOptions.RemoveEmptyEntries);
        var digest = string.Join(' ', Diploma.ScanDigest.Chunk(4).Select(c => new string(c)));
        string[] expected =
        [
            "ỦY BAN NHÂN DÂN",
            "XÃ MẪU AN",
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            "Độc lập - Tự do - Hạnh phúc",
            "Chứng thực bản sao đúng với bản chính",
            "Số chứng thực: 0123 Quyển số: 01/2026-SCT/BS-TEST",
            "Tên giấy tờ Bằng tốt nghiệp trung học phổ thông",
            "Bản chính 01 trang, bản giấy",
            "Bản sao điện tử 02 trang, gồm trang này",
            "Mã băm bản quét SHA-256 " + digest[..39],
            digest[40..],
            "Các trang bản quét",
            "Xã Mẫu An, ngày 22 tháng 11 năm 2026",
            "KT. CHỦ TỊCH",
            "PHÓ CHỦ TỊCH",
            "Trần Văn Mẫu",
            "Tra cứu bản sao",
            "Quét mã QR hoặc vào",
            "saoy.mauan.example/v",
            "Mã tra cứu",
            "7Q4K-M2XB-9TVD-H3RPW",
            "BẢN THỬ NGHIỆM",
            "KHÔNG CÓ GIÁ TRỊ PHÁP LÝ",
            "BẢN THỬ NGHIỆM Bản sao điện tử được chuyển đổi từ bản chính giấy · UBND xã Mẫu An",
            "Số 0123 · 01/2026-SCT/BS-TEST · Mã tra cứu 7Q4K-M2XB-9TVD-H3RPW Trang 2/2",
            "Người ký: Trần Văn Mẫu",
            "Thời gian ký: 2026-11-22T09:41:07+07:00",
            "Cơ quan ký: Ủy ban nhân dân xã Mẫu An",
            "Thời gian ký: 2026-11-22T09:41:09+07:00",
        ];
        // Without -raw columns are looked for; the digest must not be taken for some.
        var flowed = OutsideTool.RunOn(pdf, ".pdf", "pdftotext", "-f", "2", "{}", "-").Output;
        Assert.Contains(digest[..39], flowed, StringComparison.Ordinal);
        Assert.Contains(digest[40..], flowed, StringComparison.Ordinal);
        // The lettering of the seal is a drawing and is not among the words.
        Assert.Equal(expected.Order(StringComparer.Ordinal), lines.Select(l => Regex.Replace(l, " +", " ").Trim()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_same_content_gives_the_same_bytes()
    {
        Assert.Equal(SampleCopies.Compose(Diploma), SampleCopies.Compose(SampleCopies.Content(DrawnScans.Diploma())));
        Assert.Equal(SampleCopies.WithAppearances(Diploma), SampleCopies.WithAppearances(Diploma));
        Assert.NotEqual(SampleCopies.Compose(Diploma), SampleCopies.Compose(Diploma with { RegisterNumber = "0124" }));
    }

    [Fact]
    public void Verification_finds_the_code_in_plain_metadata_and_the_layout_is_recorded()
    {
        var text = Encoding.UTF8.GetString(SampleCopies.Compose(Diploma));
        Assert.Contains("<dc:identifier>7Q4K-M2XB-9TVD-H3RPW</dc:identifier>", text, StringComparison.Ordinal);
        Assert.Contains("<xmp:CreatorTool>ECopy, layout 1</xmp:CreatorTool>", text, StringComparison.Ordinal);
        Assert.Contains("<xmp:CreateDate>2026-11-22T09:41:07+07:00</xmp:CreateDate>", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_covers_the_scan()
    {
        const int dpi = 100;
        var page = PixelMap.OfPages(SampleCopies.Compose(Diploma), dpi)[0];
        int Pixels(double millimetres) => (int)Math.Round(millimetres / 25.4 * dpi);
        var (width, height) = (Pixels(195.3), Pixels(276.2));
        var seen = page.Crop(Pixels(7.35), Pixels(6), width, height);
        var folder = Directory.CreateTempSubdirectory("ecopy-scan-");
        var path = Path.Combine(folder.FullName, "scan.jpg");
        File.WriteAllBytes(path, DrawnScans.Diploma());
        Assert.Equal(0, OutsideTool.Run("convert", path, "-resize", $"{width}x{height}!", "-depth", "8", path + ".ppm").ExitCode);
        var scan = PixelMap.Read(File.ReadAllBytes(path + ".ppm"));
        folder.Delete(recursive: true);
        // Two filters made it smaller, and it is noisy; a strip of text over it would be tens of levels.
        Assert.InRange(seen.MeanDifference(scan), 0, 4);
        Assert.InRange(seen.Crop(0, height - 60, width, 60).MeanDifference(scan.Crop(0, height - 60, width, 60)), 0, 4);
    }

    [Fact]
    public void Both_sides_of_a_card_stand_on_one_page_in_their_own_size()
    {
        var pdf = SampleCopies.WithAppearances(SampleCopies.Content(DrawnScans.Card(back: false), DrawnScans.Card(back: true)) with { Title = "Thẻ căn cước", SignerTitle = ["CHỦ TỊCH"], SignerName = "Lê Thị An Mẫu" });
        SampleCopies.Keep("card", pdf);
        Assert.Equal(2, Pages(pdf).Count);
        var images = Images(pdf).Where(i => i.Page == 1).ToList();
        Assert.Equal(2, images.Count);
        Assert.All(images, i => Assert.InRange(i.Dpi, 299, 301));
    }

    [Fact]
    public void A_page_across_stays_across()
    {
        var pdf = SampleCopies.WithAppearances(SampleCopies.Content(DrawnScans.Wide(), DrawnScans.Diploma()) with { Title = "Giấy chứng nhận" });
        SampleCopies.Keep("across", pdf);
        Assert.Equal(["841.89 x 595.28", "595.28 x 841.89", "595.28 x 841.89"], Pages(pdf));
    }

    [Fact]
    public void Thumbnails_are_the_same_picture_objects_and_six_at_most()
    {
        byte[][] scans = [.. Enumerable.Range(1, 12).Select(page => DrawnScans.Marks(page))];
        var pdf = SampleCopies.WithAppearances(SampleCopies.Content(scans) with { Title = "Bảng điểm đại học" });
        SampleCopies.Keep("twelve", pdf);
        var images = Images(pdf);
        Assert.Equal(12, images.Select(i => i.Object).Distinct().Count());
        Assert.Equal(6, images.Count(i => i.Page == 13));
        Assert.InRange(pdf.Length, scans.Sum(s => s.Length), scans.Sum(s => s.Length) + 200_000);
        Assert.Contains(WordBox.Of(pdf), w => w.Page == 13 && w.Text == "6");
        Assert.Contains("12 trang, bản giấy", OutsideTool.RunOn(pdf, ".pdf", "pdftotext", "-raw", "{}", "-").Output, StringComparison.Ordinal);
    }

    public static TheoryData<string> Cases => ["plain", "long title", "very long title", "one long word", "long names", "long everything", "no spaces", "empty lines"];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Words_stay_on_the_page_and_clear_of_each_other(string name)
    {
        const string longAgency = "Ủy ban nhân dân xã Nguyễn Phích Hưng Mỹ Thạnh Phú Tân Đông, tỉnh Cà Mau";
        var content = name switch
        {
            "long title" => Diploma with { Title = LongTitle, IsTest = false },
            "very long title" => Diploma with { Title = string.Join("; ", LongTitle, LongTitle, LongTitle) },
            "one long word" => Diploma with { Title = new string('W', 260) },
            "long names" => Diploma with { SignerName = "Công Tằng Tôn Nữ Hoàng Nguyễn Thị Mẫu Minh Ví Dụ Thử Nghiệm", SignerTitle = ["TUQ. CHỦ TỊCH", "PHÓ GIÁM ĐỐC TRUNG TÂM PHỤC VỤ", "HÀNH CHÍNH CÔNG XÃ NGUYỄN PHÍCH HƯNG MỸ THẠNH"] },
            "long everything" => Diploma with
            {
                Title = LongTitle,
                AgencyLines = ["ỦY BAN NHÂN DÂN", "XÃ NGUYỄN PHÍCH HƯNG MỸ THẠNH PHÚ TÂN ĐÔNG", "TỈNH CÀ MAU"],
                AgencyName = longAgency,
                Place = "Xã Nguyễn Phích Hưng Mỹ Thạnh Phú Tân Đông",
                RegisterNumber = "12345678",
                Book = "01/2026-SCT/BS-XNPHMTPTĐ-TEST",
                VerifyAddressText = "saoydientu.xanguyenphichhungmythanh.camau.gov.example/tra-cuu-ban-sao/v",
            },
            "no spaces" => Diploma with { Place = new string('Đ', 90), SignerName = new string('Ử', 90), AgencyLines = [new string('W', 120)], Book = new string('8', 60) },
            "empty lines" => Diploma with { SignerTitle = [], AgencyLines = ["", "XÃ MẪU AN", " "], Place = "" },
            _ => Diploma,
        };
        var pdf = SampleCopies.WithAppearances(content, agency: name.StartsWith("long", StringComparison.Ordinal) ? longAgency + ", nước Cộng hòa xã hội chủ nghĩa Việt Nam" : "UBND xã Mẫu An");
        SampleCopies.Keep("words " + name, pdf);
        var words = WordBox.Of(pdf);
        Assert.All(words, w => Assert.True(w.Left >= 7.2 && w.Right <= 203 && w.Top >= 5 && w.Bottom <= 293, $"{w}"));
        Assert.All(words.Where(w => w.Page == 2 && w.Bottom < 284), w => Assert.True(w.Left >= 19.9 && w.Right <= 195.6, $"{w}"));
        foreach (var (index, word) in words.Index())
            foreach (var other in words.Skip(index + 1)) Assert.False(word.Collides(other), $"{word} and {other}");
        Assert.Empty(PdfAChecklist.Failures(pdf));
    }

    [Fact]
    public void A_title_of_two_hundred_letters_is_there_in_full()
    {
        var pdf = SampleCopies.Compose(Diploma with { Title = LongTitle });
        var text = Regex.Replace(OutsideTool.RunOn(pdf, ".pdf", "pdftotext", "-raw", "-f", "2", "{}", "-").Output, @"\s+", " ");
        Assert.True(LongTitle.Length > 200);
        Assert.Contains(LongTitle, text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_date_is_never_cut_however_long_the_place()
    {
        var pdf = SampleCopies.Compose(Diploma with { Place = string.Join(' ', Enumerable.Repeat("Xã Nguyễn Phích", 12)) });
        Assert.Contains("\nngày 22 tháng 11 năm 2026\n", OutsideTool.RunOn(pdf, ".pdf", "pdftotext", "-raw", "-f", "2", "{}", "-").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_is_composed_and_freed_of_invisible_marks()
    {
        var pdf = SampleCopies.Compose(Diploma with { Title = "Bă\u0300ng\u00AD tô\u0301t\r\n nghiê\u0323p\u200B \u202Eabc\u0007" });
        var text = OutsideTool.RunOn(pdf, ".pdf", "pdftotext", "-raw", "-f", "2", "{}", "-").Output;
        Assert.Contains("Tên giấy tờ Bằng tốt nghiệp abc\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Characters_that_no_font_has_are_reported()
    {
        var copy = new CopyComposer(SampleCopies.Fonts).Compose(Diploma with { Title = "Bằng 漢字 tốt nghiệp" });
        Assert.Equal(["字", "漢"], copy.Substituted);
        Assert.Equal(2, copy.PageCount);
        Assert.Empty(PdfAChecklist.Failures(copy.Pdf));
    }

    [Fact]
    public void A_production_copy_says_nothing_of_a_test()
    {
        var pdf = SampleCopies.WithAppearances(Diploma with { IsTest = false, Book = "01/2026-SCT/BS" });
        SampleCopies.Keep("production", pdf);
        Assert.DoesNotContain("THỬ", OutsideTool.RunOn(pdf, ".pdf", "pdftotext", "{}", "-").Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://saoy.mauan.example/v/7Q4KM2XB9TVDH3RPW", 96)]
    [InlineData("https://saoy.mauan.example/v/7Q4KM2XB9TVDH3RPW", 150)]
    [InlineData("https://saoy.mauan.example/v/7Q4KM2XB9TVDH3RPW", 200)]
    [InlineData("https://saoydientu.xanguyenphichhungmythanh.camau.gov.example/v/7Q4KM2XB9TVDH3RPW?p=abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghij", 200)]
    public void The_qr_code_on_the_page_is_read_back(string address, int dpi)
    {
        var pdf = SampleCopies.WithAppearances(Diploma with { VerifyAddress = new Uri(address) });
        var folder = Directory.CreateTempSubdirectory("ecopy-qr-");
        var path = Path.Combine(folder.FullName, "copy.pdf");
        File.WriteAllBytes(path, pdf);
        OutsideTool.Run("pdftoppm", "-r", $"{dpi}", "-f", "2", "-png", path, Path.Combine(folder.FullName, "page"));
        var answer = OutsideTool.Run("zbarimg", "--quiet", "--raw", Directory.GetFiles(folder.FullName, "*.png").Single());
        folder.Delete(recursive: true);
        Assert.Equal(address, answer.Output.Trim());
    }

    [Fact]
    public void An_address_too_long_for_its_square_is_refused() =>
        Assert.Throws<ArgumentException>(() => SampleCopies.Compose(Diploma with { VerifyAddress = new Uri("https://x.example/" + new string('a', 300)) }));

    [Theory]
    [InlineData(2026, 2, 5, "ngày 05 tháng 02 năm 2026")]
    [InlineData(2026, 1, 31, "ngày 31 tháng 01 năm 2026")]
    [InlineData(2026, 3, 9, "ngày 09 tháng 3 năm 2026")]
    [InlineData(2026, 12, 10, "ngày 10 tháng 12 năm 2026")]
    public void Dates_have_a_zero_only_where_the_decree_wants_one(int year, int month, int day, string expected) =>
        Assert.Equal(expected, VietnameseDate.Long(new DateOnly(year, month, day)));

    private static List<string> Pages(byte[] pdf) =>
        [.. Regex.Matches(OutsideTool.RunOn(pdf, ".pdf", "pdfinfo", "-f", "1", "-l", "99", "{}").Output, @"Page +\d+ size: +(\S+ x \S+)").Select(m => m.Groups[1].Value)];

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static List<(int Page, int Object, int Dpi)> Images(byte[] pdf) =>
    [
        .. OutsideTool.RunOn(pdf, ".pdf", "pdfimages", "-list", "{}").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[2..]
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(c => (Number(c[0]), Number(c[10]), Number(c[12]))),
    ];
}
