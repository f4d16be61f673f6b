using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ECopy.TestKit;

/// <summary>One signature as it lies in the file, found by looking at the bytes, not by our own reader.</summary>
/// <param name="Signed">The bytes of its ByteRange.</param>
/// <param name="Cms">Without the padding.</param>
public sealed record FoundSignature(byte[] Signed, byte[] Cms, bool CoversAll);

/// <summary>Second opinions on a finished copy.</summary>
public static partial class CopyTools
{
    public static ToolAnswer Qpdf(string path) => OutsideTool.Run("qpdf", "--check", path);

    public static int Pages(string path) => int.Parse(OutsideTool.Run("qpdf", "--show-npages", path).Output, CultureInfo.InvariantCulture);

    /// <summary>Without the certificates: the demo root is not among poppler's.</summary>
    public static ToolAnswer Pdfsig(string path) => OutsideTool.Run("pdfsig", "-nocert", path);

    public static ToolAnswer MutoolSign(string path) => OutsideTool.Run("mutool", "sign", "-v", path);

    /// <summary>The text of one page, every run of white space as one blank.</summary>
    public static string Text(string path, int page)
    {
        var number = page.ToString(CultureInfo.InvariantCulture);
        return Blanks().Replace(OutsideTool.Run("pdftotext", "-f", number, "-l", number, "-enc", "UTF-8", path, "-").Output, " ");
    }

    /// <summary>Whether each font is embedded, subset and mapped to Unicode, by name.</summary>
    public static IReadOnlyList<(string Font, bool Embedded, bool Subset, bool Unicode)> Fonts(string path) =>
        [.. OutsideTool.Run("pdffonts", path).Output.Split('\n').Skip(2).Where(line => line.Length > 0)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(part => (part[0], part[^5] == "yes", part[^4] == "yes", part[^3] == "yes"))];

    public static IReadOnlyList<FoundSignature> Signatures(byte[] file)
    {
        var found = new List<FoundSignature>();
        foreach (Match match in ByteRange().Matches(Encoding.Latin1.GetString(file)))
        {
            var range = match.Groups.Values.Skip(1).Select(group => int.Parse(group.Value, CultureInfo.InvariantCulture)).ToArray();
            byte[] signed = [.. file.AsSpan(range[0], range[1]), .. file.AsSpan(range[2], range[3])];
            // Between the two spans: <hex>.
            var contents = Convert.FromHexString(Encoding.ASCII.GetString(file.AsSpan(range[1] + 1, range[2] - range[1] - 2)));
            found.Add(new FoundSignature(signed, contents[..DerLength(contents)], range[2] + range[3] == file.Length));
        }

        return found;
    }

    /// <summary>OpenSSL's judgement of one signature, against this root alone.</summary>
    /// <param name="at">The time at which certificates must be valid; null: now.</param>
    public static ToolAnswer OpensslVerify(FoundSignature signature, byte[] root, DateTimeOffset? at = null)
    {
        ArgumentNullException.ThrowIfNull(signature);
        var folder = Directory.CreateTempSubdirectory("ecopy-cms-").FullName;
        try
        {
            string Put(string name, byte[] content)
            {
                var path = Path.Combine(folder, name);
                File.WriteAllBytes(path, content);
                return path;
            }

            return OutsideTool.Run(
                "openssl", "cms", "-verify", "-binary", "-cades", "-inform", "DER",
                "-in", Put("signature.p7s", signature.Cms), "-content", Put("signed.bin", signature.Signed),
                "-attime", (at ?? DateTimeOffset.UtcNow).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
                "-no-CApath", "-no-CAstore", "-CAfile", Put("root.pem", Encoding.ASCII.GetBytes(Pem(root))), "-out", Path.Combine(folder, "out.bin"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>OpenSSL's judgement of a timestamp over the document, against this root alone.</summary>
    public static ToolAnswer OpensslVerifyTimestamp(FoundSignature signature, byte[] root)
    {
        ArgumentNullException.ThrowIfNull(signature);
        using var folder = new TestFolder();
        return OutsideTool.Run(
            "openssl", "ts", "-verify", "-data", folder.Write("covered.bin", signature.Signed), "-in", folder.Write("token.tst", signature.Cms), "-token_in",
            "-CAfile", folder.Write("root.pem", Encoding.ASCII.GetBytes(Pem(root))));
    }

    private static string Pem(byte[] certificate) =>
        $"-----BEGIN CERTIFICATE-----\n{Convert.ToBase64String(certificate, Base64FormattingOptions.InsertLineBreaks)}\n-----END CERTIFICATE-----\n";

    private static int DerLength(byte[] der)
    {
        if (der[1] < 0x80) return der[1] + 2;
        var bytes = der[1] & 0x7F;
        var length = 0;
        for (var i = 0; i < bytes; i++) length = (length << 8) | der[2 + i];
        return length + 2 + bytes;
    }

    [GeneratedRegex(@"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")]
    private static partial Regex ByteRange();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
