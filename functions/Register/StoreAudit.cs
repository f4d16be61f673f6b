using System.Security.Cryptography;
using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Register;

/// <summary>What other parts of the program know about the store and the audit must hold it to.</summary>
internal interface IExpectedRecords
{
    /// <summary>
    /// Blobs whose digest some record states. May throw IntegrityException for a contradiction it finds itself
    /// (a request against its register entry, a public record against both).
    /// </summary>
    IAsyncEnumerable<ExpectedBlob> ExpectedAsync(CancellationToken cancellationToken);

    /// <summary>Copy ids with an open marker: their last register change may not be in the audit trail yet.</summary>
    IAsyncEnumerable<string> InFlightAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Prefixes, as <c>copies/</c>, below which nothing may lie that no record expects, except of a copy in flight
    /// (<c>{prefix}{agency}/{copyId}/…</c>).
    /// </summary>
    IReadOnlyList<string> CompletePrefixes => [];
}

/// <param name="Record">The record that states the digest.</param>
internal sealed record ExpectedBlob(string Path, string Sha256, string Record);

internal enum AuditVerdict
{
    Clean = 0,
    Bad = 1,
    CannotCheck = 2,
}

/// <param name="Record">Path of the first bad record; null when clean.</param>
internal sealed record AuditReport(AuditVerdict Verdict, string? Record, string? Reason, int RegisterEntries, int AuditEntries, int Blobs);

/// <summary>
/// Walks everything stored and names the first record that is not what it was when it was written. Reads only, also
/// beside a running owner: what is read in an order that a writer may overtake is read again before it is called bad.
/// </summary>
internal sealed class StoreAudit(IBlobStore store, IWitness witness, LedgerOptions options, IReadOnlyList<IExpectedRecords> expected)
{
    private readonly BookWalk walk = new(store, witness, options);
    private int blobs;

    public async Task<AuditReport> RunAsync(CancellationToken cancellationToken)
    {
        var register = new RegisterFindings(store);
        var trails = new TrailFindings();
        AuditReport Report(AuditVerdict verdict, string? record, string? reason) =>
            new(verdict, record, reason, register.Count, trails.Count, blobs);
        try
        {
            if (await StoreIdentity.ReadAsync(store, cancellationToken) is null)
                return Report(AuditVerdict.CannotCheck, StoreIdentity.Path, "is missing: this is not a store");
            var witnessed = await walk.WitnessedAsync(cancellationToken);
            var inFlight = await InFlightAsync(cancellationToken);

            // The register is read before the trail, as it is written before it: what the trail lacks is in flight.
            await WalkRegisterAsync(register, cancellationToken);
            await WalkTrailsAsync(trails, cancellationToken);
            inFlight.UnionWith(await InFlightAsync(cancellationToken));
            await WalkSequencesAsync(cancellationToken);
            walk.ThrowIfAnyGone(witnessed);
            await register.CompareAsync(trails, inFlight, cancellationToken);
            await CheckBlobsAsync(trails, inFlight, cancellationToken);

            return walk.Unwitnessed is { } book
                ? Report(AuditVerdict.CannotCheck, book, "has no witness, so an earlier state of it cannot be told from this one")
                : Report(AuditVerdict.Clean, null, null);
        }
        catch (IntegrityException e)
        {
            return Report(AuditVerdict.Bad, e.Record, e.Reason);
        }
        catch (TransientException e)
        {
            return Report(AuditVerdict.CannotCheck, null, e.Message);
        }
    }

    private async Task WalkRegisterAsync(RegisterFindings register, CancellationToken cancellationToken)
    {
        foreach (var book in await new RegisterShelf(store).ListAsync(null, cancellationToken))
        {
            register.Begin(book);
            await foreach (var page in walk.PagesAsync(book, register.Defer, cancellationToken))
                register.Add(book, page);
        }

        register.CheckShut();
    }

    private async Task WalkTrailsAsync(TrailFindings trails, CancellationToken cancellationToken)
    {
        string? agency = null;
        await foreach (var path in store.ListAsync(AuditBook.Prefix, cancellationToken))
        {
            var segments = path.Split('/');
            if (segments.Length != 3)
                throw new IntegrityException(path, "is not a page of any audit trail");
            if (segments[1] == agency)
                continue;
            agency = segments[1];
            await foreach (var page in walk.PagesAsync(new AuditBook(agency), fault => throw fault, cancellationToken))
                trails.Add(page);
        }
    }

    /// <summary>Codes prove nothing and have no witness, but their pages must be whole.</summary>
    private async Task WalkSequencesAsync(CancellationToken cancellationToken)
    {
        string? day = null;
        await foreach (var path in store.ListAsync(SequenceBook.Prefix, cancellationToken))
        {
            var segments = path.Split('/');
            if (segments.Length != 4)
                throw new IntegrityException(path, "is not a page of any day");
            if ($"{segments[1]}/{segments[2]}" == day)
                continue;
            day = $"{segments[1]}/{segments[2]}";
            await foreach (var page in new LedgerPages<SequenceEntry>(new SequenceBook(segments[1], segments[2]), store).ReadAllAsync(cancellationToken))
                cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task<HashSet<string>> InFlightAsync(CancellationToken cancellationToken)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var source in expected)
        {
            await foreach (var id in source.InFlightAsync(cancellationToken))
                ids.Add(id);
        }

        return ids;
    }

    private async Task CheckBlobsAsync(TrailFindings trails, HashSet<string> inFlight, CancellationToken cancellationToken)
    {
        foreach (var blob in trails.Blobs.Values)
            await CheckBlobAsync(blob, cancellationToken);
        var known = new HashSet<string>(trails.Blobs.Keys, StringComparer.Ordinal);
        foreach (var source in expected)
        {
            await foreach (var blob in source.ExpectedAsync(cancellationToken))
            {
                // Compared once already: then only the two statements are compared.
                if (trails.Blobs.TryGetValue(blob.Path, out var audited))
                {
                    if (audited.Sha256 != blob.Sha256)
                        throw new IntegrityException(blob.Record, $"states another digest of {blob.Path} than {audited.Record}");
                }
                else if (known.Add(blob.Path))
                {
                    await CheckBlobAsync(blob, cancellationToken);
                }
            }
        }

        await RequireExpectedAsync(known, inFlight, cancellationToken);
    }

    private async Task RequireExpectedAsync(HashSet<string> known, HashSet<string> inFlight, CancellationToken cancellationToken)
    {
        var suspects = new List<(string Path, string CopyId)>();
        foreach (var prefix in expected.SelectMany(source => source.CompletePrefixes).Distinct(StringComparer.Ordinal))
        {
            await foreach (var path in store.ListAsync(prefix, cancellationToken))
            {
                var copyId = path[prefix.Length..].Split('/').ElementAtOrDefault(1) ?? "";
                if (!known.Contains(path) && !inFlight.Contains(copyId))
                    suspects.Add((path, copyId));
            }
        }

        if (suspects.Count == 0)
            return;
        // Begun after the markers were read, perhaps even ended since: a marker goes only after the records are there.
        inFlight = await InFlightAsync(cancellationToken);
        foreach (var source in expected)
        {
            await foreach (var blob in source.ExpectedAsync(cancellationToken))
                known.Add(blob.Path);
        }

        if (suspects.Find(suspect => !known.Contains(suspect.Path) && !inFlight.Contains(suspect.CopyId)).Path is { } unexpected)
            throw new IntegrityException(unexpected, "is not expected by any record");
    }

    private async Task CheckBlobAsync(ExpectedBlob blob, CancellationToken cancellationToken)
    {
        await using var content = await store.OpenReadAsync(blob.Path, cancellationToken)
            ?? throw new IntegrityException(blob.Path, $"is missing; {blob.Record} knows it");
        if (Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken)) != blob.Sha256)
            throw new IntegrityException(blob.Path, $"has other content than {blob.Record} says");
        blobs++;
    }
}
