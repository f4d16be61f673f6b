using System.Text;
using System.Text.RegularExpressions;
using ECopy.Functions.Domain;

namespace ECopy.Functions.Verify;

/// <summary>
/// Finds the verification code that a copy carries in its XMP (dc:identifier; PDF/A keeps XMP uncompressed). By looking
/// at the bytes, not by parsing: the file in hand may be damaged on purpose, and a code found here proves nothing by itself.
/// </summary>
internal static partial class CodesInFile
{
    private const int MostCodes = 4;

    /// <summary>Well-formed codes in the order in which they stand, at most four.</summary>
    public static IReadOnlyList<string> Find(ReadOnlyMemory<byte> file)
    {
        var codes = new List<string>();
        foreach (Match match in Identifier().Matches(Encoding.Latin1.GetString(file.Span)))
        {
            if (VerificationCode.Read(match.Groups[1].Value).Code is { } code && !codes.Contains(code)) codes.Add(code);
            if (codes.Count == MostCodes) break;
        }

        return codes;
    }

    [GeneratedRegex("<dc:identifier>([0-9A-Z-]{17,24})</dc:identifier>", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Identifier();
}
