namespace ECopy.TestKit;

/// <summary>A folder of a test's own, gone with it.</summary>
/// <param name="inMemory">On a memory file system where there is one: for many small writes whose durability is not the question.</param>
public sealed class TemporaryFolder(bool inMemory = false) : IDisposable
{
    private const string Memory = "/dev/shm";

    public string Path { get; } = inMemory && Directory.Exists(Memory)
        ? Directory.CreateDirectory($"{Memory}/ecopy-test-{Guid.NewGuid():N}").FullName
        : Directory.CreateTempSubdirectory("ecopy-test-").FullName;

    public string Below(params string[] segments) => System.IO.Path.Combine([Path, .. segments]);

    public void CopyTo(string target)
    {
        foreach (var folder in Directory.GetDirectories(Path, "*", SearchOption.AllDirectories))
            Directory.CreateDirectory(folder.Replace(Path, target, StringComparison.Ordinal));
        foreach (var file in Directory.GetFiles(Path, "*", SearchOption.AllDirectories))
            File.Copy(file, file.Replace(Path, target, StringComparison.Ordinal));
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
