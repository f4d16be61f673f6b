using ECopy.Functions.Domain;

namespace ECopy.Functions.Storage;

/// <summary>
/// A store that is open: its blobs, in this folder (<c>.data</c>) or where <see cref="StorePlace"/> says, and the folder itself,
/// which holds keys, the hub's database and the command socket in either case. Writing needs the store's one owner:
/// <c>owner.lock</c> is held exclusively while the process lives, and over an account a lease too. Reading (<c>verify</c>,
/// <c>audit</c>) does not ask.
/// </summary>
internal sealed class DataFolder : IDisposable
{
    private readonly StoreOwnership? ownership;

    private DataFolder(string fullPath, StorePlace place, FileBlobStore files, IBlobStore blobs, StoreIdentity identity, StoreOwnership? ownership)
    {
        FullPath = fullPath;
        Place = place;
        Files = files;
        Blobs = blobs;
        Identity = identity;
        this.ownership = ownership;
    }

    /// <summary>On this machine.</summary>
    public string FullPath { get; }

    public StorePlace Place { get; }

    /// <summary>The folder's own files: keys. The same as <see cref="Blobs"/> where the store lies here.</summary>
    public FileBlobStore Files { get; }

    public IBlobStore Blobs { get; }

    /// <summary>This process alone writes to the store.</summary>
    public bool IsOwner => ownership is not null;

    /// <summary>The owner, or one of several processes that share a store by create-only and compare-and-swap.</summary>
    public bool MayWrite { get; private init; }

    /// <summary>The folder's owner before was killed.</summary>
    public bool AfterCrash => ownership?.AfterCrash is true;

    public StoreIdentity Identity { get; }

    /// <summary>A hub's database belongs to one store: a folder may serve an account now and its own blobs another time.</summary>
    public string HubFile(string name) => Path.Combine(FullPath, Place.Account is null ? $"{name}.sqlite" : $"{name}-{Identity.StoreId}.sqlite");

    /// <summary>Cancelled when the store is found to be another process's: nothing is written from then on.</summary>
    public CancellationToken Lost => ownership?.Lost ?? CancellationToken.None;

    /// <summary>Opens the folder, with its blobs inside, as its owner.</summary>
    public static Task<Result<DataFolder>> OpenAsync(string path, StoreKind kind, TimeProvider time, CancellationToken cancellationToken) =>
        OpenAsync(StorePlace.InFolder, path, kind, time, null, cancellationToken);

    /// <summary>
    /// Opens the store as its owner, creating it if need be. Rejections: <c>data-folder-in-use</c> (folder, pid), <c>store-in-use</c>
    /// (place, machine, pid), <c>store-kind-mismatch</c> (stored, wanted), <c>data-folder-unusable</c> (folder, cause).
    /// </summary>
    /// <param name="waiting">Told when a lease that may be a killed process's has to run out first.</param>
    public static async Task<Result<DataFolder>> OpenAsync(
        StorePlace place, string path, StoreKind kind, TimeProvider time, Action<Rejection>? waiting, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(place);
        var fullPath = Path.GetFullPath(path);
        var taken = await StoreOwnership.TakeAsync(place, fullPath, time, waiting, cancellationToken);
        if (taken.IsRejected)
            return taken.Rejection!;
        StoreOwnership? ownership = taken.Value;
        try
        {
            var identity = await StoreIdentity.OpenOrCreateAsync(ownership.Blobs, kind, time, cancellationToken);
            if (identity.Rejection is not null)
                return identity.Rejection;
            var folder = new DataFolder(fullPath, place, ownership.Files, ownership.Blobs, identity.Value, ownership) { MayWrite = true };
            ownership = null;
            return folder;
        }
        finally
        {
            ownership?.Leave();
        }
    }

    /// <summary>
    /// Opens a store on an account to write to it beside other processes: no lock, no lease, everything rests on create-only and
    /// compare-and-swap. A folder cannot be shared so, and is opened as by its owner. Rejections: those of <see cref="OpenAsync(StorePlace, string, StoreKind, TimeProvider, Action{Rejection}?, CancellationToken)"/>,
    /// and <c>store-not-made</c> (folder) where there is no store and <paramref name="kind"/> does not say what to make.
    /// </summary>
    public static async Task<Result<DataFolder>> OpenSharedAsync(StorePlace place, string path, StoreKind? kind, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(place);
        var fullPath = Path.GetFullPath(path);
        IBlobStore blobs = place.Account is null ? FileBlobStore.OpenReadOnly(fullPath) : place.OpenAccount();
        if ((kind ?? (await StoreIdentity.ReadAsync(blobs, cancellationToken))?.Kind) is not { } known)
            return new Rejection("store-not-made", "folder", place.NameFor(fullPath));
        if (place.Account is null)
            return await OpenAsync(place, path, known, time, null, cancellationToken);
        try
        {
            LibC.CreateFolder(fullPath);
            var identity = await StoreIdentity.OpenOrCreateAsync(blobs, known, time, cancellationToken);
            return identity.Rejection is not null
                ? identity.Rejection
                : new DataFolder(fullPath, place, FileBlobStore.OpenShared(fullPath), blobs, identity.Value, null) { MayWrite = true };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Unusable(fullPath, e.Message);
        }
    }

    /// <summary>
    /// Opens an existing store for reading, beside its owner or without one.
    /// Rejections: <c>data-folder-not-found</c> (folder), <c>data-folder-unusable</c> (folder, cause).
    /// </summary>
    public static async Task<Result<DataFolder>> OpenReadOnlyAsync(StorePlace place, string path, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(place);
        var fullPath = Path.GetFullPath(path);
        var files = FileBlobStore.OpenReadOnly(fullPath);
        var blobs = place.OpenReadOnly(fullPath);
        try
        {
            var identity = await StoreIdentity.ReadAsync(blobs, cancellationToken);
            if (identity is null)
                await StoreIdentity.RefuseOrphansAsync(blobs, cancellationToken);
            return identity is null
                ? new Rejection("data-folder-not-found", "folder", place.NameFor(fullPath))
                : new DataFolder(fullPath, place, files, blobs, identity, null);
        }
        catch (TransientException e)
        {
            return Unusable(place.NameFor(fullPath), e.Message);
        }
    }

    public static Task<Result<DataFolder>> OpenReadOnlyAsync(string path, CancellationToken cancellationToken) => OpenReadOnlyAsync(StorePlace.InFolder, path, cancellationToken);

    /// <summary>Gives lock and lease back; what still writes is waited for, and what comes later is refused.</summary>
    public void Dispose() => ownership?.Dispose();

    private static Rejection Unusable(string fullPath, string cause) =>
        new("data-folder-unusable", new Dictionary<string, string> { ["folder"] = fullPath, ["cause"] = cause });
}
