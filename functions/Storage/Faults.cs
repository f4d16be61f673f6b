using ECopy.Functions.Domain;

namespace ECopy.Functions.Storage;

/// <summary>What the file system refuses is a transient fault with a sentence for whoever runs the machine.</summary>
internal static class Faults
{
    private const int NoSpace = 28; // ENOSPC
    private const int QuotaExceeded = 122; // EDQUOT
    private const int FileTooLarge = 27; // EFBIG
    private const int NotFolder = 20; // ENOTDIR
    private const int IsFolder = 21; // EISDIR

    public static void Map(string path, Action action) =>
        Map(path, () =>
        {
            action();
            return true;
        });

    public static T Map<T>(string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Translate(path, e);
        }
    }

    public static IEnumerable<T> MapEach<T>(string path, IEnumerable<T> source)
    {
        using var items = source.GetEnumerator();
        while (Map(path, items.MoveNext))
            yield return items.Current;
    }

    public static bool IsBelowFile(Exception e) => Code(e) == NotFolder;

    private static Exception Translate(string path, Exception e) => Code(e) switch
    {
        NoSpace or QuotaExceeded => new TransientException($"The disk is full: {path} was not written.", e),
        FileTooLarge => new TransientException($"The file system takes no file of this size: {path} was not written.", e),
        NotFolder or IsFolder => new IntegrityException(path, "a file stands where a folder must be, or the other way round"),
        _ when e is UnauthorizedAccessException => new TransientException($"No permission for {path}: {e.Message}", e),
        _ => new TransientException($"{path}: {e.Message}", e),
    };

    /// <summary>.NET keeps the errno of a failed call in the low bits of HResult.</summary>
    private static int Code(Exception e) => e switch
    {
        LibC.ErrnoException native => native.ErrorCode,
        IOException when e.GetType() == typeof(IOException) => e.HResult & 0xFFFF,
        _ => 0,
    };
}
