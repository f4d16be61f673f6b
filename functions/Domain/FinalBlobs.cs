using System.Text.Json;

namespace ECopy.Functions.Domain;

/// <summary>
/// What stands for good once it is written, so that a storage that can keep it from everybody (an immutability policy per version)
/// is told to: copies, and register pages that take no more entries. A closed page's entries may still change their state; each
/// such state is a version of its own, and each of them is kept.
/// </summary>
internal static class FinalBlobs
{
    /// <param name="content">Empty where it is too large to be looked at: no page of a register is.</param>
    public static bool Is(string path, ReadOnlySpan<byte> content)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path.StartsWith(BlobPaths.Copies, StringComparison.Ordinal)) return true;
        return path.StartsWith(BlobPaths.Registers, StringComparison.Ordinal) && IsClosed(content);
    }

    private static bool IsClosed(ReadOnlySpan<byte> page)
    {
        var reader = new Utf8JsonReader(page);
        try
        {
            while (reader.Read())
            {
                // A page's own member, not an entry's.
                if (reader.TokenType is not JsonTokenType.PropertyName || reader.CurrentDepth != 1 || !reader.ValueTextEquals("closed"u8)) continue;
                return reader.Read() && reader.TokenType is JsonTokenType.True;
            }
        }
        catch (JsonException)
        {
            // No page: whoever reads it says so.
        }

        return false;
    }
}
