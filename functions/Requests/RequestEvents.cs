using System.Globalization;
using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;

namespace ECopy.Functions.Requests;

/// <summary>
/// What the trail says of a request. Each can be written again from the stored record alone, under the same key: the command writes
/// it first, and the step that takes the command up writes it where a crash came in between.
/// </summary>
internal static class RequestEvents
{
    public static AuditEvent Received(CopyRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new AuditEvent(
            request.Agency,
            request.ReceivedBy,
            "OneStopClerk",
            "copy-received",
            request.CopyId,
            new Dictionary<string, string>
            {
                ["dossier"] = request.DossierCode,
                ["pages"] = request.Files.Count.ToString(CultureInfo.InvariantCulture),
                // So that a page and the request that names it cannot be exchanged together.
                ["scan"] = ScanDigest.Of([.. request.Files.Select(file => Convert.FromHexString(file.Sha256))]),
            },
            $"{request.CopyId}:received");
    }

    public static AuditEvent Decided(CopyRequest request, Decision decision)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(decision);
        return new AuditEvent(
            request.Agency,
            decision.PersonId,
            "Attestor",
            decision.Kind switch
            {
                ReviewDecision.Approved => "copy-approved",
                ReviewDecision.Rejected => "copy-refused",
                _ => "copy-returned",
            },
            request.CopyId,
            new Dictionary<string, string> { ["digestSeen"] = decision.DigestSeen },
            FormattableString.Invariant($"{request.CopyId}:decided:{decision.At.UtcTicks}"));
    }

    public static AuditEvent Stopped(CopyRequest request, StopOrder stop)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(stop);
        return new AuditEvent(
            request.Agency, stop.By, "office", "copy-stopped", request.CopyId, new Dictionary<string, string> { ["code"] = stop.Code }, $"{request.CopyId}:stopped");
    }
}
