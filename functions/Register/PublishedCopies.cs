using ECopy.Functions.Domain;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Register;

/// <summary>A later version of a registered copy, with one more timestamp, at <see cref="BlobPaths.Renewal"/>; create-only.</summary>
internal sealed record RenewalRecord(int Schema, string Agency, string CopyId, int Version, string Sha256, long Length, DateTimeOffset At) : IStoredRecord
{
    public static int CurrentSchema => 1;
}

/// <param name="RegisteredAt">When each of its versions was.</param>
internal sealed record PublishedCopy(PublicRecord Record, IReadOnlyList<DateTimeOffset> RegisteredAt)
{
    public PublicVersion Latest => Record.Versions[^1];

    public PublicVersion? Find(string sha256) => Record.Versions.FirstOrDefault(one => one.Sha256.Equals(sha256, StringComparison.OrdinalIgnoreCase));

    public DateTimeOffset Since(PublicVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return RegisteredAt[version.Version - 1];
    }
}

/// <summary>Reads public records, each held against the register and the renewals: whoever can write only one of them changes no verdict.</summary>
internal sealed class PublishedCopies(IBlobStore store, CertificationRegister register)
{
    /// <summary>Null when nothing is published under the code.</summary>
    /// <exception cref="IntegrityException">What is published is not what is registered.</exception>
    public async Task<PublishedCopy?> FindAsync(string code, CancellationToken cancellationToken)
    {
        var path = BlobPaths.PublicRecord(code);
        var record = (await store.ReadJsonAsync<PublicRecord>(path, cancellationToken))?.Value;
        if (record is null) return null;
        var entry = RegisterBook.TryParse(record.Book, out var book)
            ? await register.FindAsync(record.Agency, book, record.RegisterNumber, cancellationToken)
            : null;
        if (record.Code != code || entry is null || !record.AgreesWith(entry)) throw new IntegrityException(path, "differs from the register");
        var times = new List<DateTimeOffset> { entry.At };
        foreach (var version in record.Versions.Skip(1)) times.Add(await RenewedAtAsync(path, record, version, cancellationToken));
        return new PublishedCopy(record, times);
    }

    private async Task<DateTimeOffset> RenewedAtAsync(string path, PublicRecord record, PublicVersion version, CancellationToken cancellationToken)
    {
        var renewal = (await store.ReadJsonAsync<RenewalRecord>(BlobPaths.Renewal(record.Agency, record.CopyId, version.Version), cancellationToken))?.Value;
        return renewal is not null && renewal.CopyId == record.CopyId && renewal.Version == version.Version && renewal.Sha256 == version.Sha256 && renewal.Length == version.Length
            ? renewal.At
            : throw new IntegrityException(path, FormattableString.Invariant($"names a version {version.Version} that nobody made"));
    }
}
