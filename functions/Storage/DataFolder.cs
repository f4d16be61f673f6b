using System.Globalization;
using System.Text;
using ECopy.Functions.Domain;
using Microsoft.Win32.SafeHandles;

namespace ECopy.Functions.Storage;

/// <summary>
/// The folder (<c>.data</c>) that holds a store's blobs, the hub's database and the command socket. Writing needs its
/// one owner: <c>owner.lock</c> is held exclusively while the process lives; reading (<c>verify</c>, <c>audit</c>) does not ask.
/// </summary>
internal sealed class DataFolder : IDisposable
{
    private readonly SafeFileHandle? ownerLock;

    private DataFolder(string fullPath, FileBlobStore blobs, StoreIdentity identity, SafeFileHandle? ownerLock)
    {
        FullPath = fullPath;
        Blobs = blobs;
        Identity = identity;
        this.ownerLock = ownerLock;
    }

    public string FullPath { get; }

    public FileBlobStore Blobs { get; }

    public bool IsOwner => ownerLock is not null;

    /// <summary>The owner before was killed.</summary>
    public bool AfterCrash { get; private init; }

    public StoreIdentity Identity { get; }

    /// <summary>
    /// Opens the folder as its owner, creating it if need be. Rejections: <c>data-folder-in-use</c> (folder, pid),
    /// <c>store-kind-mismatch</c> (stored, wanted), <c>data-folder-unusable</c> (folder, cause).
    /// </summary>
    public static async Task<Result<DataFolder>> OpenAsync(string path, StoreKind kind, TimeProvider time, CancellationToken cancellationToken)
    {
        var fullPath = Path.GetFullPath(path);
        SafeFileHandle? held = null;
        try
        {
            LibC.CreateFolder(fullPath);
            var lockPath = LockPath(fullPath);
            held = LibC.OpenLocked(lockPath);
            if (held is null)
                return InUse(fullPath, lockPath);
            // A pid still there was not taken back by its owner, who was killed then.
            var afterCrash = RandomAccess.GetLength(held) > 0;
            WritePid(held);
            var blobs = FileBlobStore.Open(fullPath, afterCrash);
            var identity = await StoreIdentity.OpenOrCreateAsync(blobs, kind, time, cancellationToken);
            if (identity.Rejection is not null)
                return identity.Rejection;
            var folder = new DataFolder(fullPath, blobs, identity.Value, held) { AfterCrash = afterCrash };
            held = null;
            return folder;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Unusable(fullPath, e.Message);
        }
        finally
        {
            held?.Dispose();
        }
    }

    /// <summary>
    /// Opens an existing store for reading, beside its owner or without one.
    /// Rejections: <c>data-folder-not-found</c> (folder), <c>data-folder-unusable</c> (folder, cause).
    /// </summary>
    public static async Task<Result<DataFolder>> OpenReadOnlyAsync(string path, CancellationToken cancellationToken)
    {
        var fullPath = Path.GetFullPath(path);
        var blobs = FileBlobStore.OpenReadOnly(fullPath);
        try
        {
            var identity = await StoreIdentity.ReadAsync(blobs, cancellationToken);
            if (identity is null)
                await StoreIdentity.RefuseOrphansAsync(blobs, cancellationToken);
            return identity is null
                ? new Rejection("data-folder-not-found", "folder", fullPath)
                : new DataFolder(fullPath, blobs, identity, ownerLock: null);
        }
        catch (TransientException e)
        {
            return Unusable(fullPath, e.Message);
        }
    }

    /// <summary>Gives the lock back; what still writes is waited for, and what comes later is refused.</summary>
    public void Dispose()
    {
        if (ownerLock is null or { IsClosed: true })
            return;
        Blobs.Close();
        RandomAccess.SetLength(ownerLock, 0);
        ownerLock.Dispose();
    }

    private static string LockPath(string fullPath) => Path.Combine(fullPath, "owner.lock");

    private static void WritePid(SafeFileHandle held)
    {
        RandomAccess.SetLength(held, 0);
        RandomAccess.Write(held, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n")), 0);
    }

    private static Rejection InUse(string fullPath, string lockPath)
    {
        using var handle = LibC.OpenUnlocked(lockPath);
        var buffer = new byte[32];
        var pid = Encoding.ASCII.GetString(buffer, 0, RandomAccess.Read(handle, buffer, 0)).Trim();
        return new Rejection("data-folder-in-use", new Dictionary<string, string> { ["folder"] = fullPath, ["pid"] = pid });
    }

    private static Rejection Unusable(string fullPath, string cause) =>
        new("data-folder-unusable", new Dictionary<string, string> { ["folder"] = fullPath, ["cause"] = cause });
}
