using System.Globalization;
using ECopy.Functions.Domain;
using ECopy.Functions.Texts;
using ECopy.Functions.Verify;
using ECopy.Functions.Web;

namespace ECopy.Functions.Cli;

/// <summary>
/// <c>verify FILE|CODE|SHA256</c>. 0 registered and unchanged, signatures passed (also an older preservation version, a
/// registered code or digest) · 1 changed, withdrawn, replaced, not registered or failed · 2 cannot be checked, or
/// indeterminate · 3 malformed file or mistyped code.
/// </summary>
internal static class VerifyCommand
{
    private const int CannotCheck = 2;
    private static readonly string[] OfSignatures = ["trust", "at", "online"];

    public static async Task<int> RunAsync(Arguments arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        if (arguments.Plain is not [var subject])
        {
            terminal.Say("usage-one-argument", ("verb", "verify"));
            return CommandLine.Usage;
        }

        if (SignatureCheck.IsAskedFor(arguments)) return await SignatureCheck.RunAsync(arguments, subject, terminal, cancellationToken);
        if (Array.Find(OfSignatures, option => arguments.Option(option) is not null) is { } alone)
        {
            terminal.Say("usage-needs-signatures", ("option", "--" + alone));
            return CommandLine.Usage;
        }

        var reader = await StoreReader.OpenAsync(arguments, witnessed: false, cancellationToken);
        if (reader.IsRejected)
        {
            terminal.Say(reader.Rejection!);
            return CannotCheck;
        }

        await using var opened = reader.Value;
        Verdict verdict;
        try
        {
            verdict = await VerifyAsync(opened.Services.GetRequiredService<VerifyCopy>(), subject, cancellationToken);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            terminal.Say("file-unreadable", ("file", subject));
            return CannotCheck;
        }

        Show(arguments, verdict, terminal);
        return ExitCode(verdict);
    }

    /// <summary>A file that exists is a file; 64 hex digits are a digest; anything else is a code.</summary>
    private static async Task<Verdict> VerifyAsync(VerifyCopy verify, string subject, CancellationToken cancellationToken)
    {
        if (File.Exists(subject)) return await verify.ByFileAsync(await File.ReadAllBytesAsync(subject, cancellationToken), cancellationToken);
        return subject.Length == 64 && subject.All(char.IsAsciiHexDigit)
            ? await verify.ByDigestAsync(subject, cancellationToken)
            : await verify.ByCodeAsync(subject, cancellationToken);
    }

    /// <summary>The register decides first; signatures can only take away.</summary>
    internal static int ExitCode(Verdict verdict) => verdict.Kind switch
    {
        VerdictKind.Mistyped => 3,
        VerdictKind.CannotCheck => CannotCheck,
        VerdictKind.NotRegistered when verdict.Signatures is SignaturesVerdict.Malformed => 3,
        VerdictKind.Unchanged or VerdictKind.NewerVersion or VerdictKind.CodeOnly => verdict.Signatures switch
        {
            SignaturesVerdict.NotAsked or SignaturesVerdict.Passed => 0,
            SignaturesVerdict.Indeterminate => CannotCheck,
            _ => 1,
        },
        _ => 1,
    };

    private static void Show(Arguments arguments, Verdict verdict, Terminal terminal)
    {
        if (arguments.Json)
        {
            terminal.AnswerJson(VerdictJson.Of(verdict, terminal.Culture));
            return;
        }

        terminal.Answer(verdict is { Kind: VerdictKind.NotRegistered, Signatures: SignaturesVerdict.Malformed }
            ? terminal.Sentence("verdict-malformed")
            : VerdictSentences.Of(verdict, terminal.Culture));
        if (verdict.Copy is { } copy)
        {
            terminal.Answer($"{copy.Issuer} · {copy.RegisterNumber.ToString("0000", CultureInfo.InvariantCulture)} · {copy.Book} · {copy.Date.ToString("dd/MM/yyyy", CultureInfo.InvariantCulture)}");
            terminal.Answer($"{copy.Document} · {copy.OfficialTitle} {copy.OfficialName}");
            if (copy.IsTest) terminal.Answer(terminal.Sentence("demo-store"));
        }

        var signatures = verdict.Signatures switch
        {
            SignaturesVerdict.Passed => verdict.Copy is null ? "signatures-passed-any" : "signatures-passed",
            SignaturesVerdict.Indeterminate => "signatures-indeterminate",
            SignaturesVerdict.Failed => "signatures-failed",
            SignaturesVerdict.Unsigned => "signatures-none",
            _ => null,
        };
        if (signatures is null) return;
        terminal.Answer(terminal.Sentence(signatures));
        foreach (var one in verdict.Report!.Signatures)
            terminal.Answer($"  {one.Field}: {one.SignerName} · {one.Algorithm} · {one.Finding.Code}");
        if (verdict is { Signatures: SignaturesVerdict.Passed, IsRevocationChecked: false }) terminal.Answer(terminal.Sentence("revocation-not-checked"));
    }
}
