using System.Collections.Concurrent;

namespace ECopy.Functions.Storage;

/// <summary>
/// A folder tree in which a write, once answered, survives power loss: write to a temporary file, fsync it,
/// rename it, fsync the folder that now names it. New folders are flushed into their parents first.
/// </summary>
internal sealed class DurableFolder(string root)
{
    private const int RememberedFolders = 10_000;
    private readonly ConcurrentDictionary<string, bool> durable = new(StringComparer.Ordinal);

    public string Root { get; } = Path.GetFullPath(root);

    private string Temporary => Path.Combine(Root, ".tmp");

    /// <summary>Makes the tree ready for writing. Only its owner may call this: half-written files of a dead one go.</summary>
    public void Prepare(bool afterCrash)
    {
        Ensure(Root);
        foreach (var debris in Directory.Exists(Temporary) ? Directory.GetFiles(Temporary) : [])
            File.Delete(debris);
        Ensure(Temporary);
        if (afterCrash)
            LibC.FlushFileSystem(Root);
    }

    public string NewTemporaryPath()
    {
        Ensure(Temporary);
        return Path.Combine(Temporary, Guid.NewGuid().ToString("N"));
    }

    /// <summary>The path of a file below the root; its folder exists durably afterwards.</summary>
    public string Place(string path)
    {
        var full = Full(path);
        Ensure(Path.GetDirectoryName(full)!);
        return full;
    }

    public string Full(string path) => Path.Combine(Root, path.Replace('/', Path.DirectorySeparatorChar));

    private void Ensure(string folder)
    {
        // Asked each time: an operator may have taken the folder away under a running program.
        if (durable.ContainsKey(folder) && Directory.Exists(folder))
            return;
        var parent = Path.GetDirectoryName(folder);
        // Another thread may have made it a moment ago without having flushed it yet: flushing twice is cheap, once too few is not.
        if (parent is not null && (folder.Length > Root.Length || !Directory.Exists(folder)))
        {
            Ensure(parent);
            LibC.CreateFolder(folder);
            LibC.FlushFolder(parent);
        }

        if (durable.Count >= RememberedFolders)
            durable.Clear();
        durable[folder] = true;
    }
}
