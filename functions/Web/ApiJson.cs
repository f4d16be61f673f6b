using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;

namespace ECopy.Functions.Web;

/// <summary>JSON on the wire: names for enumerations, Vietnamese letters as they are.</summary>
internal static class ApiJson
{
    /// <summary>For what comes in: a member that is unknown, missing or null is a mistake to be told of, not to be guessed around.</summary>
    public static readonly JsonSerializerOptions Strict = CreateStrict();

    public static void Configure(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        // A number is a number: the description would say "or a string" otherwise.
        options.NumberHandling = JsonNumberHandling.Strict;
        options.Encoder = JavaScriptEncoder.Create(UnicodeRanges.All);
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
    }

    private static JsonSerializerOptions CreateStrict()
    {
        var options = new JsonSerializerOptions(JsonSerializerOptions.Strict) { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };
        Configure(options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
