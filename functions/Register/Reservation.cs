using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;

namespace ECopy.Functions.Register;

/// <summary>One request's way into a book; run anew on every conflict, so it looks for its own number first.</summary>
internal sealed class Reservation(ReserveRequest request, TimeProvider time)
{
    /// <summary>Set once the books of earlier years are shut.</summary>
    public bool MayBegin { get; set; }

    /// <summary>A book of a later year exists.</summary>
    public bool Superseded { get; set; }

    /// <summary>Null when this would be the book's first number and it may not be begun yet.</summary>
    public Result<ReserveOutcome>? Try(LedgerView<RegisterEntry> view)
    {
        var own = view.Entries.FirstOrDefault(entry => entry.CopyId == request.CopyId && entry.Approval == request.Approval);
        if (own is not null)
            return Answer(new ReserveOutcome.Reserved(own));

        // "Closed" is only ever said of a book that is shut: otherwise an attempt still under way could come in
        // behind the answer, and the request would hold a number in two books.
        if (Superseded || request.Date.Year > request.Book.Year)
            view.Shut();
        if (view.IsShut)
            return new Rejection("register-book-closed", "book", request.Book.Name);

        var first = new DateOnly(request.Book.Year, 1, 1);
        var bookDate = view.Last?.Date ?? first;
        if (request.Date < bookDate)
            return Answer(new ReserveOutcome.Wait(bookDate, LocalTime.StartOf(bookDate)));
        if (view.Last is null && !MayBegin)
            return null;

        var entry = new RegisterEntry(
            (view.Last?.Number ?? 0) + 1, RegisterState.Reserved, request.CopyId, request.Approval, request.Date,
            request.Document, request.Requester, request.Signer, request.Copies, request.Pages, request.Fee,
            Sha256: null, Reason: null, time.GetUtcNow());
        view.Append(entry);
        return Answer(new ReserveOutcome.Reserved(entry));
    }

    private static Result<ReserveOutcome> Answer(ReserveOutcome outcome) => outcome;
}
