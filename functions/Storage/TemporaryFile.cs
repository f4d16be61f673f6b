using Microsoft.Win32.SafeHandles;

namespace ECopy.Functions.Storage;

/// <summary>A file that is not a blob yet; whatever happens before it is moved, it leaves nothing behind.</summary>
internal sealed class TemporaryFile : IDisposable
{
    private readonly string path;
    private readonly SafeFileHandle handle;
    private long length;
    private bool moved;

    public TemporaryFile(string path)
    {
        this.path = path;
        handle = LibC.CreateFile(path);
    }

    public void Write(ReadOnlySpan<byte> content)
    {
        RandomAccess.Write(handle, content, length);
        length += content.Length;
    }

    public void Flush() => RandomAccess.FlushToDisk(handle);

    /// <summary>False when the target exists.</summary>
    public bool MoveIfAbsent(string target) => moved = LibC.RenameNoReplace(path, target);

    public void MoveOver(string target)
    {
        File.Move(path, target, overwrite: true);
        moved = true;
    }

    public void Dispose()
    {
        handle.Dispose();
        if (!moved)
            File.Delete(path);
    }
}
