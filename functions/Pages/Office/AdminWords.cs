using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using ECopy.Functions.Domain;
using ECopy.Functions.Office;

namespace ECopy.Functions.Pages.Office;

/// <summary>A certificate as the administrator sees it.</summary>
/// <param name="DaysLeft">Whole days from today; negative when it has run out.</param>
/// <param name="InUse">Its holder signs with it.</param>
internal sealed record CertificateRow(OfficeCertificate Stored, string HolderName, string Subject, string Issuer, DateOnly Until, int DaysLeft, bool InUse);

/// <summary>States and dates on the administrator's pages.</summary>
internal static class AdminWords
{
    public const int DaysOfWarning = CertificateWatch.DaysOfWarning;

    public static string Day(DateOnly day) => day.ToString("dd/MM/yyyy", CultureInfo.InvariantCulture);

    public static CertificateRow RowOf(OfficeCertificate stored, Agency agency, IReadOnlyList<Person> persons, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(stored);
        using var certificate = OfficeDirectory.CertificateOf(BlobPaths.Certificate(stored.Agency, stored.Thumbprint), stored.Chain[0]);
        var until = LocalTime.DateOf(certificate.NotAfter.ToUniversalTime());
        var holder = persons.FirstOrDefault(person => person.PersonId == stored.Holder);
        return new CertificateRow(
            stored,
            holder?.FullName ?? agency.FullName,
            certificate.GetNameInfo(X509NameType.SimpleName, false),
            certificate.GetNameInfo(X509NameType.SimpleName, true),
            until,
            until.DayNumber - LocalTime.DateOf(now).DayNumber,
            stored.Thumbprint == (stored.Holder is null ? agency.SealCertificate : holder?.Certificate));
    }

    public static Chip Validity(CertificateRow row, PageTexts text)
    {
        ArgumentNullException.ThrowIfNull(row);
        ArgumentNullException.ThrowIfNull(text);
        string Said(string key) => string.Format(CultureInfo.InvariantCulture, text[key], row.DaysLeft);
        return row.DaysLeft switch
        {
            < 0 => new Chip("bad", "✖", text["admin-certificate-over"]),
            < DaysOfWarning => new Chip("warning", "!", Said("admin-certificate-soon")),
            _ => new Chip("ok", "✔", Said("admin-certificate-good")),
        };
    }

    public static Chip AccountOf(ECopy.Functions.Office.Account? account, DateTimeOffset now, PageTexts text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return account switch
        {
            null => new Chip("waiting", "–", text["admin-account-none"]),
            { Closed: true } => new Chip("bad", "⊘", text["admin-account-closed"]),
            { Password: null } => new Chip("warning", "!", text["admin-account-no-password"]),
            { LockedUntil: { } until } when until > now => new Chip("warning", "!", text["admin-account-failures"]),
            _ => new Chip("ok", "✔", text["admin-account-open"]),
        };
    }

    public static Chip? DelegationOf(Person person, DateOnly today, PageTexts text)
    {
        ArgumentNullException.ThrowIfNull(person);
        ArgumentNullException.ThrowIfNull(text);
        if (person.Delegation is not { } delegation) return null;
        if (delegation.CoversDay(today)) return new Chip("ok", "✔", $"{delegation.Kind} {delegation.Number}");
        return today < delegation.From
            ? new Chip("waiting", "…", string.Format(CultureInfo.InvariantCulture, text["admin-delegation-from"], Day(delegation.From)))
            : new Chip("bad", "✖", text["admin-delegation-over"]);
    }
}
