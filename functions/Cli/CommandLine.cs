using System.Globalization;
using ECopy.Functions.Domain;
using ECopy.Functions.Texts;

namespace ECopy.Functions.Cli;

/// <summary>The verbs of the program (DESIGN section 5). Exit codes: see each verb; 64 means the command line itself was wrong.</summary>
internal static class CommandLine
{
    public const int Usage = 64;

    /// <summary>The store did not take or give something now; what was accepted before is not lost.</summary>
    public const int Unavailable = 2;

    public static async Task<int> RunAsync(string[] args, TextWriter answers, TextWriter messages)
    {
        var parsed = Arguments.Parse(args);
        if (parsed.IsRejected)
        {
            new Terminal(answers, messages, ReaderOf(LanguageIn(args))).Say(parsed.Rejection!);
            return Usage;
        }

        var arguments = parsed.Value;
        var terminal = new Terminal(answers, messages, ReaderOf(arguments.Option("lang")));
        try
        {
            return arguments.Verb switch
            {
                "certify" => await CertifyCommand.RunAsync(arguments, terminal, CancellationToken.None),
                "verify" => await VerifyCommand.RunAsync(arguments, terminal, CancellationToken.None),
                "audit" => await AuditCommand.RunAsync(arguments, terminal, CancellationToken.None),
                "init" => await InitCommand.RunAsync(arguments, terminal, CancellationToken.None),
                "agency" => await AgencyCommand.RunAsync(arguments, terminal, CancellationToken.None),
                "person" => await PersonCommand.RunAsync(arguments, terminal, CancellationToken.None),
                "user" => await UserCommand.RunAsync(arguments, terminal, CancellationToken.None),
                "key" => await KeyCommand.RunAsync(arguments, terminal, CancellationToken.None),
                "backup" => await BackupCommand.RunAsync(arguments, terminal, CancellationToken.None),
                "restore" => await RestoreCommand.RunAsync(arguments, terminal, CancellationToken.None),
                "help" => Help(terminal),
                _ when HandlerCommand.GivenPort is { } port => await HandlerCommand.RunAsync(arguments, port, terminal, CancellationToken.None),
                _ => await ServeCommand.RunAsync(arguments, terminal, CancellationToken.None),
            };
        }
        catch (TransientException fault)
        {
            terminal.Say("store-unavailable", ("reason", fault.Message));
            return Unavailable;
        }
        catch (IntegrityException fault)
        {
            terminal.Say("not-clean-start", ("record", fault.Record), ("reason", fault.Reason));
            return 1;
        }
    }

    /// <summary>The language of a command line that could not be understood.</summary>
    private static string? LanguageIn(string[] args) => Array.IndexOf(args, "--lang") is var at and >= 0
        ? args.ElementAtOrDefault(at + 1)
        : Array.Find(args, arg => arg.StartsWith("--lang=", StringComparison.Ordinal))?["--lang=".Length..];

    private static CultureInfo ReaderOf(string? language) =>
        Sentences.Reader(language ?? (CultureInfo.CurrentUICulture.TwoLetterISOLanguageName is "vi" ? "vi" : "en"));

    private static int Help(Terminal terminal)
    {
        terminal.Answer(HelpText.In(terminal.Culture.TwoLetterISOLanguageName));
        return 0;
    }
}
