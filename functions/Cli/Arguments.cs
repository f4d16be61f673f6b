using ECopy.Functions.Domain;

namespace ECopy.Functions.Cli;

/// <summary>A command line taken apart: verb, plain arguments, options. Every verb takes --data, --json and --lang.</summary>
internal sealed record Arguments(string Verb, IReadOnlyList<string> Plain, IReadOnlyDictionary<string, string> Options)
{
    private static readonly Dictionary<string, string[]> OptionsOfVerb = new(StringComparer.Ordinal)
    {
        ["serve"] = ["port", "listen", "public-url", "proxy", "insecure", "witness", "adopt-books", "no-demo"],
        ["certify"] = ["title", "requester", "pages", "out", "public-url", "witness"],
        ["verify"] = ["signatures", "integrity-only", "trust", "at", "online"],
        ["audit"] = ["witness"],
        ["init"] = ["kind", "witness"],
        ["agency"] = ["header", "short", "full", "place", "hotline", "book-suffix", "four-eyes", "automatic-seal", "seal-image", "witness"],
        ["person"] = ["agency", "name", "title", "roles", "delegation", "number", "from", "until", "scope", "left", "signature-image", "witness"],
        ["user"] = ["agency", "person", "name", "witness"],
        ["key"] = ["agency", "person", "seal", "chain", "vault", "service", "user", "algorithm", "from", "until", "witness"],
        ["backup"] = ["out", "with-keys"],
        ["restore"] = ["from", "witness"],
        ["help"] = [],
    };

    private static readonly string[] Common = ["data", "json", "lang"];
    private static readonly string[] Flags = ["json", "adopt-books", "no-demo", "insecure", "seal", "with-keys", "signatures", "integrity-only", "online"];

    public bool Json => Options.ContainsKey("json");

    /// <summary>Absolute; relative paths are the caller's.</summary>
    public string DataFolder => Path.GetFullPath(Options.GetValueOrDefault("data", ".data"));

    public string? Option(string name) => Options.GetValueOrDefault(name);

    /// <summary>Understands <c>--name value</c>, <c>--name=value</c> and <c>--</c>; no verb means serve.</summary>
    public static Result<Arguments> Parse(IReadOnlyList<string> args)
    {
        ArgumentNullException.ThrowIfNull(args);
        var verb = "serve";
        var plain = new List<string>();
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        var onlyPlain = false;
        for (var i = 0; i < args.Count; i++)
        {
            var arg = args[i];
            if (i == 0 && arg is "--help" or "-h") return new Arguments("help", [], options);
            if (onlyPlain || !arg.StartsWith("--", StringComparison.Ordinal))
            {
                if (i == 0) verb = arg;
                else plain.Add(arg);
                continue;
            }

            if (arg == "--")
            {
                onlyPlain = true;
                continue;
            }

            var equals = arg.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? arg[2..] : arg[2..equals];
            if (name == "help") return new Arguments("help", [], options);
            if (Flags.Contains(name)) options[name] = "true";
            else if (equals >= 0) options[name] = arg[(equals + 1)..];
            // An option is not another one's value; a text that begins like one is given as --title=--x.
            else if (i + 1 < args.Count && !args[i + 1].StartsWith("--", StringComparison.Ordinal)) options[name] = args[++i];
            else return new Rejection("usage-missing-value", "option", arg);
        }

        if (!OptionsOfVerb.TryGetValue(verb, out var allowed)) return new Rejection("usage-unknown-verb", "verb", verb);
        foreach (var name in options.Keys)
        {
            if (!allowed.Contains(name) && !Common.Contains(name)) return new Rejection("usage-unknown-option", "option", "--" + name);
        }

        return new Arguments(verb, plain, options);
    }
}
