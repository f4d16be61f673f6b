using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ECopy.TestKit.FunctionsHost;

/// <summary>
/// What the host writes to a function that is not plain HTTP, and what it makes of the answer. An object goes as it is; everything
/// else, texts too, goes as a string that holds JSON text.
/// </summary>
internal static partial class JsonPayload
{
    /// <summary>A text: encoded twice.</summary>
    public static JsonNode Text(string value) => JsonValue.Create(JsonSerializer.Serialize(value));

    /// <summary>JSON text of any kind, null too: as the content of a string.</summary>
    public static JsonNode Raw(string? json) => JsonValue.Create(json ?? "null");

    public static JsonObject Invocation(string function, JsonObject data, JsonObject metadata, DateTimeOffset now)
    {
        metadata["sys"] = new JsonObject
        {
            ["MethodName"] = function,
            ["UtcNow"] = now.ToString("O", CultureInfo.InvariantCulture),
            ["RandGuid"] = Guid.NewGuid().ToString(),
        };
        return new JsonObject { ["Data"] = data, ["Metadata"] = metadata };
    }

    /// <summary>Members of a JSON object that triggers a function are flattened into the metadata, over whatever stood there.</summary>
    public static void Flatten(string? json, JsonObject metadata)
    {
        if (json is null || !json.StartsWith('{') || JsonNode.Parse(json) is not JsonObject members) return;
        foreach (var (name, value) in members) metadata[name] = value is JsonObject ? value.DeepClone() : Raw(value?.ToJsonString());
    }

    /// <summary>
    /// ReturnValue of an answer; false when the answer cannot be read. Member names in any case, and texts that look like a date
    /// of ISO 8601 come back as the host's JSON library prints them again.
    /// </summary>
    public static bool TryReadReturnValue(string body, out JsonNode? value)
    {
        value = null;
        try
        {
            if (JsonNode.Parse(body) is not JsonObject answer) return false;
            value = Reprinted(answer.FirstOrDefault(member => member.Key.Equals("ReturnValue", StringComparison.OrdinalIgnoreCase)).Value);
            return true;
        }
        catch (Exception unreadable) when (unreadable is JsonException or ArgumentException)
        {
            return false;
        }
    }

    private static JsonNode? Reprinted(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.Select(member => KeyValuePair.Create(member.Key, Reprinted(member.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Reprinted)]),
        JsonValue text when text.GetValueKind() is JsonValueKind.String => JsonValue.Create(Reprinted(text.GetValue<string>())),
        _ => node?.DeepClone(),
    };

    /// <summary>Fractions lose their closing zeros, offsets become the host's own, which is UTC.</summary>
    private static string Reprinted(string text)
    {
        if (Date().Match(text) is not { Success: true } match || !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)) return text;
        var zone = match.Groups["zone"].Value;
        var printed = at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture);
        return zone switch { "" => printed, "Z" => printed + "Z", _ => printed + "+00:00" };
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?(?<zone>Z|[+-]\d\d:?\d\d)?$")]
    private static partial Regex Date();
}
