using System.Collections;
using System.Globalization;
using System.Resources;
using System.Text.RegularExpressions;
using ECopy.Functions.Pages;
using ECopy.Functions.Texts;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Pages;

/// <summary>Both languages say the same things, and every text that a page asks for is there.</summary>
public sealed partial class PageTextsTests
{
    private static readonly CultureInfo[] Languages = [CultureInfo.InvariantCulture, Sentences.English];

    [Fact]
    public void Both_languages_have_the_same_texts_with_the_same_places()
    {
        foreach (var resources in (ResourceManager[])[PageTexts.Resources, Sentences.Resources])
        {
            var vietnamese = Texts(resources, Languages[0]);
            var english = Texts(resources, Languages[1]);
            Assert.NotEmpty(vietnamese);
            Assert.Equal(vietnamese.Keys.Order(StringComparer.Ordinal), english.Keys.Order(StringComparer.Ordinal));
            foreach (var (key, sentence) in vietnamese)
            {
                Assert.False(string.IsNullOrWhiteSpace(sentence), key);
                Assert.False(string.IsNullOrWhiteSpace(english[key]), key);
                Assert.Equal((key, Places(sentence)), (key, Places(english[key])));
            }
        }
    }

    [Fact]
    public void Every_text_that_a_page_names_is_there_and_none_is_left_over()
    {
        var keys = Texts(PageTexts.Resources, Languages[0]).Keys;
        var source = string.Concat(Directory.EnumerateFiles(Path.Combine(SourceFolder.Root, "functions", "Pages"), "*.cs*", SearchOption.AllDirectories).Select(File.ReadAllText));
        var named = Named().Matches(source).Select(match => match.Groups[1].Value).ToHashSet();
        Assert.NotEmpty(named);
        Assert.Empty(named.Except(keys));
        // Named whole, or as one of a family: text[$"role-{role}"].
        Assert.DoesNotContain(keys, key => !source.Contains($"\"{key}\"", StringComparison.Ordinal)
            && !source.Contains($"$\"{key[..(key.LastIndexOf('-') + 1)]}{{", StringComparison.Ordinal));
    }

    private static string Places(string sentence) => string.Join(' ', Place().Matches(sentence).Select(match => match.Value).Order(StringComparer.Ordinal));

    private static Dictionary<string, string> Texts(ResourceManager resources, CultureInfo culture) =>
        resources.GetResourceSet(culture, createIfNotExists: true, tryParents: false)!.Cast<DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string)entry.Value!, StringComparer.Ordinal);

    [GeneratedRegex("""[tT]ext\["([^"]+)"\]""")]
    private static partial Regex Named();

    [GeneratedRegex(@"\{[a-z0-9]+\}")]
    private static partial Regex Place();
}
