using System.Globalization;
using ECopy.Functions.Texts;

namespace ECopy.Functions.Cli;

/// <summary>The verbs of the program (DESIGN section 5). Exit codes: see each verb; 64 means the command line itself was wrong.</summary>
internal static class CommandLine
{
    public const int Usage = 64;

    public static async Task<int> RunAsync(string[] args, TextWriter answers, TextWriter messages)
    {
        var parsed = Arguments.Parse(args);
        if (parsed.IsRejected)
        {
            new Terminal(answers, messages, ReaderOf(null)).Say(parsed.Rejection!);
            return Usage;
        }

        var arguments = parsed.Value;
        var terminal = new Terminal(answers, messages, ReaderOf(arguments.Option("lang")));
        using var stop = new CancellationTokenSource();
        return arguments.Verb switch
        {
            "certify" => await CertifyCommand.RunAsync(arguments, terminal, stop.Token),
            "verify" => await VerifyCommand.RunAsync(arguments, terminal, stop.Token),
            "audit" => await AuditCommand.RunAsync(arguments, terminal, stop.Token),
            "help" => Help(terminal),
            _ => await ServeCommand.RunAsync(arguments, terminal, stop.Token),
        };
    }

    private static CultureInfo ReaderOf(string? language) =>
        Sentences.Reader(language ?? (CultureInfo.CurrentUICulture.TwoLetterISOLanguageName is "vi" ? "vi" : "en"));

    private static int Help(Terminal terminal)
    {
        terminal.Answer(
            """
            ecopy: electronic certified copies

              ecopy [serve] [--port 7071] [--public-url URL]
              ecopy certify FILE… --title TEXT [--requester NAME] [--pages N] [--out copy.pdf]   (demo stores)
              ecopy verify FILE|CODE|SHA256
              ecopy audit
              ecopy help

            Everywhere: --data DIR (default .data), --json, --lang vi|en.
            verify: 0 registered and unchanged · 1 changed, withdrawn, replaced, not registered or failed ·
                    2 cannot be checked · 3 malformed file or mistyped code
            audit:  0 clean · 1 a bad record, named · 2 cannot be checked
            """);
        return 0;
    }
}
