using System.Text.Json;
using System.Text.Json.Serialization;

namespace ECopy.Functions.Hub;

/// <summary>
/// How an outcome travels as the result of an activity. The Functions host throws the text of a failed call away and
/// rewrites dates inside JSON objects, so behind it both outcomes travel as data: a JSON <em>string</em> that holds
/// <c>{"result":…}</c> or <c>{"error":{…}}</c>. The embedded hub stores a result as it is, except one that would be
/// taken for such an envelope. Reading accepts all of these.
/// </summary>
internal static class ActivityEnvelope
{
    private static readonly JsonSerializerOptions Options = new(DataConverter.DefaultOptions())
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>The answer to the Functions host: a JSON string literal holding the envelope.</summary>
    public static string ToHost(ActivityOutcome outcome) => JsonSerializer.Serialize(Wrap(outcome), Options);

    /// <summary>The result of a TaskCompleted event of the embedded hub.</summary>
    public static string? ToHistory(string? result) =>
        TryRead(result, out _) ? Wrap(ActivityOutcome.Completed(result)) : result;

    public static ActivityOutcome FromHistory(string? result) =>
        TryRead(result, out var outcome) ? outcome : ActivityOutcome.Completed(result);

    private static string Wrap(ActivityOutcome outcome) => outcome.Failure is { } failure
        ? $$"""{"error":{{JsonSerializer.Serialize(Failure.From(failure), Options)}}}"""
        : $$"""{"result":{{outcome.Result ?? "null"}}}""";

    private static bool TryRead(string? text, out ActivityOutcome outcome)
    {
        outcome = default;
        // Almost no result begins like an envelope: look before parsing.
        if (text is null || !(text.StartsWith('{') || text.StartsWith('"')) || !MentionsKey(text))
            return false;
        try
        {
            if (text.StartsWith('"'))
                text = JsonSerializer.Deserialize<string>(text)!;
            if (!text.StartsWith('{'))
                return false;
            using var document = JsonDocument.Parse(text);
            var members = document.RootElement.EnumerateObject();
            if (!members.MoveNext())
                return false;
            var only = members.Current;
            if (members.MoveNext())
                return false;
            if (only.NameEquals("result"))
            {
                outcome = ActivityOutcome.Completed(only.Value.ValueKind == JsonValueKind.Null ? null : only.Value.GetRawText());
                return true;
            }
            if (only.NameEquals("error") && only.Value.ValueKind == JsonValueKind.Object
                && only.Value.Deserialize<Failure>(Options) is { Type: not null, Message: not null } failure)
            {
                outcome = ActivityOutcome.Failed(failure.ToDetails());
                return true;
            }
            return false;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool MentionsKey(string text) =>
        text.AsSpan(0, Math.Min(text.Length, 32)).Contains("result", StringComparison.Ordinal)
        || text.AsSpan(0, Math.Min(text.Length, 32)).Contains("error", StringComparison.Ordinal);

    private sealed record Failure(string? Type, string? Message, bool Retriable = true, string? StackTrace = null, Failure? Inner = null)
    {
        public static Failure From(TaskFailureDetails details) => new(
            details.ErrorType,
            details.ErrorMessage,
            !details.IsNonRetriable,
            details.StackTrace,
            details.InnerFailure is null ? null : From(details.InnerFailure));

        public TaskFailureDetails ToDetails() =>
            new(Type ?? "", Message ?? "", StackTrace, Inner?.ToDetails()) { IsNonRetriable = !Retriable };
    }
}
