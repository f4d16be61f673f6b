using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Requests;

namespace ECopy.Functions.Register;

/// <summary>Makes the number of an approval void, if one was taken: register page first, then the trail.</summary>
internal sealed class NumberRelease(CertificationRegister register, AuditTrail audit)
{
    /// <exception cref="IntegrityException">The entry is issued: a copy is out under this number.</exception>
    public async Task RunAsync(CopyRequest request, int approval, string code, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Reservation is not { } reservation || reservation.Approval != approval) return;
        var book = RegisterBook.Parse(reservation.Book);
        // By the register, not by the request: the answer that gave the number may have been lost.
        var entry = await register.FindReservationAsync(request.Agency, book, reservation.FromPage, request.CopyId, approval, cancellationToken);
        if (entry is null) return;

        var voided = await register.VoidAsync(request.Agency, book, entry.Number, request.CopyId, ClosingCodes.VoidReason(code), cancellationToken);
        if (voided.IsRejected)
            throw new IntegrityException(BlobPaths.Request(request.Agency, request.CopyId), $"number {entry.Number} of {book} is issued and cannot be given up");
        await audit.AppendAsync(RegisterEvents.For(request.Agency, book, voided.Value, "system", "system"), request.AuditPage, cancellationToken);
    }
}
