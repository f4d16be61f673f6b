using System.Buffers;

namespace ECopy.Functions.Storage;

/// <summary>What a blob may be called; one rule for all stores, narrower than any of them.</summary>
internal static class BlobPath
{
    private const int MaxLength = 512;
    private const int MaxSegment = 200;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    public static bool IsValid(string? path)
    {
        if (string.IsNullOrEmpty(path) || path.Length > MaxLength)
            return false;
        foreach (var range in path.AsSpan().Split('/'))
        {
            if (!IsSegment(path.AsSpan(range)))
                return false;
        }

        return true;
    }

    /// <summary>Names with a dot in front belong to the store itself (.tmp); Azure drops one at the end.</summary>
    public static bool IsSegment(ReadOnlySpan<char> segment) =>
        segment.Length is > 0 and <= MaxSegment
        && segment[0] != '.'
        && segment[^1] != '.'
        && !segment.ContainsAnyExcept(Allowed);

    public static void Check(string path)
    {
        if (!IsValid(path))
            throw new ArgumentException("not a blob path", nameof(path));
    }

    /// <summary>Whole segments with a slash at the end; nothing at all stands for everything.</summary>
    public static void CheckPrefix(string prefix)
    {
        if (prefix.Length > 0 && (!prefix.EndsWith('/') || !IsValid(prefix[..^1])))
            throw new ArgumentException("not a blob prefix", nameof(prefix));
    }
}
