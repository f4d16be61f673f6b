using System.Text.Encodings.Web;
using System.Text.Json;

namespace ECopy.Functions.Hub;

/// <summary>Inputs, outputs, event payloads and custom status are JSON text: camelCase, letters unescaped.</summary>
internal sealed class DataConverter(JsonSerializerOptions? options = null)
{
    private readonly JsonSerializerOptions options = options ?? DefaultOptions();

    public static JsonSerializerOptions DefaultOptions() => new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.Strict,
    };

    /// <returns>Null for null: an absent payload.</returns>
    public string? Serialize(object? value) => value is null ? null : JsonSerializer.Serialize(value, value.GetType(), options);

    /// <exception cref="JsonException">The text is not JSON of that type.</exception>
    public object? Deserialize(string? json, Type type)
    {
        // The Functions host writes an absent payload as null: the two are one, for value types too.
        return string.IsNullOrEmpty(json) || json == "null" ? DefaultOf(type) : JsonSerializer.Deserialize(json, type, options);
    }

    public T? Deserialize<T>(string? json) => (T?)Deserialize(json, typeof(T));

    private static object? DefaultOf(Type type) =>
        type.IsValueType && Nullable.GetUnderlyingType(type) is null ? Activator.CreateInstance(type) : null;
}
