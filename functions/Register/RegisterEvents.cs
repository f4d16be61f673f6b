using System.Globalization;
using System.Security.Cryptography;
using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Register;

/// <summary>
/// The audit events of the register. Order for their writers: register page, then this event, then the request, and the
/// open marker last; the audit holds every entry to the event of its state, so a page put back to an earlier state is found.
/// </summary>
internal static class RegisterEvents
{
    public const string Reserved = "register-reserved";
    public const string Issued = "register-issued";
    public const string Voided = "register-voided";
    public const string Book = "book";
    public const string Number = "number";
    public const string Entry = "entry";

    /// <summary>The event for the state that the entry is in; the same entry gives the same event.</summary>
    public static AuditEvent For(string agency, RegisterBook book, RegisterEntry entry, string actor, string role)
    {
        var action = ActionOf(entry.State);
        var number = entry.Number.ToString(CultureInfo.InvariantCulture);
        var details = new Dictionary<string, string>
        {
            [Book] = book.Name,
            [Number] = number,
            ["approval"] = entry.Approval.ToString(CultureInfo.InvariantCulture),
            [Entry] = DigestOf(entry),
        };
        if (entry.Sha256 is not null)
            details["sha256"] = entry.Sha256;
        return new AuditEvent(agency, actor, role, action, entry.CopyId, details, $"{action}:{book.Name}:{number}");
    }

    public static string ActionOf(RegisterState state) => state switch
    {
        RegisterState.Reserved => Reserved,
        RegisterState.Issued => Issued,
        _ => Voided,
    };

    /// <summary>Digest of the whole entry as stored; names in it are covered but not shown.</summary>
    public static string DigestOf(RegisterEntry entry) =>
        Convert.ToHexStringLower(SHA256.HashData(StoredJson.Serialize(entry)));
}
