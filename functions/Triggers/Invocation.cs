using System.Text.Json;

namespace ECopy.Functions.Triggers;

/// <summary>What came in is no invocation: 400, and nothing has happened.</summary>
internal sealed class InvocationFormatException(string message) : Exception(message);

/// <summary>
/// What the Functions host sends to a function that is no plain HTTP function: <c>{"Data":{name:value},"Metadata":{…}}</c>.
/// Metadata is not read: members of a trigger's JSON are flattened into it and may overwrite what the host put there.
/// </summary>
internal sealed class Invocation
{
    private readonly JsonElement data;

    private Invocation(JsonElement data) => this.data = data;

    /// <exception cref="InvocationFormatException">Not JSON, or without Data.</exception>
    public static async Task<Invocation> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(body, cancellationToken: cancellationToken);
            if (document.RootElement.ValueKind is JsonValueKind.Object && document.RootElement.TryGetProperty("Data", out var data) && data.ValueKind is JsonValueKind.Object)
                return new Invocation(data.Clone());
        }
        catch (JsonException)
        {
            // Said below.
        }

        throw new InvocationFormatException("the body holds no Data");
    }

    /// <summary>
    /// A binding's value as JSON text. The host writes an object as it is and everything else as a string that holds JSON text.
    /// </summary>
    /// <exception cref="InvocationFormatException">No such binding, or a number where a text belongs.</exception>
    public string JsonOf(string binding)
    {
        if (!data.TryGetProperty(binding, out var value)) throw new InvocationFormatException($"there is no {binding}");
        return value.ValueKind switch
        {
            JsonValueKind.String => TextOf(value),
            JsonValueKind.Object => value.GetRawText(),
            JsonValueKind.Null => "null",
            _ => throw new InvocationFormatException($"{binding} is {value.ValueKind}"),
        };
    }

    /// <summary>A binding's value that is itself a text: encoded twice on the wire.</summary>
    /// <exception cref="InvocationFormatException">Not a text.</exception>
    public string StringOf(string binding)
    {
        var json = JsonOf(binding);
        // A queue's message that happens to be no JSON arrives as it is.
        if (!json.StartsWith('"')) return json;
        try
        {
            return JsonSerializer.Deserialize<string>(json)!;
        }
        catch (JsonException)
        {
            throw new InvocationFormatException($"{binding} is no text");
        }
    }

    public bool Has(string binding) => data.TryGetProperty(binding, out _);

    private static string TextOf(JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, found only when the text is asked for.
            throw new InvocationFormatException("a text is not Unicode");
        }
    }
}
