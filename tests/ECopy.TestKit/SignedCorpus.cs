namespace ECopy.TestKit;

/// <summary>The signed PDFs with known verdicts, which lie outside the project.</summary>
public static class SignedCorpus
{
    public sealed record Entry(string File, string Expected, string Why)
    {
        public bool IsValid => Expected == "valid";
    }

    /// <summary>The folder, or null when there is none and nobody asked for one.</summary>
    public static string? Folder { get; } = Find();

    public static IReadOnlyList<Entry> Entries { get; } = Folder is null
        ? []
        : [.. File.ReadLines(Path.Combine(Folder, "manifest.tsv")).Skip(1).Where(line => line.Length > 0).Select(line => line.Split('\t')).Select(part => new Entry(part[0], part[1], part[2]))];

    public static byte[] Read(string file) => File.ReadAllBytes(PathOf(file));

    public static string PathOf(string file) => Path.Combine(Folder ?? throw new InvalidOperationException("no corpus"), file);

    private static string? Find()
    {
        var asked = Environment.GetEnvironmentVariable("ECOPY_CORPUS");
        if (!string.IsNullOrEmpty(asked))
            return File.Exists(Path.Combine(asked, "manifest.tsv")) ? asked : throw new DirectoryNotFoundException($"ECOPY_CORPUS names {asked}, where there is no manifest.tsv");
        var preset = Path.GetFullPath(Path.Combine(SourceFolder.Root, "..", "shared", "corpus"));
        return File.Exists(Path.Combine(preset, "manifest.tsv")) ? preset : null;
    }
}
