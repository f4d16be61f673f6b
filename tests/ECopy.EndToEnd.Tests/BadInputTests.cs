using System.Buffers.Binary;
using ECopy.TestKit;

namespace ECopy.EndToEnd.Tests;

/// <summary>What <c>certify</c> does not take: one plain sentence, the exit code, and nothing half-done.</summary>
[Collection(TheProgram.Name)]
public sealed class BadInputTests(RefusingServer refusing) : IClassFixture<RefusingServer>
{
    public static TheoryData<string, int, string, string> Cases => new()
    {
        { "no title", 1, "Chưa ghi tên giấy tờ.", "The name of the document is missing." },
        { "blank title", 1, "Chưa ghi tên giấy tờ.", "The name of the document is missing." },
        { "long title", 1, "Tên giấy tờ dài quá 300 ký tự.", "The name of the document is longer than 300 characters." },
        { "long requester", 1, "Tên người yêu cầu dài quá 200 ký tự.", "The requester's name is longer than 200 characters." },
        { "no file", 1, "Chưa có tệp bản quét.", "There is no scan file." },
        { "missing file", 1, "Không tìm thấy tệp missing.jpg.", "There is no file missing.jpg." },
        { "folder", 1, "Không đọc được tệp ..", "The file . cannot be read." },
        { "empty", 1, "Tệp thứ 1 rỗng.", "File 1 is empty." },
        { "truncated jpeg", 1, "Tệp thứ 1 bị cắt cụt. Hãy quét hoặc chép lại.", "File 1 is cut off. Scan or copy it again." },
        { "truncated png", 1, "Tệp thứ 1 bị cắt cụt. Hãy quét hoặc chép lại.", "File 1 is cut off. Scan or copy it again." },
        { "damaged png", 1, "Tệp thứ 1 bị hỏng. Hãy quét hoặc chép lại.", "File 1 is damaged. Scan or copy it again." },
        { "second file", 1, "Tệp thứ 2 rỗng.", "File 2 is empty." },
        { "pdf", 1, "Tệp thứ 1 là PDF; hiện chỉ nhận ảnh. Hãy lưu từng trang thành JPEG hoặc PNG rồi tải lên.", "File 1 is a PDF; only pictures are taken for now. Save each page as JPEG or PNG and upload those." },
        { "heic", 1, "Tệp thứ 1 là ảnh HEIC của điện thoại. Hãy xuất ra JPEG rồi tải lên.", "File 1 is a phone's HEIC picture. Export it as JPEG and upload that." },
        { "tiff", 1, "Tệp thứ 1 là TIFF. Hãy lưu thành JPEG hoặc PNG rồi tải lên.", "File 1 is a TIFF. Save it as JPEG or PNG and upload that." },
        { "text as jpg", 1, "Tệp thứ 1 không phải ảnh JPEG hoặc PNG. Hãy quét lại và lưu thành JPEG hoặc PNG.", "File 1 is not a JPEG or PNG picture. Scan again and save as JPEG or PNG." },
        { "cmyk", 1, "Tệp thứ 1 dùng hệ màu CMYK nên không giữ đúng màu được. Hãy lưu lại với hệ màu RGB.", "File 1 uses CMYK colours, which cannot be shown rightly. Save it again in RGB." },
        { "bomb", 1, "Ảnh ở tệp thứ 1 quá lớn. Hãy quét lại ở 200–300 dpi.", "The picture in file 1 is too large. Scan again at 200 to 300 dpi." },
        { "too large", 1, "Bản quét lớn quá 50 MB. Hãy quét lại ở 200–300 dpi.", "The scan is larger than 50 MB. Scan again at 200 to 300 dpi." },
        { "far too large", 1, "Bản quét lớn quá 50 MB. Hãy quét lại ở 200–300 dpi.", "The scan is larger than 50 MB. Scan again at 200 to 300 dpi." },
        { "no pages", 1, "Số trang bản chính phải từ 1 đến 10.000.", "The original has 1 to 10,000 pages." },
        { "unknown verb", 64, "Không có lệnh certifi. Xem: ecopy help", "There is no command certifi. See: ecopy help" },
        { "unknown option", 64, "Không có tùy chọn --titel. Xem: ecopy help", "There is no option --titel. See: ecopy help" },
        { "missing value", 64, "Tùy chọn --title cần một giá trị.", "Option --title needs a value." },
        { "bad address", 64, "Giá trị của --public-url không hợp lệ.", "The value of --public-url is not valid." },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task It_is_refused_in_one_sentence_and_leaves_nothing(string kind, int exitCode, string vietnamese, string english)
    {
        var program = refusing.Program;
        foreach (var (language, sentence) in ((string, string)[])[("vi", vietnamese), ("en", english)])
        {
            var answer = program.Run([.. CommandLineOf(kind), "--lang", language, "--json"]);
            Assert.True(answer.ExitCode == exitCode, answer.ToString());
            Assert.Equal("", answer.Output);
            Assert.Equal(sentence, answer.Error.TrimEnd('\n').Split('\n')[^1]);
            Assert.DoesNotContain("   at ", answer.Error, StringComparison.Ordinal);
        }

        var stored = new StoredCopies(program);
        foreach (var folder in (string[])["requests", "open", "scans", "register", "sequences", "work", "copies", "public", "digests"])
            Assert.Empty(stored.Files(folder));
        await stored.RequireCleanAsync();
    }

    [Fact]
    public async Task Without_a_server_it_is_refused_alike()
    {
        using var program = new ProgramUnderTest();
        program.Put("scan.jpg", DrawnScans.Diploma().AsSpan()[..20_000]);
        var answer = program.Run("certify", "scan.jpg", "--title", "Bằng tốt nghiệp", "--json", "--lang", "vi");
        Assert.Equal(1, answer.ExitCode);
        Assert.Equal("", answer.Output);
        Assert.Equal([$"Thư mục dữ liệu: {program.Data}", "Tệp thứ 1 bị cắt cụt. Hãy quét hoặc chép lại."], answer.Error.TrimEnd('\n').Split('\n'));
        await new StoredCopies(program).RequireCleanAsync();

        // And the store is as good as new.
        program.Put("scan.jpg", DrawnScans.Diploma());
        Assert.Equal(1, Certified.Of(program.Run("certify", "scan.jpg", "--title", "Bằng tốt nghiệp", "--json")).RegisterNumber);
    }

    private string[] CommandLineOf(string kind)
    {
        var program = refusing.Program;
        string[] With(string name, ReadOnlySpan<byte> content) => ["certify", program.Put(name, content), "--title", "Bằng tốt nghiệp"];
        string[] Sparse(long length)
        {
            using (var file = File.Create(Path.Combine(program.Folder, "large.jpg")))
            {
                file.Write([0xFF, 0xD8, 0xFF, 0xE0]);
                file.SetLength(length);
            }

            return ["certify", "large.jpg", "--title", "Bằng tốt nghiệp"];
        }

        var good = program.Put("good.jpg", DrawnScans.Diploma());
        var png = SmallScan.Png(1);
        return kind switch
        {
            "no title" => ["certify", good],
            "blank title" => ["certify", good, "--title", " \t\u200E\u0000 ".Replace("\0", "", StringComparison.Ordinal)],
            "long title" => ["certify", good, "--title", new string('ả', 301)],
            "long requester" => ["certify", good, "--title", "A", "--requester", new string('a', 201)],
            "no file" => ["certify", "--title", "A"],
            "missing file" => ["certify", "missing.jpg", "--title", "A"],
            "folder" => ["certify", ".", "--title", "A"],
            "empty" => With("empty.jpg", []),
            "truncated jpeg" => With("cut.jpg", DrawnScans.Diploma().AsSpan()[..(DrawnScans.Diploma().Length / 2)]),
            "truncated png" => With("cut.png", png.AsSpan()[..(png.Length / 2)]),
            "damaged png" => With("damaged.png", Flipped(png, 60)),
            "second file" => ["certify", good, program.Put("empty.jpg", []), "--title", "A"],
            "pdf" => With("scan.pdf", "%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"u8),
            "heic" => With("IMG_0001.HEIC", [0, 0, 0, 24, .. "ftypheic"u8, 0, 0, 0, 0, .. "mif1heic"u8, .. new byte[64]]),
            "tiff" => With("scan.tif", [0x49, 0x49, 42, 0, 8, 0, 0, 0, .. new byte[32]]),
            "text as jpg" => With("note.jpg", "just a note"u8),
            "cmyk" => With("cmyk.jpg", DrawnScans.Make("jpg", "-size", "80x80", "xc:red", "-colorspace", "CMYK")),
            "bomb" => With("bomb.png", Bomb(png)),
            "too large" => Sparse(50_000_001),
            "far too large" => Sparse(5_000_000_000),
            "no pages" => ["certify", good, "--title", "A", "--pages", "0"],
            "unknown verb" => ["certifi", good],
            "unknown option" => ["certify", good, "--titel", "A"],
            "missing value" => ["certify", good, "--title"],
            "bad address" => ["certify", good, "--title", "A", "--public-url", "ftp://x"],
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
        };
    }

    private static byte[] Flipped(byte[] picture, int at)
    {
        var flipped = (byte[])picture.Clone();
        flipped[at] ^= 0x55;
        return flipped;
    }

    /// <summary>A picture of a few hundred bytes that says it is 60,000 pixels wide and high.</summary>
    private static byte[] Bomb(byte[] png)
    {
        var bomb = (byte[])png.Clone();
        BinaryPrimitives.WriteInt32BigEndian(bomb.AsSpan(16), 60_000);
        BinaryPrimitives.WriteInt32BigEndian(bomb.AsSpan(20), 60_000);
        BinaryPrimitives.WriteUInt32BigEndian(bomb.AsSpan(29), Crc32(bomb.AsSpan(12, 17)));
        return bomb;
    }

    private static uint Crc32(ReadOnlySpan<byte> content)
    {
        var crc = uint.MaxValue;
        foreach (var value in content)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }

        return ~crc;
    }
}

/// <summary>A store without copies, owned by a server, so that each refusal costs only the client's process.</summary>
public sealed class RefusingServer : IAsyncLifetime
{
    public ProgramUnderTest Program { get; } = ProgramUnderTest.OverDemoStore();

    public async Task InitializeAsync() => await Program.ServeAsync();

    public Task DisposeAsync()
    {
        Program.Dispose();
        return Task.CompletedTask;
    }
}
