using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Office;
using ECopy.Functions.Requests;

namespace ECopy.Functions.Register;

/// <summary>
/// Takes the next number of the book. Book and starting page are recorded in the request before the first attempt;
/// every attempt searches from there for its own entry, so a lost answer cannot number a copy twice.
/// Order: request (book, page) → register page → audit entry → request (number, date).
/// </summary>
internal sealed class ReserveNumber(
    CopyRequests requests, OfficeDirectory office, CertificationRegister register, AuditTrail audit, StoreTerms terms, TimeProvider clock) : ICopyStep
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(5);

    public async Task<StepOutcome> RunAsync(CopyWork work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        var request = await requests.ForStepAsync(work, cancellationToken);
        if (request is null) return StepOutcome.Superseded;
        if (request.EndsWith(work) is { } end) return StepOutcome.Rejected(end);
        if (request.Reservation is { Number: not null } taken && taken.Approval == work.Approval) return StepOutcome.Done;

        // The approval may have been given on the last day of a delegation; the number is of today.
        var person = await office.PersonAsync(work.Agency, request.Decision!.PersonId, cancellationToken);
        if (person.Delegation is { } delegation && !delegation.CoversDay(LocalTime.DateOf(clock.GetUtcNow()))) return StepOutcome.Rejected("delegation-not-in-force");
        var agency = await office.AgencyAsync(work.Agency, cancellationToken);
        var refusedBook = (string?)null;
        while (true)
        {
            request = await ChooseBookAsync(work, agency, person, refusedBook, cancellationToken);
            if (request is null) return StepOutcome.Superseded;
            var outcome = await register.ReserveAsync(Order(work, request), cancellationToken);
            // A new year's book shut this one. The search through it is final, so nothing of ours is in it.
            if (outcome.IsRejected && refusedBook is null) refusedBook = request.Reservation!.Book;
            // The clock was in the next year for a moment and is back: the old book stays shut, so this waits for the new one's days.
            else if (outcome.IsRejected) return await WaitAsync(work, clock.GetUtcNow() + LookAgain, cancellationToken);
            else if (outcome.Value is ReserveOutcome.Wait wait) return await WaitAsync(work, wait.Until, cancellationToken);
            else return await RecordAsync(work, request, ((ReserveOutcome.Reserved)outcome.Value).Entry, cancellationToken);
        }
    }

    private async Task<CopyRequest?> ChooseBookAsync(CopyWork work, Agency agency, Person person, string? refusedBook, CancellationToken cancellationToken)
    {
        var book = RegisterBook.For(LocalTime.DateOf(clock.GetUtcNow()), terms.BookSuffix(agency.BookSuffix));
        var fromPage = await register.OpenPageAsync(work.Agency, book, cancellationToken);
        return await requests.ChangeAsync(
            work,
            current => current.Reservation is { } earlier && earlier.Approval == work.Approval && earlier.Book != refusedBook
                ? current
                : current with { Reservation = new Domain.Reservation(work.Approval, book.Name, fromPage, person.FullName, person.TitleLines, Level: agency.Policies.Level) },
            cancellationToken);
    }

    private ReserveRequest Order(CopyWork work, CopyRequest request) => new(
        work.Agency,
        RegisterBook.Parse(request.Reservation!.Book),
        request.Reservation.FromPage,
        work.CopyId,
        work.Approval,
        LocalTime.DateOf(clock.GetUtcNow()),
        request.Title,
        request.Requester,
        new RegisterSigner(request.Reservation.SignerName, string.Join(" ", request.Reservation.SignerTitle)),
        Copies: 1,
        request.OriginalPages,
        Fee.ForPages(request.OriginalPages));

    private async Task<StepOutcome> WaitAsync(CopyWork work, DateTimeOffset until, CancellationToken cancellationToken)
    {
        // Dates in a book never decrease: while the clock is behind, the number waits, and the status page says so.
        const string Code = "clock-behind-book";
        var request = await requests.ChangeAsync(work, current => current with { Waiting = Code }, cancellationToken);
        return request is null ? StepOutcome.Superseded : StepOutcome.WaitUntil(until, Code);
    }

    private async Task<StepOutcome> RecordAsync(CopyWork work, CopyRequest request, RegisterEntry entry, CancellationToken cancellationToken)
    {
        if (entry.State is RegisterState.Void) return StepOutcome.Rejected(request.GivenUp?.Code ?? "number-void");
        var book = RegisterBook.Parse(request.Reservation!.Book);
        await audit.AppendAsync(RegisterEvents.For(work.Agency, book, entry, request.Decision!.PersonId, nameof(OfficeRole.Attestor)), request.AuditPage, cancellationToken);
        var recorded = await requests.ChangeAsync(
            work,
            current => current.Reservation?.Book == book.Name
                ? current with { Waiting = null, Reservation = current.Reservation with { Number = entry.Number, Date = entry.Date } }
                : current,
            cancellationToken);
        if (recorded is { IsFinished: false, Reservation: { } kept } && kept.Book == book.Name && kept.Number == entry.Number) return StepOutcome.Done;

        // Overtaken between the register and the request. A later attempt finds this very entry; but where the approval is
        // over, or has gone to another book, nobody will look for it again, and a number must not be left hanging.
        var now = await requests.FindAsync(work.Agency, work.CopyId, cancellationToken);
        if (now is not null && IsAbandoned(now, work, book) && entry.State is RegisterState.Reserved)
        {
            var voided = await register.VoidAsync(work.Agency, book, entry.Number, work.CopyId, ClosingCodes.VoidReason("superseded"), cancellationToken);
            if (!voided.IsRejected)
                await audit.AppendAsync(RegisterEvents.For(work.Agency, book, voided.Value, "system", "system"), now.AuditPage, cancellationToken);
        }

        return StepOutcome.Superseded;
    }

    private static bool IsAbandoned(CopyRequest request, CopyWork work, RegisterBook book) =>
        request.Approval > work.Approval || request.Decision is null || request.IsFinished || request.Reservation?.Book != book.Name;
}
