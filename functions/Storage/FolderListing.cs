namespace ECopy.Functions.Storage;

/// <summary>Walks a folder in the ordinal order of the whole paths, one folder's names in memory at a time.</summary>
internal static class FolderListing
{
    public static IEnumerable<string> Files(string folder, string prefix)
    {
        if (!Directory.Exists(folder))
            yield break;
        // "a-b/x" comes before "a/x": a folder's name is ordered with the slash that follows it.
        var names = new List<string>();
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
        {
            if (BlobPath.IsSegment(entry.Name))
                names.Add(entry is DirectoryInfo ? entry.Name + '/' : entry.Name);
        }

        names.Sort(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (!name.EndsWith('/'))
            {
                yield return prefix + name;
                continue;
            }

            foreach (var path in Files(Path.Combine(folder, name[..^1]), prefix + name))
                yield return path;
        }
    }
}
