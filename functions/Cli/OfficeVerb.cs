using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Cli;

/// <summary>What <c>agency</c>, <c>person</c>, <c>user</c> and <c>key</c> share. 0 done · 1 refused · 2 not now.</summary>
internal static class OfficeVerb
{
    private const int Refused = 1;

    /// <summary>Runs a change over an owned store and shows the record as it then is; <paramref name="say"/> is for people.</summary>
    public static async Task<int> ChangeAsync<T>(
        Arguments arguments, Terminal terminal, Func<OfficeStore, Task<Result<T>>> change, Func<T, object> json, Func<T, string> say, CancellationToken cancellationToken)
    {
        var opened = await OfficeStore.OpenAsync(arguments, terminal.Say, cancellationToken);
        if (opened.IsRejected) return Say(terminal, opened.Rejection!);
        await using var store = opened.Value;
        var changed = await change(store);
        if (changed.IsRejected) return Say(terminal, changed.Rejection!);
        if (arguments.Json) terminal.AnswerJson(json(changed.Value));
        else terminal.Answer(say(changed.Value));
        return 0;
    }

    /// <summary>Lists beside a running server, too.</summary>
    public static async Task<int> ListAsync<T>(
        Arguments arguments, Terminal terminal, Func<IServiceProvider, Task<Result<IReadOnlyList<T>>>> read, Func<T, object> json, Func<T, string[]> columns, CancellationToken cancellationToken)
    {
        var opened = await StoreReader.OpenAsync(arguments, witnessed: false, cancellationToken);
        if (opened.IsRejected) return Say(terminal, opened.Rejection!);
        await using var reader = opened.Value;
        var rows = await read(reader.Services);
        if (rows.IsRejected) return Say(terminal, rows.Rejection!);
        if (arguments.Json)
        {
            terminal.AnswerJson(rows.Value.Select(json).ToList());
            return 0;
        }

        var lines = rows.Value.Select(columns).ToList();
        foreach (var line in lines)
            terminal.Answer(string.Join("  ", line.Select((text, column) => column == line.Length - 1 ? text : text.PadRight(lines.Max(other => other[column].Length)))));
        return 0;
    }

    /// <summary>The act behind the verb: <c>agency add H99.9.1</c> is add, H99.9.1.</summary>
    public static (string Act, string? Subject) ActOf(Arguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return arguments.Plain switch
        {
            [var act] => (act, null),
            [var act, var subject] => (act, subject),
            _ => ("", null),
        };
    }

    public static int Usage(Terminal terminal, string verb)
    {
        ArgumentNullException.ThrowIfNull(terminal);
        terminal.Say("usage-office-verb", ("verb", verb));
        return CommandLine.Usage;
    }

    public static int Say(Terminal terminal, Rejection rejection)
    {
        ArgumentNullException.ThrowIfNull(terminal);
        ArgumentNullException.ThrowIfNull(rejection);
        terminal.Say(rejection);
        if (rejection.Code.StartsWith("usage-", StringComparison.Ordinal)) return CommandLine.Usage;
        return rejection.Code is "office-through-pages" or "store-in-use" or "data-folder-unusable" or "witness-unusable" ? CommandLine.Unavailable : Refused;
    }

    /// <summary>on or off; null when not given.</summary>
    public static Result<bool?> Switch(Arguments arguments, string option)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return arguments.Option(option) switch
        {
            null => (bool?)null,
            "on" => (bool?)true,
            "off" => (bool?)false,
            _ => new Rejection("usage-invalid-value", "option", "--" + option),
        };
    }

    /// <summary>Lines as they stand on paper: <c>KT. CHỦ TỊCH / PHÓ CHỦ TỊCH</c>.</summary>
    public static IReadOnlyList<string>? Lines(Arguments arguments, string option) => arguments.Option(option)?.Split(" / ", StringSplitOptions.TrimEntries);

    public static async Task<Result<ReadOnlyMemory<byte>>> FileAsync(string? path, long most, CancellationToken cancellationToken)
    {
        if (path is null) return ReadOnlyMemory<byte>.Empty;
        try
        {
            // One byte more than allowed is enough to be refused for its size.
            await using var file = File.OpenRead(path);
            var content = new byte[Math.Min(file.Length, most + 1)];
            await file.ReadExactlyAsync(content, cancellationToken);
            return (ReadOnlyMemory<byte>)content;
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return new Rejection("file-not-found", "file", path);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return new Rejection("file-unreadable", "file", path);
        }
    }

    /// <summary>Puts a picture of the office into the store when one is named.</summary>
    public static async Task<Result<string?>> ImageAsync(OfficeStore store, string agency, OfficeImageKind kind, string? path, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        if (path is null) return (string?)null;
        var file = await FileAsync(path, OfficeImages.MostBytes, cancellationToken);
        if (file.IsRejected) return file.Rejection!;
        var added = await store.Get<OfficeImages>().AddAsync(agency, kind, file.Value, OfficeActor.Operator, cancellationToken);
        return added.IsRejected ? added.Rejection! : (Result<string?>)added.Value;
    }
}
