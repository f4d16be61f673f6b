using ECopy.Functions.Domain;
using ECopy.Functions.Register;

namespace ECopy.Functions.Cli;

/// <summary><c>audit</c>: 0 clean · 1 the first bad record, named · 2 cannot be checked.</summary>
internal static class AuditCommand
{
    public static async Task<int> RunAsync(Arguments arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        if (arguments.Plain is [var extra, ..])
        {
            terminal.Say("usage-no-argument", ("verb", "audit"), ("option", extra));
            return CommandLine.Usage;
        }

        var place = Settings.Place();
        if (place.IsRejected)
        {
            terminal.Say(place.Rejection!);
            return 2;
        }

        terminal.SayPlace(arguments, place.Value);
        var reader = await StoreReader.OpenAsync(arguments, witnessed: true, cancellationToken);
        if (reader.Rejection is { } refused)
        {
            terminal.Say(refused);
            if (refused.Code != "not-clean-start") return 2;
            // The mark of the store itself, or its witness, is what is bad.
            if (arguments.Json) terminal.AnswerJson(new { verdict = "bad", record = refused.Details!["record"], reason = refused.Details["reason"] });
            return 1;
        }

        await using var opened = reader.Value;
        var report = await opened.Services.GetRequiredService<StoreAudit>().RunAsync(cancellationToken);
        if (arguments.Json)
        {
            terminal.AnswerJson(new { verdict = report.Verdict.ToString().ToLowerInvariant(), record = report.Record, reason = report.Reason, report.RegisterEntries, report.AuditEntries, report.Blobs });
        }
        else
        {
            terminal.Answer(report.Verdict switch
            {
                AuditVerdict.Clean => terminal.Sentence("audit-clean"),
                AuditVerdict.Bad => terminal.Sentence("audit-bad", ("record", report.Record ?? ""), ("reason", report.Reason ?? "")),
                _ => terminal.Sentence("audit-cannot", ("reason", report.Reason ?? "")),
            });
        }

        return (int)report.Verdict;
    }
}
