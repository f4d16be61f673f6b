using System.Collections.Concurrent;
using System.Globalization;

namespace ECopy.TestKit;

/// <summary>Invented scans, drawn by ImageMagick. The same call gives the same file within a run.</summary>
public static class DrawnScans
{
    private static readonly ConcurrentDictionary<string, Lazy<byte[]>> Drawn = new(StringComparer.Ordinal);

    /// <summary>A diploma on A4 like a photograph of it: paper tone, slight skew, noise, a red stamp.</summary>
    public static byte[] Diploma(int dpi = 100) => Sheet(210, 297, dpi, "BẰNG TỐT NGHIỆP",
        ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"],
        ["Trường Trung học phổ thông Sông Ví Dụ", "công nhận  Nguyễn Thị Ví Dụ", "Sinh ngày 05 tháng 3 năm 1990", "Số hiệu: THPT 000123 · Vào sổ số 045/2008"]);

    /// <summary>One page of a list of marks.</summary>
    public static byte[] Marks(int page, int dpi = 72) => Sheet(210, 297, dpi, "BẢNG ĐIỂM",
        ["ĐẠI HỌC VÍ DỤ"],
        [string.Create(CultureInfo.InvariantCulture, $"Trang {page}"), "Đặng Hoàng Mẫu · VD190008", "Toán cao cấp 8,5", "Vật lý đại cương 7,0"]);

    /// <summary>A page across.</summary>
    public static byte[] Wide(int dpi = 100) => Sheet(297, 210, dpi, "GIẤY CHỨNG NHẬN",
        ["ỦY BAN NHÂN DÂN XÃ MẪU AN"],
        ["Quyền sử dụng đất", "Số phát hành MA 000006", "Thửa đất số 12, tờ bản đồ số 3"]);

    /// <summary>One side of a card, 85.6 × 54 mm.</summary>
    public static byte[] Card(bool back, int dpi = 300) => Sheet(85.6, 54, dpi, back ? "MẶT SAU" : "THẺ MẪU",
        ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
        back ? ["Ngày cấp 12/06/2022"] : ["Lý Thị Thử Nghiệm", "096200000004"]);

    /// <summary>The file that <c>convert</c> makes of these arguments; <paramref name="extension"/> names its format.</summary>
    public static byte[] Make(string extension, params string[] arguments) =>
        Drawn.GetOrAdd(extension + "\n" + string.Join('\n', arguments), _ => new Lazy<byte[]>(() => Convert(extension, arguments))).Value;

    /// <summary>A small picture with edges, ramps and all primary colours, so that a wrong colour or turn shows.</summary>
    public static string[] TestCard(int width, int height) =>
    [
        "-size", $"{width}x{height}", "gradient:#203060-#F0E8D8",
        "-fill", "#C01020", "-draw", $"rectangle 0,0 {width / 3},{height / 5}",
        "-fill", "#108040", "-draw", $"rectangle {width * 2 / 3},0 {width},{height / 5}",
        "-fill", "#1030C0", "-draw", $"circle {width / 2},{height / 2} {width / 2},{height / 3}",
        "-fill", "#F0D000", "-draw", $"polygon 0,{height} {width / 4},{height} 0,{height * 3 / 4}",
    ];

    private static byte[] Sheet(double width, double height, int dpi, string title, string[] head, string[] lines)
    {
        int w = (int)Math.Round(width / 25.4 * dpi), h = (int)Math.Round(height / 25.4 * dpi);
        var point = Math.Min(w, h * 1.4) / 38;
        string Size(double factor) => (point * factor).ToString("0.#", CultureInfo.InvariantCulture);
        string At(double part) => "+0+" + ((int)(h * part)).ToString(CultureInfo.InvariantCulture);
        string Font(string name) => Path.Combine(AppContext.BaseDirectory, "fonts", name + ".ttf");
        List<string> arguments =
        [
            "-size", $"{w}x{h}", "xc:#F6EFE2", "-seed", "7", "-gravity", "North", "-fill", "#8C1A1A", "-font", Font("Tinos_700Bold"),
        ];
        foreach (var (index, line) in head.Index()) arguments.AddRange(["-pointsize", Size(1.15), "-annotate", At(0.07 + 0.045 * index), line]);
        arguments.AddRange(["-pointsize", Size(2.3), "-annotate", At(0.21), title, "-fill", "#2B2B2B", "-font", Font("Tinos_400Regular")]);
        foreach (var (index, line) in lines.Index()) arguments.AddRange(["-pointsize", Size(1.2), "-annotate", At(0.36 + 0.06 * index), line]);
        var (x, y, r) = (w * 7 / 10, h * 3 / 4, Math.Min(w, h) / 10);
        arguments.AddRange(
        [
            "-fill", "none", "-stroke", "#C81E1ECC", "-strokewidth", Math.Max(2, w / 250).ToString(CultureInfo.InvariantCulture), "-draw", $"circle {x},{y} {x},{y + r}",
            "-stroke", "none", "-fill", "#C81E1ECC", "-pointsize", Size(1.4), "-gravity", "NorthWest", "-annotate", $"-3x-3+{x - r / 2}+{y - r / 4}", "MẪU",
            "-background", "#E9E0D0", "-distort", "SRT", "0.4", "-attenuate", "0.25", "+noise", "Gaussian",
            "-quality", "82", "-units", "PixelsPerInch", "-density", dpi.ToString(CultureInfo.InvariantCulture), "-strip",
        ]);
        return Make("jpg", [.. arguments]);
    }

    private static byte[] Convert(string extension, string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("ecopy-scan-");
        try
        {
            var path = Path.Combine(folder.FullName, "scan." + extension);
            var answer = OutsideTool.Run("convert", [.. arguments, path]);
            if (answer.ExitCode != 0) throw new InvalidOperationException($"convert (package imagemagick): {answer.All}");
            return File.ReadAllBytes(path);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
