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
        if (string.IsNullOrEmpty(json))
            return DefaultOf(type);
        // A type of its own (object) stays the JSON that it is.
        return JsonSerializer.Deserialize(json, type, options) ?? DefaultOf(type);
    }

    public T? Deserialize<T>(string? json) => (T?)Deserialize(json, typeof(T));

    private static object? DefaultOf(Type type) =>
        type.IsValueType && Nullable.GetUnderlyingType(type) is null ? Activator.CreateInstance(type) : null;
}
