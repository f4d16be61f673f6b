using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ECopy.Functions.Storage;

/// <summary>The few calls that .NET does not offer: flushing a folder, renaming without replacing, locking for good.</summary>
internal static class LibC
{
    private const int ReadOnly = 0;
    private const int ReadWrite = 2;
    private const int Create = 0x40;
    private const int OnlyFolder = 0x10000; // O_DIRECTORY
    private const int CloseOnExec = 0x80000;
    private const int CurrentFolder = -100; // AT_FDCWD
    private const uint NoReplace = 1;
    private const int LockExclusiveNow = 2 | 4; // LOCK_EX | LOCK_NB
    private const int NotPermitted = 1; // EPERM
    private const int TryAgain = 11; // EWOULDBLOCK
    private const int Interrupted = 4; // EINTR
    private const int Exists = 17; // EEXIST
    private const int NotFolder = 20; // ENOTDIR
    private const int IsFolder = 21; // EISDIR
    private const int Invalid = 22; // EINVAL
    private const int NotImplemented = 38; // ENOSYS

    /// <summary>Scans and copies are personal papers: folders for the owner's account only.</summary>
    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException("ECopy keeps its files on Linux file systems.");
        if (File.Exists(path))
            throw new ErrnoException(NotFolder, $"{path} is a file");
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public static SafeFileHandle CreateFile(string path)
    {
        var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(handle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return handle;
    }

    /// <summary>Makes the names in a folder durable: a rename or a removal is not, until its folder is flushed.</summary>
    public static void FlushFolder(string folder)
    {
        using var handle = Open(folder, ReadOnly | OnlyFolder | CloseOnExec, 0);
        while (fsync((int)handle.DangerousGetHandle()) != 0)
            ThrowUnless(Interrupted, folder);
    }

    /// <summary>Makes everything already written to the folder's file system durable.</summary>
    public static void FlushFileSystem(string folder)
    {
        using var handle = Open(folder, ReadOnly | OnlyFolder | CloseOnExec, 0);
        if (syncfs((int)handle.DangerousGetHandle()) != 0)
            throw Error(folder);
    }

    /// <summary>Renames unless the target exists; false when it does. Atomic against other processes too.</summary>
    public static bool RenameNoReplace(string source, string target)
    {
        if (Directory.Exists(target))
            throw new ErrnoException(IsFolder, $"{target} is a folder");
        if (renameat2(CurrentFolder, Native(source), CurrentFolder, Native(target), NoReplace) == 0)
            return true;
        switch (Marshal.GetLastPInvokeError())
        {
            case Exists:
                return false;
            case Invalid or NotImplemented or NotPermitted:
                break; // a file system without RENAME_NOREPLACE
            default:
                throw Error(target);
        }

        if (link(Native(source), Native(target)) != 0)
            return Marshal.GetLastPInvokeError() == Exists ? false : throw Error(target);
        File.Delete(source);
        return true;
    }

    /// <summary>
    /// Opens (or creates) a file and takes its flock, which the kernel gives back when the process ends, however it ends.
    /// Null when somebody holds it. FileStream's own lock can be switched off by an environment variable, so it is not used.
    /// </summary>
    public static SafeFileHandle? OpenLocked(string path)
    {
        var handle = Open(path, ReadWrite | Create | CloseOnExec, 0b110_000_000);
        while (flock((int)handle.DangerousGetHandle(), LockExclusiveNow) != 0)
        {
            if (Marshal.GetLastPInvokeError() == Interrupted)
                continue;
            var error = Error(path);
            handle.Dispose();
            return error.ErrorCode == TryAgain ? null : throw error;
        }

        return handle;
    }

    /// <summary>Opens for reading without asking for a lock, as File.Open would.</summary>
    public static SafeFileHandle OpenUnlocked(string path) => Open(path, ReadOnly | CloseOnExec, 0);

    private static SafeFileHandle Open(string path, int flags, int mode)
    {
        int descriptor;
        while ((descriptor = open(Native(path), flags, mode)) < 0)
            ThrowUnless(Interrupted, path);
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    private static void ThrowUnless(int tolerated, string path)
    {
        if (Marshal.GetLastPInvokeError() != tolerated)
            throw Error(path);
    }

    private static ErrnoException Error(string path)
    {
        var code = Marshal.GetLastPInvokeError();
        return new ErrnoException(code, $"{path}: {Marshal.GetPInvokeErrorMessage(code)}");
    }

    private static byte[] Native(string path) => Encoding.UTF8.GetBytes(path + '\0');

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int open(byte[] path, int flags, int mode);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fsync(int descriptor);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int syncfs(int descriptor);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int renameat2(int sourceFolder, byte[] source, int targetFolder, byte[] target, uint flags);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int link(byte[] source, byte[] target);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int flock(int descriptor, int operation);

    internal sealed class ErrnoException(int code, string message) : IOException(message, code)
    {
        public int ErrorCode { get; } = code;
    }
}
