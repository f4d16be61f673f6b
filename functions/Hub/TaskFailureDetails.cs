using System.Buffers;
using P = ECopy.Functions.Hub.Protocol;

namespace ECopy.Functions.Hub;

/// <summary>Why a task failed, as it is kept in the history.</summary>
/// <param name="ErrorType">The full name of the exception's type.</param>
internal sealed record TaskFailureDetails(
    string ErrorType, string ErrorMessage, string? StackTrace = null, TaskFailureDetails? InnerFailure = null)
{
    private const int LongestStackTrace = 4000;

    private static readonly SearchValues<char> PlainName =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._");

    /// <summary>No retry policy applies: trying again cannot help.</summary>
    public bool IsNonRetriable { get; init; }

    /// <summary>Whether the failure was a <typeparamref name="T"/> or something derived from it.</summary>
    public bool IsCausedBy<T>()
        where T : Exception
    {
        if (ErrorType == typeof(T).FullName || ErrorType == typeof(T).Name)
            return true;
        // Only plain names are looked up: generic ones would make the loader parse whatever a message says.
        if (ErrorType.AsSpan().ContainsAnyExcept(PlainName))
            return false;
        foreach (var assembly in AppDomain.CurrentDomain.GetAssemblies())
            if (assembly.GetType(ErrorType, throwOnError: false) is { } type && typeof(T).IsAssignableFrom(type))
                return true;
        return false;
    }

    internal static TaskFailureDetails From(Exception exception, Func<Exception, bool> isNonRetriable)
    {
        var inner = exception switch
        {
            TaskFailedException failed => failed.FailureDetails,
            { InnerException: { } cause } => From(cause, isNonRetriable),
            _ => null,
        };
        var stackTrace = exception.StackTrace;
        if (stackTrace?.Length > LongestStackTrace)
            stackTrace = stackTrace[..LongestStackTrace];
        return new(exception.GetType().FullName ?? exception.GetType().Name, exception.Message ?? "", stackTrace, inner)
        {
            // What no retry could help in a task cannot be helped by running its orchestrator again.
            IsNonRetriable = isNonRetriable(exception) || exception is TaskFailedException { FailureDetails.IsNonRetriable: true },
        };
    }

    internal static TaskFailureDetails From(P.TaskFailureDetails? wire) =>
        wire is null
            ? new("Unknown", "The task failed without details.")
            : new(wire.ErrorType, wire.ErrorMessage, wire.StackTrace, wire.InnerFailure is null ? null : From(wire.InnerFailure))
            {
                IsNonRetriable = wire.IsNonRetriable,
            };

    internal P.TaskFailureDetails ToWire() => new()
    {
        ErrorType = ErrorType,
        ErrorMessage = ErrorMessage,
        StackTrace = StackTrace,
        InnerFailure = InnerFailure?.ToWire(),
        IsNonRetriable = IsNonRetriable,
    };
}
