using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using ECopy.Functions.Domain;
using ECopy.Functions.Texts;

namespace ECopy.Functions.Cli;

/// <summary>Where answers and progress go: answers to stdout, everything else to stderr.</summary>
internal sealed class Terminal(TextWriter answers, TextWriter messages, CultureInfo culture)
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    public CultureInfo Culture => culture;

    public void Answer(string text) => answers.WriteLine(text);

    public void AnswerJson(object value) => answers.WriteLine(JsonSerializer.Serialize(value, value.GetType(), Indented));

    public void Say(string code, params (string Name, string Value)[] details) =>
        messages.WriteLine(Sentence(code, details));

    public void Say(Rejection rejection) => messages.WriteLine(Sentences.Of(rejection, culture));

    public string Sentence(string code, params (string Name, string Value)[] details) =>
        Sentences.Of(code, culture, details.ToDictionary(detail => detail.Name, detail => detail.Value));
}
