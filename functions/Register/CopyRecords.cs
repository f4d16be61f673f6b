using System.Runtime.CompilerServices;
using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Register;

/// <summary>
/// What the audit holds the copies to: every page of every scan, every copy, and the four records that speak of it (request,
/// register entry, public record, digest index) against each other, and against what the trail says was received.
/// </summary>
internal sealed class CopyRecords(IBlobStore store, CertificationRegister register, PublishedCopies copies, AuditTrail audit) : IExpectedRecords
{
    /// <summary>A copy that no request knows would be one that nobody certified.</summary>
    public IReadOnlyList<string> CompletePrefixes { get; } = [BlobPaths.Copies];

    public async IAsyncEnumerable<string> InFlightAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var prefix in (string[])[BlobPaths.OpenMarkers, BlobPaths.Renewing])
        {
            await foreach (var marker in store.ListAsync(prefix, cancellationToken)) yield return marker[(marker.LastIndexOf('/') + 1)..];
        }
    }

    public async IAsyncEnumerable<ExpectedBlob> ExpectedAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Markers first: what begins later than this look is not held to be finished.
        var open = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var copyId in InFlightAsync(cancellationToken)) open.Add(copyId);

        // Every request, with the digest of its pages as it states them.
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        var registered = new HashSet<string>(StringComparer.Ordinal);
        var published = new HashSet<string>(StringComparer.Ordinal);
        var renewed = new List<ExpectedBlob>();
        await foreach (var path in store.ListAsync(BlobPaths.Requests, cancellationToken))
        {
            var request = (await store.ReadRequiredJsonAsync<CopyRequest>(path, cancellationToken)).Value;
            if (path != BlobPaths.Request(request.Agency, request.CopyId)) throw new IntegrityException(path, "stands in another request's place");
            var pages = ScanDigest.Of([.. request.Files.Select(file => Convert.FromHexString(file.Sha256))]);
            if (request.ScanDigest is not null && request.ScanDigest != pages) throw new IntegrityException(path, "scan digest differs from its pages");
            known[request.CopyId] = pages;
            foreach (var file in request.Files) yield return new ExpectedBlob(file.Path, file.Sha256, path);
            if (request.Issued is not { } issued) continue;
            registered.Add(request.CopyId);
            yield return new ExpectedBlob(issued.Path, issued.Sha256, path);
            published.Add(BlobPaths.PublicRecord(request.VerificationCode));
            var record = await RequirePublishedAsync(path, request, issued, cancellationToken);
            foreach (var version in record.Versions)
            {
                published.Add(BlobPaths.DigestIndex(version.Sha256));
                if (version.Version == 1) continue;
                renewed.Add(new ExpectedBlob(BlobPaths.Copy(request.Agency, request.CopyId, version.Version), version.Sha256, BlobPaths.PublicRecord(record.Code)));
                yield return renewed[^1];
            }
        }

        var vouched = new HashSet<(string Path, string Sha256)>();
        await RequireRequestsAsync(known, registered, open, vouched, cancellationToken);
        foreach (var version in renewed) await RequireVouchedAsync(version, vouched, cancellationToken);
        await RequireNothingElsePublishedAsync(published, cancellationToken);
    }

    private async Task<PublicRecord> RequirePublishedAsync(string path, CopyRequest request, IssuedCopy issued, CancellationToken cancellationToken)
    {
        if (request.Reservation is not { Number: { } number } reservation || !RegisterBook.TryParse(reservation.Book, out var book))
            throw new IntegrityException(path, "issued without a number");
        var entry = await register.FindAsync(request.Agency, book, number, cancellationToken);
        if (entry is null || entry.CopyId != request.CopyId || entry.State is not RegisterState.Issued || entry.Sha256 != issued.Sha256
            || entry.Document != request.Title || entry.Requester != request.Requester)
            throw new IntegrityException(path, $"differs from number {number} of {book.Name}");

        var publicPath = BlobPaths.PublicRecord(request.VerificationCode);
        var record = (await copies.FindAsync(request.VerificationCode, cancellationToken) ?? throw new IntegrityException(publicPath, "is missing")).Record;
        if (record.Code != request.VerificationCode || record.Book != book.Name || !record.AgreesWith(entry) || record.Versions[0].Length != issued.Length)
            throw new IntegrityException(publicPath, $"differs from number {number} of {book.Name}");
        foreach (var version in record.Versions)
        {
            var indexPath = BlobPaths.DigestIndex(version.Sha256);
            if ((await store.ReadRequiredJsonAsync<DigestEntry>(indexPath, cancellationToken)).Value.Code != request.VerificationCode)
                throw new IntegrityException(indexPath, "leads to another copy");
        }

        // A renewal that the public record does not know: put back to an earlier state, unless it is just being entered.
        if (await store.ReadAsync(BlobPaths.Renewal(request.Agency, request.CopyId, record.Versions.Count + 1), cancellationToken) is not null
            && await store.ReadAsync(BlobPaths.RenewingNow(request.Agency, request.CopyId), cancellationToken) is null
            && (await store.ReadRequiredJsonAsync<PublicRecord>(publicPath, cancellationToken)).Value.Versions.Count == record.Versions.Count)
            throw new IntegrityException(publicPath, FormattableString.Invariant($"does not name version {record.Versions.Count + 1}, which was registered"));
        return record;
    }

    /// <summary>
    /// Nothing accepted is lost or exchanged: the trail says what was received and what the official saw, the register what was numbered.
    /// </summary>
    private async Task RequireRequestsAsync(
        Dictionary<string, string> known, HashSet<string> registered, HashSet<string> open, HashSet<(string, string)> vouched, CancellationToken cancellationToken)
    {
        await foreach (var agencyPath in store.ListAsync(BlobPaths.Agencies, cancellationToken))
        {
            var agency = agencyPath[BlobPaths.Agencies.Length..^".json".Length];
            await foreach (var entry in audit.ReadAsync(agency, cancellationToken))
            {
                if (entry.Action == RegisterRenewal.Renewed) vouched.Add((entry.Details[AuditedBlobs.Blob], entry.Details[AuditedBlobs.Sha256]));
                var digest = entry.Action switch
                {
                    "copy-received" => entry.Details.GetValueOrDefault("scan"),
                    "copy-approved" => entry.Details.GetValueOrDefault("digestSeen"),
                    _ => null,
                };
                if (digest is null) continue;
                var path = BlobPaths.Request(agency, entry.Subject);
                if (known.TryGetValue(entry.Subject, out var pages))
                {
                    if (pages != digest) throw new IntegrityException(path, $"its pages are not those of entry {entry.Seq} of the trail ({entry.Action})");
                }
                else if (!open.Contains(entry.Subject) && await store.ReadAsync(path, cancellationToken) is null)
                {
                    throw new IntegrityException(path, "is missing, though it was received");
                }
            }

            await foreach (var book in register.ListBooksAsync(agency, cancellationToken))
            {
                await foreach (var entry in register.ReadBookAsync(agency, book, cancellationToken))
                {
                    if (!known.ContainsKey(entry.CopyId) && await store.ReadAsync(BlobPaths.Request(agency, entry.CopyId), cancellationToken) is null)
                        throw new IntegrityException(BlobPaths.Request(agency, entry.CopyId), $"is missing, though it has number {entry.Number} of {book.Name}");
                    if (entry.State is RegisterState.Issued && !registered.Contains(entry.CopyId)) await RequireRegisteredAsync(agency, book, entry, cancellationToken);
                }
            }
        }
    }

    /// <summary>Later versions stand in no register entry: it is the trail that says that the program made them.</summary>
    private async Task RequireVouchedAsync(ExpectedBlob version, HashSet<(string, string)> vouched, CancellationToken cancellationToken)
    {
        if (vouched.Contains((version.Path, version.Sha256))) return;
        if (version.Path.Split('/') is [_, var agency, var copyId, _] && await store.ReadAsync(BlobPaths.RenewingNow(agency, copyId), cancellationToken) is not null) return;
        throw new IntegrityException(version.Record, $"names {version.Path}, which the trail does not know");
    }

    /// <summary>The register moved on while the requests were read, or the request was put back to an earlier state of itself.</summary>
    private async Task RequireRegisteredAsync(string agency, RegisterBook book, RegisterEntry entry, CancellationToken cancellationToken)
    {
        // The marker first: it goes only after the request says that it is registered.
        if (await store.ReadAsync(BlobPaths.OpenMarker(agency, entry.CopyId), cancellationToken) is not null) return;
        var path = BlobPaths.Request(agency, entry.CopyId);
        if ((await store.ReadRequiredJsonAsync<CopyRequest>(path, cancellationToken)).Value.Issued is null)
            throw new IntegrityException(path, $"is not registered, though number {entry.Number} of {book.Name} is issued: put back to an earlier state");
    }

    /// <summary>A public record or an index that belongs to no registered copy would be a forgery made by writing to the store.</summary>
    private async Task RequireNothingElsePublishedAsync(HashSet<string> published, CancellationToken cancellationToken)
    {
        await foreach (var path in store.ListAsync(BlobPaths.PublicRecords, cancellationToken))
        {
            if (published.Contains(path)) continue;
            var record = (await store.ReadRequiredJsonAsync<PublicRecord>(path, cancellationToken)).Value;
            if (!await IsOwnAsync(record, path, record.Versions is [var first, ..] ? first.Sha256 : null, cancellationToken)) throw new IntegrityException(path, "belongs to no registered copy");
        }

        await foreach (var path in store.ListAsync(BlobPaths.DigestIndexes, cancellationToken))
        {
            if (published.Contains(path)) continue;
            var index = (await store.ReadRequiredJsonAsync<DigestEntry>(path, cancellationToken)).Value;
            // Written before the public record: while that is missing, the copy is still under way, or was just issued.
            var record = (await store.ReadJsonAsync<PublicRecord>(BlobPaths.PublicRecord(index.Code), cancellationToken))?.Value;
            if (record is not null && !await IsOwnAsync(record, BlobPaths.PublicRecord(record.Code), path[BlobPaths.DigestIndexes.Length..^".json".Length], cancellationToken))
                throw new IntegrityException(path, "belongs to no registered copy");
        }
    }

    /// <summary>Whether its request, read now, says the same: published since the requests were walked, or about to be finished.</summary>
    private async Task<bool> IsOwnAsync(PublicRecord record, string path, string? sha256, CancellationToken cancellationToken)
    {
        var request = (await store.ReadJsonAsync<CopyRequest>(BlobPaths.Request(record.Agency, record.CopyId), cancellationToken))?.Value;
        return request is not null && BlobPaths.PublicRecord(request.VerificationCode) == path && (request.Issued is null ? !request.IsFinished : request.Issued.Sha256 == sha256 || await IsRenewalAsync(record, sha256, cancellationToken));
    }

    private async Task<bool> IsRenewalAsync(PublicRecord record, string? sha256, CancellationToken cancellationToken)
    {
        // The next version's index is written before the public record names it.
        for (var version = 2; version <= record.Versions.Count + 1; version++)
        {
            if ((await store.ReadJsonAsync<RenewalRecord>(BlobPaths.Renewal(record.Agency, record.CopyId, version), cancellationToken))?.Value.Sha256 == sha256) return true;
        }

        return false;
    }
}
