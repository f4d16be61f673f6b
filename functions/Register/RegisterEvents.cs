using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;

namespace ECopy.Functions.Register;

/// <summary>
/// The audit events of the register. Order for their writers: register page, then this event, then the request;
/// the audit compares every entry with the last of its events, so a page put back to an earlier state is found.
/// </summary>
internal static class RegisterEvents
{
    public const string Reserved = "register-reserved";
    public const string Issued = "register-issued";
    public const string Voided = "register-voided";

    /// <summary>The event for the state that the entry is in.</summary>
    public static AuditEvent For(string agency, RegisterBook book, RegisterEntry entry, string actor, string role) =>
        throw new NotSupportedException();
}
