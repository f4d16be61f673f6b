using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ECopy.Functions.Domain;

namespace ECopy.Functions.Storage;

/// <summary>
/// The one way records are written as JSON: UTF-8, letters unescaped, camelCase, times in UTC.
/// Reading is strict: an unknown, missing or doubled member is a damaged (or a newer) record, and rewriting
/// it would lose what was there. Nulls are written, so every member of a constructor is present.
/// </summary>
internal static class StoredJson
{
    public static readonly JsonSerializerOptions Options = Create();

    public static byte[] Serialize<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, Options);

    /// <exception cref="IntegrityException">Torn, unparsable or of a schema this program does not know.</exception>
    public static T Parse<T>(string path, ReadOnlySpan<byte> content)
        where T : class, IStoredRecord
    {
        T? value;
        try
        {
            value = JsonSerializer.Deserialize<T>(content, Options);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or ArgumentException or FormatException)
        {
            throw new IntegrityException(path, content.IsEmpty ? "is empty" : $"is torn or not the expected JSON ({e.Message})");
        }

        if (value is null)
            throw new IntegrityException(path, "holds no record");
        if (value.Schema < 1 || value.Schema > T.CurrentSchema)
            throw new IntegrityException(path, $"has schema {value.Schema}; this program knows 1 to {T.CurrentSchema}");
        return value;
    }

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(JsonSerializerOptions.Strict)
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            // Vietnamese stays readable in the stored files; they are never put into HTML as they are.
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        options.Converters.Add(new UtcConverter());
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    private sealed class UtcConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetDateTimeOffset().ToUniversalTime();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
    }
}
