using ECopy.Functions.Domain;
using ECopy.Signing.Trust;

namespace ECopy.Functions.Verify;

/// <summary>
/// Trust anchors from a folder: every <c>.pem</c>, <c>.crt</c>, <c>.cer</c> and <c>.der</c> in it. From when until when one is
/// trusted stands in lines <c>From:</c> and <c>Until:</c> before its PEM block; without them its own dates hold.
/// </summary>
internal static class TrustFolder
{
    private const int MostFiles = 1000;
    private const int MostBytes = 1 << 20;
    private static readonly HashSet<string> Endings = new([".pem", ".crt", ".cer", ".der"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Or <c>trust-folder-unusable</c>, <c>trust-folder-empty</c>, <c>trust-folder-file</c>: an anchor that is left out in silence would be a wrong answer.</summary>
    public static Result<TrustAnchors> Read(string folder)
    {
        var anchors = TrustAnchors.None;
        try
        {
            var files = Directory.EnumerateFiles(folder).Where(file => Endings.Contains(Path.GetExtension(file))).Order(StringComparer.Ordinal).Take(MostFiles + 1).ToList();
            if (files.Count == 0) return new Rejection("trust-folder-empty", "folder", folder);
            if (files.Count > MostFiles) return new Rejection("trust-folder-unusable", "folder", folder);
            foreach (var file in files)
            {
                if (new FileInfo(file).Length > MostBytes) return new Rejection("trust-folder-file", "file", file);
                try
                {
                    anchors = anchors.And(TrustAnchors.Read(File.ReadAllBytes(file)));
                }
                catch (TrustFormatException)
                {
                    return new Rejection("trust-folder-file", "file", file);
                }
            }
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return new Rejection("trust-folder-unusable", "folder", folder);
        }

        return anchors;
    }
}
