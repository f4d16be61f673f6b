using System.Globalization;
using Azure.Storage.Blobs.Specialized;
using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Register;
using ECopy.Functions.Storage;
using ECopy.Functions.Tests.Ledger;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Storage;

/// <summary>One owner of a store on a storage account, by a lease.</summary>
[Collection(StorageAccount.Name)]
public sealed class StoreLeaseTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly AzuriteFixture azurite;
    private readonly StorePlace place;

    public StoreLeaseTests(AzuriteFixture azurite)
    {
        ArgumentNullException.ThrowIfNull(azurite);
        this.azurite = azurite;
        place = azurite.NewPlace();
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_second_owner_is_told_who_the_first_is_and_comes_in_once_it_has_gone()
    {
        using (var first = (await OpenAsync("one")).Value)
        {
            Assert.True(first is { IsOwner: true, MayWrite: true });
            var second = await OpenAsync("two");
            Assert.Equal("store-in-use", second.Rejection!.Code);
            Assert.Equal(Environment.MachineName, second.Rejection.Details!["machine"]);
            Assert.Equal(Environment.ProcessId.ToString(CultureInfo.InvariantCulture), second.Rejection.Details["pid"]);
            // Its own folder was given back: nothing hints at a crash.
            Assert.Equal(0, new FileInfo(folder.Below("two", "owner.lock")).Length);

            using var reader = (await DataFolder.OpenReadOnlyAsync(place, folder.Below("two"), default)).Value;
            Assert.True(reader is { IsOwner: false, MayWrite: false });
            Assert.Equal(first.Identity, reader.Identity);
            await Assert.ThrowsAsync<InvalidOperationException>(() => reader.Blobs.DeleteAsync("a/b", default));
        }

        using var later = (await OpenAsync("two")).Value;
        await later.Blobs.CreateIfAbsentAsync("a/b", new byte[1], default);
        Assert.False(Directory.Exists(folder.Below("two", "a")));
    }

    [Fact]
    public async Task Nothing_is_written_once_the_lease_was_broken_and_the_owner_knows()
    {
        var clock = new ShiftedTime(TimeProvider.System.GetUtcNow());
        using var data = (await OpenAsync("one", clock)).Value;
        await data.Blobs.ReplaceIfUnchangedAsync("a/b", new byte[1], null, default);
        var etag = (await data.Blobs.ReadAsync("a/b", default))!.ETag;
        await BreakAsync();
        // As long as the lease would have run, as far as this process knows.
        clock.Move(TimeSpan.FromMinutes(2));

        await Assert.ThrowsAsync<TransientException>(() => data.Blobs.ReplaceIfUnchangedAsync("a/b", new byte[2], etag, default));
        Assert.True(data.Lost.IsCancellationRequested);
        await Assert.ThrowsAsync<TransientException>(() => data.Blobs.CreateIfAbsentAsync("a/c", new byte[2], default));
        await Assert.ThrowsAsync<TransientException>(() => data.Blobs.CreateIfAbsentAsync("a/d", new MemoryStream([2]), default));
        await Assert.ThrowsAsync<TransientException>(() => data.Blobs.DeleteAsync("a/b", default));
        // Reading goes on: whoever verifies is answered until the end.
        Assert.Equal(1, (await data.Blobs.ReadAsync("a/b", default))!.Content.Length);
        Assert.Equal(["a/b"], await data.Blobs.ListAsync("a/", default).ToListAsync());

        // The next owner is not disturbed by the end of the old one.
        using var next = (await OpenAsync("two")).Value;
        data.Dispose();
        await next.Blobs.CreateIfAbsentAsync("a/c", new byte[2], default);
        Assert.Equal("store-in-use", (await OpenAsync("three")).Rejection!.Code);
    }

    [Fact]
    public async Task A_process_that_stood_still_asks_before_it_writes()
    {
        var clock = new ShiftedTime(TimeProvider.System.GetUtcNow());
        using var data = (await OpenAsync("one", clock)).Value;
        // Asleep for an hour, and nobody came; then asleep again, by a clock that was set back.
        foreach (var away in (int[])[60, -180])
        {
            clock.Move(TimeSpan.FromMinutes(away));
            await data.Blobs.CreateIfAbsentAsync(FormattableString.Invariant($"a/{away}"), new byte[1], default);
        }

        Assert.False(data.Lost.IsCancellationRequested);
        await BreakAsync();
        using var other = (await OpenAsync("two")).Value;
        clock.Move(TimeSpan.FromMinutes(1));
        await Assert.ThrowsAsync<TransientException>(() => data.Blobs.CreateIfAbsentAsync("a/late", new byte[1], default));
        Assert.Null(await other.Blobs.ReadAsync("a/late", default));
    }

    [Fact]
    public async Task After_the_store_was_given_back_nothing_is_written_by_whoever_was_late()
    {
        IBlobStore late;
        using (var data = (await OpenAsync("one")).Value) late = data.Blobs;
        await Assert.ThrowsAsync<TransientException>(() => late.CreateIfAbsentAsync("a/b", new byte[1], default));
    }

    [Fact]
    public async Task Processes_that_share_a_store_need_no_lease()
    {
        Assert.Equal("store-not-made", (await DataFolder.OpenSharedAsync(place, folder.Below("one"), null, TimeProvider.System, default)).Rejection!.Code);
        using var one = (await DataFolder.OpenSharedAsync(place, folder.Below("one"), StoreKind.Demo, TimeProvider.System, default)).Value;
        using var two = (await DataFolder.OpenSharedAsync(place, folder.Below("two"), null, TimeProvider.System, default)).Value;
        Assert.Equal(one.Identity, two.Identity);
        Assert.True(two is { IsOwner: false, MayWrite: true });
        Assert.Equal("store-kind-mismatch", (await DataFolder.OpenSharedAsync(place, folder.Below("two"), StoreKind.Production, TimeProvider.System, default)).Rejection!.Code);
        Assert.Equal(CreateOutcome.Created, await one.Blobs.CreateIfAbsentAsync("a/b", new byte[1], default));
        Assert.Equal(CreateOutcome.OtherAlreadyThere, await two.Blobs.CreateIfAbsentAsync("a/b", new byte[2], default));
    }

    /// <summary>What no lease can promise, compare-and-swap does: two owners at once give no number twice and leave none out.</summary>
    [Fact]
    public async Task Two_owners_at_once_number_without_gap_or_double()
    {
        using var fixture = new StoreFixture();
        var (witnessStore, prefix) = (azurite.NewStore(), azurite.NewPrefix());
        await StoreIdentity.OpenOrCreateAsync(new AzureBlobStore(azurite.Client(), prefix), StoreKind.Demo, fixture.Time, default);
        var owners = await Task.WhenAll(Enumerable.Range(0, 2).Select(async _ =>
        {
            var store = new AzureBlobStore(azurite.Client(), prefix);
            var witness = await Witness.OpenAsync(store, witnessStore, StoreFixture.StoreId, true, false, fixture.Time, default);
            return new CertificationRegister(store, witness, fixture.Options, fixture.Time);
        }));
        // Every copy is asked for by both: the same approval, taken up by two owners.
        var numbers = await Task.WhenAll(Enumerable.Range(0, 24).SelectMany(copy => owners.Select(async owner =>
        {
            while (true)
            {
                try
                {
                    return (copy, (await owner.ReserveAsync(fixture.Request(copy), default)).Entry().Number);
                }
                catch (TransientException)
                {
                    // Others kept winning: the step is tried again.
                }
            }
        })));

        Assert.Equal(24, numbers.Distinct().Count());
        var book = new List<RegisterEntry>();
        await foreach (var entry in owners[0].ReadBookAsync(StoreFixture.Agency, StoreFixture.Book, default)) book.Add(entry);
        Assert.Equal(Enumerable.Range(1, 24), book.Select(entry => entry.Number));
        Assert.Equal(24, book.Select(entry => entry.CopyId).Distinct().Count());
    }

    private Task<Result<DataFolder>> OpenAsync(string name, TimeProvider? clock = null) =>
        DataFolder.OpenAsync(place, folder.Below(name), StoreKind.Demo, clock ?? TimeProvider.System, null, default);

    private async Task BreakAsync() => await place.Placement.BlobOf(place.Account!.Service, StoreLease.Path).GetBlobLeaseClient().BreakAsync(TimeSpan.Zero);
}
