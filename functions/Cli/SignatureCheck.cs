using System.Globalization;
using System.Text.RegularExpressions;
using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.TrustServices;
using ECopy.Functions.Verify;
using ECopy.Functions.Web;
using ECopy.Signing.Trust;
using ECopy.Signing.Verification;
using ECopy.Signing.Verification.Integrity;
using Microsoft.Extensions.Logging.Abstractions;

namespace ECopy.Functions.Cli;

/// <summary>
/// <c>verify FILE --signatures</c> and <c>--integrity-only</c>: any signed PDF, whatever the register says of it. Signatures:
/// 0 passed · 1 failed · 2 indeterminate or cannot be checked · 3 malformed. Integrity: 0 valid · 1 not valid · 2 unsupported ·
/// 3 malformed or unsigned.
/// </summary>
internal static partial class SignatureCheck
{
    private const int CannotCheck = 2;

    public static bool IsAskedFor(Arguments arguments) => arguments.Option("signatures") is not null || arguments.Option("integrity-only") is not null;

    public static async Task<int> RunAsync(Arguments arguments, string path, Terminal terminal, CancellationToken cancellationToken)
    {
        var integrityOnly = arguments.Option("integrity-only") is not null;
        var at = TimeOf(arguments);
        if (at.IsRejected)
        {
            terminal.Say(at.Rejection!);
            return CommandLine.Usage;
        }

        byte[] file;
        try
        {
            file = await File.ReadAllBytesAsync(path, cancellationToken);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            terminal.Say("file-unreadable", ("file", path));
            return CannotCheck;
        }

        return integrityOnly ? Integrity(arguments, file, terminal) : await SignaturesAsync(arguments, file, at.Value, terminal, cancellationToken);
    }

    // Needs no store, no anchors and no time, so it starts nothing.
    private static int Integrity(Arguments arguments, byte[] file, Terminal terminal)
    {
        var report = SignatureIntegrity.Check(file);
        if (arguments.Json)
        {
            terminal.AnswerJson(IntegrityJson.Of(report, terminal.Culture));
        }
        else
        {
            terminal.Answer($"{SignaturesJson.Name(report.Word)}: {FindingSentences.OfFile(report.Finding, terminal.Culture)}");
            if (report.Finding.Reason.Length > 0) terminal.Answer($"  {report.Finding.Code}: {report.Finding.Reason}");
            foreach (var one in report.Signatures) terminal.Answer($"  {one.Field}: {SignatureJson.FormatOf(one.Format)} · {one.Algorithm} · {one.Coverage} · {one.Finding.Code}");
        }

        return report.Word switch
        {
            IntegrityWord.Valid when report.IsValid => 0,
            IntegrityWord.Unsupported => 2,
            IntegrityWord.Malformed or IntegrityWord.Unsigned => 3,
            _ => 1,
        };
    }

    private static async Task<int> SignaturesAsync(Arguments arguments, byte[] file, DateTimeOffset at, Terminal terminal, CancellationToken cancellationToken)
    {
        var reader = await OpenStoreAsync(arguments, cancellationToken);
        if (reader.IsRejected)
        {
            terminal.Say(reader.Rejection!);
            return CannotCheck;
        }

        await using var store = reader.Value.Reader;
        var anchors = await AnchorsAsync(arguments, store, terminal, cancellationToken);
        if (anchors.IsRejected)
        {
            terminal.Say(anchors.Rejection!);
            return CannotCheck;
        }

        SignedFileReport report;
        try
        {
            report = arguments.Option("online") is null
                ? await new FileValidation(online: null).RunAsync(file, anchors.Value, at, cancellationToken)
                : await OnlineAsync(file, anchors.Value, at, terminal, cancellationToken);
        }
        catch (FormatException setting)
        {
            terminal.Say("revocation-hosts-invalid", ("reason", setting.Message));
            return CannotCheck;
        }

        if (arguments.Json) terminal.AnswerJson(SignaturesJson.Of(report, terminal.Culture));
        else Show(report, terminal);
        return report.Finding switch
        {
            { Word: IntegrityWord.Malformed } => 3,
            { Indication: Indication.TotalPassed } => 0,
            { Indication: Indication.TotalFailed } => 1,
            _ => CannotCheck,
        };
    }

    /// <summary>With the hosts of the settings, as the server has them.</summary>
    private static async Task<SignedFileReport> OnlineAsync(byte[] file, TrustAnchors anchors, DateTimeOffset at, Terminal terminal, CancellationToken cancellationToken)
    {
        var options = TrustServiceOptions.From(Settings.Read());
        if (options.Revocation.Count == 0) terminal.Say("revocation-hosts-none");
        var transport = new HttpRevocationTransport(TrustServiceDoor.Open(), options, NullLogger<HttpRevocationTransport>.Instance);
        return await new FileValidation(new AskedRevocation(transport, TimeProvider.System)).RunAsync(file, anchors, at, cancellationToken);
    }

    private static void Show(SignedFileReport report, Terminal terminal)
    {
        terminal.Answer($"{Verdict(report.Finding)}: {FindingSentences.OfFile(report.Finding, terminal.Culture)}");
        foreach (var one in report.Signatures)
        {
            terminal.Answer($"  {one.Field}: {Verdict(one.Finding)} ({one.Finding.Code}) {FindingSentences.Of(one.Finding, terminal.Culture)}");
            if (one.Finding.Reason.Length > 0) terminal.Answer($"    {one.Finding.Reason}");
            string[] facts = [one.SignerName, one.Algorithm, SignatureJson.FormatOf(one.Format), SignatureJson.LevelOf(one), one.Coverage.ToString(), $"revocation {one.Revocation}"];
            terminal.Answer("    " + string.Join(" · ", facts.Where(fact => fact.Length > 0)));
            terminal.Answer($"    claimed {Time(one.ClaimedTime)} · proven {Time(one.ProvenTime)}");
            foreach (var later in one.Later)
                terminal.Answer($"    revision {later.Revision + 1}: {(later.Forbidden.Count == 0 ? "allowed" : "not allowed: " + later.Forbidden[0].Reason)}");
        }

        foreach (var one in report.Timestamps)
            terminal.Answer($"  {one.Field}: {Time(one.Time)} · {Verdict(one.Finding)} ({one.Finding.Code}) {FindingSentences.Of(one.Finding, terminal.Culture)}");
    }

    private static string Verdict(Finding finding) =>
        finding.SubIndication is SubIndication.None ? Etsi.Name(finding.Indication) : $"{Etsi.Name(finding.Indication)}/{Etsi.Name(finding.SubIndication)}";

    private static string Time(DateTimeOffset? time) => time is { } known ? LocalTime.Of(known).ToString("yyyy-MM-dd HH:mm:sszzz", CultureInfo.InvariantCulture) : "-";

    private sealed record MaybeStore(StoreReader? Reader);

    /// <summary>A store is needed for nothing, and used where there is one.</summary>
    private static async Task<Result<MaybeStore>> OpenStoreAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        if (arguments.Option("trust") is not null) return new MaybeStore(null);
        var opened = await StoreReader.OpenAsync(arguments, witnessed: false, cancellationToken);
        if (opened.Rejection is { } refused) return refused.Code == "data-folder-not-found" ? new MaybeStore(null) : refused;
        return new MaybeStore(opened.Value);
    }

    private static async Task<Result<TrustAnchors>> AnchorsAsync(Arguments arguments, StoreReader? store, Terminal terminal, CancellationToken cancellationToken)
    {
        if (arguments.Option("trust") is { } folder) return TrustFolder.Read(Path.GetFullPath(folder));
        if (store is not null) return await store.Services.GetRequiredService<OfficeDirectory>().TrustAnchorsAsync(cancellationToken);
        terminal.Say("trust-none");
        return TrustAnchors.None;
    }

    // ISO 8601; without an offset it is UTC.
    private static Result<DateTimeOffset> TimeOf(Arguments arguments)
    {
        if (arguments.Option("at") is not { } typed) return TimeProvider.System.GetUtcNow();
        return IsoTime().IsMatch(typed) && DateTimeOffset.TryParse(typed, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? at.ToUniversalTime()
            : new Rejection("usage-invalid-value", "option", "--at");
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?$", RegexOptions.CultureInvariant)]
    private static partial Regex IsoTime();
}

/// <summary>Integrity only, as the command line gives it.</summary>
internal sealed record IntegrityJson(string Word, string Code, string Sentence, string Reason, IReadOnlyList<IntegritySignatureJson> Signatures)
{
    public static IntegrityJson Of(IntegrityReport report, CultureInfo culture) => new(
        SignaturesJson.Name(report.Word),
        report.Finding.Code,
        FindingSentences.OfFile(report.Finding, culture),
        report.Finding.Reason,
        [.. report.Signatures.Select(one => new IntegritySignatureJson(
            one.Field,
            SignaturesJson.Name(one.Finding.Word),
            one.Finding.Code,
            one.Finding.Reason,
            SignatureJson.FormatOf(one.Format),
            one.Algorithm,
            [.. one.Weaknesses.Select(weakness => SignaturesJson.Name(weakness))],
            one.Coverage.ToString(),
            one.ClaimedTime,
            [.. one.Later.Select(LaterJson.Of)]))]);
}

internal sealed record IntegritySignatureJson(
    string Field,
    string Word,
    string Code,
    string Reason,
    string Format,
    string Algorithm,
    IReadOnlyList<string> Weaknesses,
    string Coverage,
    DateTimeOffset? ClaimedTime,
    IReadOnlyList<LaterJson> Later);
