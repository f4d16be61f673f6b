using System.Text;
using System.Text.RegularExpressions;

namespace ECopy.Functions.Tests.Infra;

/// <summary>
/// As much of a Bicep file as can be checked without its compiler: what is declared, what is used, what a module is given.
/// </summary>
internal sealed partial class BicepFile
{
    public BicepFile(string name, string text)
    {
        Name = name;
        Text = text;
        Code = CodeOf(text);
        Parameters = [.. Parameter().Matches(Code).Select(match => match.Groups[1].Value)];
        Variables = [.. Variable().Matches(Code).Select(match => match.Groups[1].Value)];
        Outputs = [.. Output().Matches(Code).Select(match => match.Groups[1].Value)];
        Resources = [.. Resource().Matches(text).Select(match => (match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value))];
        Existing = [.. Resource().Matches(text).Where(match => match.Groups[4].Success).Select(match => match.Groups[1].Value)];
        Modules = [.. Module().Matches(text).Select(match => new BicepModule(match.Groups[1].Value, match.Groups[2].Value, [.. Given().Matches(match.Value).Select(given => given.Groups[1].Value)]))];
        Loops = [.. Loop().Matches(Code).Select(match => match.Groups[1].Value + match.Groups[2].Value).Distinct()];
    }

    public string Name { get; }

    public string Text { get; }

    /// <summary>Without comments and without what stands in strings; what is computed inside a string stays.</summary>
    public string Code { get; }

    public IReadOnlyList<string> Parameters { get; }

    public IReadOnlyList<string> Variables { get; }

    public IReadOnlyList<string> Outputs { get; }

    public IReadOnlyList<(string Symbol, string Type, string Version)> Resources { get; }

    public IReadOnlyList<string> Existing { get; }

    public IReadOnlyList<BicepModule> Modules { get; }

    /// <summary>What loops and lambdas call their item.</summary>
    public IReadOnlyList<string> Loops { get; }

    /// <summary>Names that the file uses: no members (after a dot), no property names, no declarations.</summary>
    public IEnumerable<string> Used()
    {
        foreach (var line in Code.Split('\n'))
        {
            var rest = Declaration().Replace(line, "");
            rest = PropertyName().Replace(rest, "");
            foreach (Match match in Word().Matches(rest)) yield return match.Value;
        }
    }

    /// <summary>The lines of a declared list of strings: <c>var NAME = [ 'a' 'b' ]</c>.</summary>
    public IReadOnlyList<string> ListOf(string variable)
    {
        var match = Regex.Match(Text, $@"^var {variable} = \[\n((?:  '[^']*'\n)+)\]", RegexOptions.Multiline);
        return match.Success ? [.. match.Groups[1].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Trim().Trim('\''))] : [];
    }

    /// <summary>Members of a declared object: <c>var NAME = { A: … }</c>.</summary>
    public IReadOnlyDictionary<string, string> ObjectOf(string variable)
    {
        var match = Regex.Match(Text, $@"^var {variable} = [^\n]*\{{\n((?:  [^\n]*\n)+)\}}", RegexOptions.Multiline);
        return Member().Matches(match.Groups[1].Value).ToDictionary(member => member.Groups[1].Value, member => member.Groups[2].Value);
    }

    private static string CodeOf(string text)
    {
        var code = new StringBuilder();
        // Depths of braces at which a computed part of a string ends.
        var inString = new Stack<int>();
        var depth = 0;
        var quoted = false;
        for (var at = 0; at < text.Length; at++)
        {
            var here = text[at];
            if (quoted)
            {
                if (here == '\\') at++;
                else if (here == '\'') quoted = false;
                else if (here == '$' && at + 1 < text.Length && text[at + 1] == '{')
                {
                    at++;
                    inString.Push(depth);
                    quoted = false;
                    code.Append(' ');
                }

                continue;
            }

            if (here == '/' && at + 1 < text.Length && text[at + 1] == '/')
            {
                while (at < text.Length && text[at] != '\n') at++;
                code.Append('\n');
            }
            else if (here == '\'') quoted = true;
            else if (here == '}' && inString.Count > 0 && inString.Peek() == depth)
            {
                inString.Pop();
                quoted = true;
                code.Append(' ');
            }
            else
            {
                depth += here switch { '{' => 1, '}' => -1, _ => 0 };
                code.Append(here);
            }
        }

        return code.ToString();
    }

    [GeneratedRegex(@"^param (\w+) \w+", RegexOptions.Multiline)]
    private static partial Regex Parameter();

    [GeneratedRegex(@"^var (\w+) =", RegexOptions.Multiline)]
    private static partial Regex Variable();

    [GeneratedRegex(@"^output (\w+) \w+ =", RegexOptions.Multiline)]
    private static partial Regex Output();

    [GeneratedRegex(@"^resource (\w+) '([^'@]+)@([^']+)' (existing )?=", RegexOptions.Multiline)]
    private static partial Regex Resource();

    [GeneratedRegex(@"^module (\w+) '([^']+)' = .*\{\n(?:(?!\}).*\n)*\}", RegexOptions.Multiline)]
    private static partial Regex Module();

    [GeneratedRegex(@"(?<=  params: \{\n(?:    .*\n)*)    (\w+): ")]
    private static partial Regex Given();

    [GeneratedRegex(@"\[for (\w+) in |\b(\w+) => ")]
    private static partial Regex Loop();

    [GeneratedRegex(@"^(?:param \w+ \w+|var \w+ =|output \w+ \w+ =|resource \w+ +(?:existing )?=|module \w+ +=|targetScope =|using)")]
    private static partial Regex Declaration();

    [GeneratedRegex(@"^\s*\w+:(?= |$)")]
    private static partial Regex PropertyName();

    [GeneratedRegex(@"(?<![\w.@])[A-Za-z_]\w*")]
    private static partial Regex Word();

    [GeneratedRegex(@"^  (\w+): (.*)$", RegexOptions.Multiline)]
    private static partial Regex Member();
}

/// <param name="Given">Names under params.</param>
internal sealed record BicepModule(string Symbol, string Path, IReadOnlyList<string> Given);
