using System.Globalization;
using System.Text;
using ECopy.Functions.Domain;
using Microsoft.Win32.SafeHandles;

namespace ECopy.Functions.Storage;

/// <summary>
/// A data folder held exclusively by <c>owner.lock</c>, and over an account its store by a lease: whatever is in it, or nothing yet.
/// </summary>
internal sealed class StoreOwnership : IDisposable
{
    private readonly SafeFileHandle held;
    private readonly StoreLease? lease;
    private bool disposed;

    private StoreOwnership(SafeFileHandle held, bool afterCrash, FileBlobStore files, IBlobStore blobs, StoreLease? lease)
    {
        this.held = held;
        this.lease = lease;
        AfterCrash = afterCrash;
        Files = files;
        Blobs = blobs;
    }

    /// <summary>The folder's owner before was killed.</summary>
    public bool AfterCrash { get; }

    public FileBlobStore Files { get; }

    public IBlobStore Blobs { get; }

    /// <summary>Cancelled when the store is found to be another process's.</summary>
    public CancellationToken Lost => lease?.Lost ?? CancellationToken.None;

    /// <summary>
    /// Rejections: <c>data-folder-in-use</c> (folder, pid), <c>store-in-use</c> (place, machine, pid), <c>data-folder-unusable</c> (folder, cause).
    /// </summary>
    public static async Task<Result<StoreOwnership>> TakeAsync(StorePlace place, string fullPath, TimeProvider time, Action<Rejection>? waiting, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(place);
        SafeFileHandle? held = null;
        var afterCrash = false;
        try
        {
            LibC.CreateFolder(fullPath);
            var lockPath = Path.Combine(fullPath, "owner.lock");
            held = LibC.OpenLocked(lockPath);
            if (held is null)
                return InUse(fullPath, lockPath);
            // A pid still there was not taken back by its owner, who was killed then.
            afterCrash = RandomAccess.GetLength(held) > 0;
            WritePid(held);
            var files = FileBlobStore.Open(fullPath, afterCrash);
            // The folder first: it is asked in a moment, and its owner can be reached through its socket.
            StoreLease? lease = null;
            if (place.Account is not null)
            {
                var taken = await StoreLease.TakeAsync(place, time, waiting, cancellationToken);
                if (taken.IsRejected)
                    return taken.Rejection!;
                lease = taken.Value;
            }

            var ownership = new StoreOwnership(held, afterCrash, files, lease is null ? files : new LeasedBlobStore(place.OpenAccount(), lease), lease);
            held = null;
            return ownership;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Rejection("data-folder-unusable", new Dictionary<string, string> { ["folder"] = fullPath, ["cause"] = e.Message });
        }
        finally
        {
            if (held is not null)
                GiveBack(held, afterCrash);
        }
    }

    /// <summary>Refused by what is in the store: that somebody was killed here is the next one's to see.</summary>
    public void Leave() => Release(AfterCrash);

    /// <summary>What still writes is waited for, and what comes later is refused.</summary>
    public void Dispose() => Release(keepMark: false);

    private void Release(bool keepMark)
    {
        if (disposed)
            return;
        disposed = true;
        if (Blobs is LeasedBlobStore leased)
            leased.Close();
        lease?.Dispose();
        Files.Close();
        GiveBack(held, keepMark);
    }

    private static void GiveBack(SafeFileHandle held, bool keepMark)
    {
        if (!keepMark)
            RandomAccess.SetLength(held, 0);
        held.Dispose();
    }

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
}
