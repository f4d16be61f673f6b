using System.Globalization;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using ECopy.Functions.Domain;

namespace ECopy.Functions.Storage;

/// <summary>
/// What owner.lock is to a folder: a lease on one blob of the store, renewed while this process lives. It ends by itself some
/// seconds after a kill. Found lost (it ran out while the process was stopped and somebody else took it, or an operator broke
/// it), it is lost for good.
/// </summary>
internal sealed class StoreLease : IDisposable
{
    public const string Path = "owner.lock";
    public static readonly TimeSpan UsualDuration = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    /// <summary>A lease this near to its end is renewed before it is relied upon.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(4);

    private readonly BlobLeaseClient client;
    private readonly TimeSpan duration;
    private readonly TimeProvider time;
    private readonly AzureCalls calls;
    private readonly CancellationTokenSource lost = new();
    private readonly CancellationTokenSource ended = new();
    private readonly SemaphoreSlim renewing = new(1);
    private readonly Lock gate = new();
    private long renewedAt;
    private DateTimeOffset renewedOn;
    private Task renewal = Task.CompletedTask;

    private StoreLease(BlobLeaseClient client, TimeSpan duration, TimeProvider time)
    {
        Lost = lost.Token;
        this.client = client;
        this.duration = duration;
        this.time = time;
        calls = new AzureCalls(time);
    }

    /// <summary>Cancelled when it is known that this process is no longer the owner.</summary>
    public CancellationToken Lost { get; }

    /// <summary>
    /// Takes the lease. Where somebody holds it who may have been killed, <paramref name="waiting"/> is told once, and it is waited
    /// until that lease would have run out. Rejection <c>store-in-use</c> (place, machine, pid).
    /// </summary>
    public static async Task<Result<StoreLease>> TakeAsync(StorePlace place, TimeProvider time, Action<Rejection>? waiting, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(place);
        var blob = place.Placement.BlobOf(place.Account!.Service, Path);
        var ours = LeaseHolder.Ours(place.LeaseDuration);
        var lease = new StoreLease(blob.GetBlobLeaseClient(Guid.NewGuid().ToString()), place.LeaseDuration, time);
        await lease.MakeBlobAsync(place.Account.Service, blob, cancellationToken);
        var began = time.GetTimestamp();
        var told = false;
        while (!await lease.TryTakeAsync(cancellationToken))
        {
            var holder = await lease.HolderAsync(blob, cancellationToken);
            var left = holder.Duration + Margin - time.GetElapsedTime(began);
            var inUse = new Dictionary<string, string>
            {
                ["place"] = place.NameFor(""), ["machine"] = holder.Machine, ["pid"] = holder.Pid.ToString(CultureInfo.InvariantCulture),
                ["seconds"] = Math.Max(0, Math.Ceiling(left.TotalSeconds)).ToString(CultureInfo.InvariantCulture),
            };
            if (holder.IsAlive || left <= TimeSpan.Zero)
            {
                lease.Forget();
                return new Rejection("store-in-use", inUse);
            }

            if (!told) waiting?.Invoke(new Rejection("store-lease-waiting", inUse));
            told = true;
            await Task.Delay(Look, time, cancellationToken);
        }

        await lease.calls.RunAsync(Path, (_, stop) => blob.SetMetadataAsync(ours.ToMetadata(), new BlobRequestConditions { LeaseId = lease.client.LeaseId }, stop), cancellationToken);
        lease.renewal = Task.Run(lease.KeepAsync, CancellationToken.None);
        return lease;
    }

    /// <summary>Before a write. At once while the lease is surely ours; else it is renewed first.</summary>
    /// <exception cref="TransientException">Not ours any more, or it cannot be told.</exception>
    public async Task RequireAsync(string path, CancellationToken cancellationToken)
    {
        if (lost.IsCancellationRequested) throw LeasedBlobStore.NotOwned(path);
        if (IsFresh) return;
        await renewing.WaitAsync(cancellationToken);
        try
        {
            if (!IsFresh) await RenewAsync(cancellationToken);
        }
        finally
        {
            renewing.Release();
        }

        if (lost.IsCancellationRequested) throw LeasedBlobStore.NotOwned(path);
    }

    /// <summary>Gives the lease back, so that the next owner need not wait for its end.</summary>
    public void Dispose()
    {
        ended.Cancel();
        renewal.Wait();
        if (!lost.IsCancellationRequested)
        {
            try
            {
                using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
                client.Release(cancellationToken: patience.Token);
            }
            catch (Exception failure) when (AzureCalls.Fault(failure, Path, CancellationToken.None) is not null)
            {
                // It runs out by itself.
            }
        }

        Forget();
    }

    private void Forget()
    {
        lost.Dispose();
        ended.Dispose();
        renewing.Dispose();
    }

    /// <summary>
    /// By both clocks: one of them stands still while a machine sleeps, the other may be set. Either one's doubt costs a renewal,
    /// nothing more.
    /// </summary>
    private bool IsFresh
    {
        get
        {
            lock (gate)
            {
                var safe = duration - Margin;
                return time.GetElapsedTime(renewedAt) < safe && (time.GetUtcNow() - renewedOn).Duration() < safe;
            }
        }
    }

    private async Task KeepAsync()
    {
        using var timer = new PeriodicTimer(duration / 3, time);
        try
        {
            while (await timer.WaitForNextTickAsync(ended.Token))
            {
                await renewing.WaitAsync(ended.Token);
                try
                {
                    await RenewAsync(ended.Token);
                }
                catch (TransientException)
                {
                    // Tried again at the next tick; writes meanwhile ask for themselves once the lease is no longer sure.
                }
                finally
                {
                    renewing.Release();
                }

                if (lost.IsCancellationRequested) return;
            }
        }
        catch (OperationCanceledException)
        {
            // Given back.
        }
    }

    /// <summary>A lease that ran out and that nobody took since can still be renewed; the service knows.</summary>
    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        if (lost.IsCancellationRequested) return;
        var isOurs = await calls.RunAsync(Path, async (_, stop) => await UnlessRefusedAsync(() => client.RenewAsync(cancellationToken: stop)), cancellationToken);
        if (!isOurs) await lost.CancelAsync();
    }

    /// <summary>The same id again after a lost answer is the same lease.</summary>
    private Task<bool> TryTakeAsync(CancellationToken cancellationToken) =>
        calls.RunAsync(Path, async (_, stop) => await UnlessRefusedAsync(() => client.AcquireAsync(duration, cancellationToken: stop)), cancellationToken);

    private async Task<bool> UnlessRefusedAsync(Func<Task> call)
    {
        // From before the asking: it runs from a moment in between.
        var (at, on) = (time.GetTimestamp(), time.GetUtcNow());
        try
        {
            await call();
        }
        catch (RequestFailedException failure) when (AzureCalls.IsConflict(failure) || AzureCalls.IsMissing(failure))
        {
            return false;
        }

        lock (gate) (renewedAt, renewedOn) = (at, on);
        return true;
    }

    private Task<LeaseHolder> HolderAsync(BlockBlobClient blob, CancellationToken cancellationToken) =>
        calls.RunAsync(Path, async (_, stop) => LeaseHolder.FromMetadata((await blob.GetPropertiesAsync(cancellationToken: stop)).Value.Metadata), cancellationToken);

    private Task<bool> MakeBlobAsync(BlobServiceClient service, BlockBlobClient blob, CancellationToken cancellationToken) => calls.RunAsync(Path, async (_, stop) =>
    {
        if ((await blob.ExistsAsync(stop)).Value) return true;
        await service.GetBlobContainerClient(blob.BlobContainerName).CreateIfNotExistsAsync(cancellationToken: stop);
        try
        {
            await blob.UploadAsync(new MemoryStream(), new BlobUploadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } }, stop);
        }
        catch (RequestFailedException failure) when (AzureCalls.IsConflict(failure))
        {
            // Another one was first.
        }

        return true;
    }, cancellationToken);
}
