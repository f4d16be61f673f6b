using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;

namespace ECopy.Functions.Register;

internal enum RegisterState
{
    Reserved,
    Issued,
    Void,
}

internal sealed record RegisterSigner(string Name, string Title);

/// <summary>
/// One number of the certification register. Everything but <see cref="State"/>, <see cref="Sha256"/>,
/// <see cref="Reason"/> and <see cref="At"/> is written at reservation and never changes.
/// </summary>
/// <param name="Approval">Which approval of that copy request: after a void, a later approval takes a new number.</param>
/// <param name="Date">The +07:00 date of the reservation, which the statement shows.</param>
/// <param name="Sha256">Digest of the issued copy; null until then.</param>
/// <param name="Reason">Why it is void; null otherwise.</param>
/// <param name="At">When the entry got its state.</param>
internal sealed record RegisterEntry(
    int Number,
    RegisterState State,
    string CopyId,
    int Approval,
    DateOnly Date,
    string Document,
    string Requester,
    RegisterSigner Signer,
    int Copies,
    int Pages,
    int Fee,
    string? Sha256,
    string? Reason,
    DateTimeOffset At) : ILedgerEntry;

/// <summary>What a number is reserved for. <see cref="FromPage"/> was recorded before the first attempt.</summary>
internal sealed record ReserveRequest(
    string Agency,
    RegisterBook Book,
    int FromPage,
    string CopyId,
    int Approval,
    DateOnly Date,
    string Document,
    string Requester,
    RegisterSigner Signer,
    int Copies,
    int Pages,
    int Fee);

internal abstract record ReserveOutcome
{
    private ReserveOutcome()
    {
    }

    /// <summary>The new entry, or the one that an earlier attempt made, whatever its state is by now.</summary>
    internal sealed record Reserved(RegisterEntry Entry) : ReserveOutcome;

    /// <summary>The clock is behind the book's last date, and dates in a book never decrease. Ask again at <paramref name="Until"/>.</summary>
    internal sealed record Wait(DateOnly BookDate, DateTimeOffset Until) : ReserveOutcome;
}
