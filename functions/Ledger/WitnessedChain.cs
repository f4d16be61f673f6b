using ECopy.Functions.Domain;

namespace ECopy.Functions.Ledger;

/// <summary>Runs the digest over pages and compares it with the mark where the mark stands.</summary>
internal sealed class WitnessedChain<TEntry>(LedgerBook<TEntry> book, WitnessMark? mark, byte[] start)
    where TEntry : class, ILedgerEntry
{
    private StoredPage<TEntry>? last;
    private int lastNumber;
    private bool met = mark is null or { Number: 0 };

    /// <summary>Digest up to the last page added.</summary>
    public byte[] Before { get; private set; } = start;

    public byte[] Digest { get; private set; } = start;

    public void Add(StoredPage<TEntry> page)
    {
        last = page;
        Before = Digest;
        foreach (var entry in page.Content.Entries)
        {
            Digest = book.DigestAfter(Digest, entry);
            lastNumber = entry.Number;
            if (entry.Number != mark?.Number)
                continue;
            met = true;
            if (Convert.ToHexStringLower(Digest) != mark.Digest)
                throw new IntegrityException(page.Path, $"differs from what the witness saw up to number {mark.Number}");
        }
    }

    /// <summary>After the last page.</summary>
    public void Complete()
    {
        if (met)
            return;
        if (last is null || last.Content.Page < mark!.Page)
            throw new IntegrityException(book.PathOf(mark!.Page), $"is missing; the witness saw it with number {mark.Number}: removed, or restored from a backup");
        throw new IntegrityException(last.Path, lastNumber < mark.Number
            ? $"ends at number {lastNumber}; the witness saw number {mark.Number}: cut off, or restored from a backup"
            : $"does not hold number {mark.Number} where the witness saw it");
    }
}
