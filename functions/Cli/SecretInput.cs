using System.Text;
using ECopy.Functions.Domain;

namespace ECopy.Functions.Cli;

/// <summary>
/// Passwords from the terminal without echo, or one line from a pipe. Never an argument: those stand in the history of the shell
/// and in every list of processes.
/// </summary>
internal static class SecretInput
{
    private const int Longest = 1000;

    /// <param name="twice">Ask again where a slip would lock somebody out.</param>
    public static Result<string> Read(Terminal terminal, string prompt, bool twice)
    {
        ArgumentNullException.ThrowIfNull(terminal);
        if (Console.IsInputRedirected)
        {
            using var piped = new StreamReader(Console.OpenStandardInput(), Encoding.UTF8);
            return piped.ReadLine() is { Length: > 0 and <= Longest } line ? line : new Rejection("password-not-given");
        }

        var typed = Ask(terminal.Sentence(prompt));
        if (typed.Length == 0) return new Rejection("password-not-given");
        return twice && Ask(terminal.Sentence("prompt-again")) != typed ? new Rejection("password-differs") : typed;
    }

    private static string Ask(string prompt)
    {
        Console.Error.Write(prompt + " ");
        var typed = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } pressed)
        {
            if (pressed.Key is ConsoleKey.Backspace && typed.Length > 0) typed.Length--;
            else if (!char.IsControl(pressed.KeyChar) && typed.Length < Longest) typed.Append(pressed.KeyChar);
        }

        Console.Error.WriteLine();
        return typed.ToString();
    }
}
