using ECopy.Functions.Domain;

namespace ECopy.Functions.Office;

/// <summary>Once a day: which certificates in use run out soon. The log is what alarms hang on; pages show it too.</summary>
internal sealed partial class CertificateWatch(OfficeDirectory office, TimeProvider clock, ILogger<CertificateWatch> log)
{
    /// <summary>A new certificate takes its authority weeks.</summary>
    public const int DaysOfWarning = 60;

    private DateOnly? looked;

    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var today = LocalTime.DateOf(clock.GetUtcNow());
        if (looked == today) return;
        foreach (var agency in await office.AgenciesAsync(cancellationToken))
        {
            var persons = await office.PersonsAsync(agency.Code, cancellationToken);
            string?[] used = [agency.SealCertificate, .. persons.Where(person => !person.Inactive && person.Has(OfficeRole.Attestor)).Select(person => person.Certificate)];
            foreach (var thumbprint in used.OfType<string>().Distinct())
            {
                if (await office.FindCertificateAsync(agency.Code, thumbprint, cancellationToken) is not { } stored) continue;
                using var certificate = OfficeDirectory.CertificateOf(BlobPaths.Certificate(agency.Code, thumbprint), stored.Chain[0]);
                var days = LocalTime.DateOf(certificate.NotAfter.ToUniversalTime()).DayNumber - today.DayNumber;
                // By its thumbprint: a person's name does not belong into a log.
                if (days < DaysOfWarning) LogEnding(thumbprint[..12], stored.Holder is null ? "seal" : "person", agency.Code, days);
            }
        }

        looked = today;
    }

    [LoggerMessage(EventId = 501, Level = LogLevel.Warning, Message = "Certificate {Thumbprint} ({Kind}) of agency {Agency} ends in {Days} days")]
    private partial void LogEnding(string thumbprint, string kind, string agency, int days);
}
