using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ECopy.Functions.Texts;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Web;

/// <summary>Every code that can reach a person has a sentence in both languages.</summary>
public sealed partial class SentenceTests
{
    private static readonly string Functions = Path.Combine(SourceFolder.Root, "functions");

    [Fact]
    public void Both_languages_have_the_same_codes_and_the_same_places_to_fill()
    {
        var vietnamese = Read("Sentences.resx");
        var english = Read("Sentences.en.resx");
        Assert.Equal(vietnamese.Keys.Order(), english.Keys.Order());
        Assert.All(vietnamese, one => Assert.Equal(Places(one.Value), Places(english[one.Key])));
        Assert.All(vietnamese.Values.Concat(english.Values), sentence => Assert.False(string.IsNullOrWhiteSpace(sentence)));
    }

    [Fact]
    public void Every_code_in_the_program_has_a_sentence_in_both_languages()
    {
        var codes = Sources("functions").SelectMany(text => Code().Matches(text))
            .Concat(Sources("functions/Web").SelectMany(text => TableCode().Matches(text)))
            .Select(match => match.Groups[1].Value)
            .ToHashSet(StringComparer.Ordinal);
        // The reading of these forms is known to work: a pattern that finds nothing would pass for ever.
        Assert.Superset(new HashSet<string> { "copy-not-found", "not-an-attestor", "token-missing", "store-busy", "usage-missing-value", "data-folder", "token-invalid", "not-a-clerk" }, codes);
        Assert.All(codes, HasSentences);
    }

    [Fact]
    public void Every_reason_to_refuse_a_picture_has_a_sentence_in_both_languages()
    {
        var codes = Sources("signing").SelectMany(text => ImageCode().Matches(text).Select(match => match.Value.Trim('"'))).ToHashSet(StringComparer.Ordinal);
        Assert.Contains("image-empty", codes);
        Assert.All(codes, HasSentences);
    }

    private static void HasSentences(string code)
    {
        foreach (var culture in (CultureInfo[])[Sentences.Vietnamese, Sentences.English])
            Assert.True(Sentences.Resources.GetString(code, culture) is { Length: > 0 }, $"{code} has no sentence in {culture.Name}");
    }

    private static IEnumerable<string> Sources(string project) => Directory
        .EnumerateFiles(Path.Combine(SourceFolder.Root, project), "*.cs", SearchOption.AllDirectories)
        .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal) && !path.Contains("/node_modules/", StringComparison.Ordinal))
        .Select(File.ReadAllText);

    private static Dictionary<string, string> Read(string file) =>
        XDocument.Load(Path.Combine(Functions, "Texts", file)).Root!.Elements("data").ToDictionary(row => (string)row.Attribute("name")!, row => (string)row.Element("value")!);

    private static IEnumerable<string> Places(string sentence) => Place().Matches(sentence).Select(match => match.Value).Distinct().Order();

    /// <summary>Where codes are written: rejections, what the terminal says.</summary>
    [GeneratedRegex("""(?:new Rejection\(|Rejected\(|\.Say\(|Sentences\.Of\()[^"\n]*?"([a-z]+(?:-[a-z]+)+)\x22""")]
    private static partial Regex Code();

    /// <summary>The tables of the web: by status, by policy, by choice.</summary>
    [GeneratedRegex("""(?:=> \(|\], |=> |\? |: )"([a-z]+(?:-[a-z]+)+)"[,);\s]""")]
    private static partial Regex TableCode();

    [GeneratedRegex("\"image-[a-z-]+\"")]
    private static partial Regex ImageCode();

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex Place();
}
