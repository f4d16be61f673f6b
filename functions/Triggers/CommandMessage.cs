using System.Text.Json;
using ECopy.Functions.Domain;

namespace ECopy.Functions.Triggers;

/// <summary>
/// "Look at this request": what stands in the command queue. Which attempt, and whether there is anything to do at all, is asked of
/// the store when it is read.
/// </summary>
/// <param name="Event">Null: see that it is started.</param>
internal sealed record CommandMessage(int Schema, string Agency, string CopyId, string? Event)
{
    public const int CurrentSchema = 1;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static CommandMessage Of(CopyRequest request, string? eventName)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new CommandMessage(CurrentSchema, request.Agency, request.CopyId, eventName);
    }

    public string Write() => JsonSerializer.Serialize(this, Json);

    /// <summary>Null for anything that this program would not have written.</summary>
    public static CommandMessage? Read(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<CommandMessage>(text, Json) is { Schema: CurrentSchema, Agency.Length: > 0, CopyId.Length: > 0 } message ? message : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
