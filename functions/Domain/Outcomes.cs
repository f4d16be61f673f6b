using System.Text.Json.Serialization;

namespace ECopy.Functions.Domain;

/// <summary>
/// A refusal that is a value: something asked for cannot be done, for a reason its user can act on.
/// <paramref name="Code"/> is stable and goes out in answers; sentences for people are looked up by it.
/// </summary>
[method: JsonConstructor]
public sealed record Rejection(string Code, IReadOnlyDictionary<string, string>? Details = null)
{
    public Rejection(string code, string name, string value)
        : this(code, new Dictionary<string, string> { [name] = value })
    {
    }
}

/// <summary>A value or the reason why there is none.</summary>
public readonly record struct Result<T>
{
    private readonly T? value;

    private Result(T? value, Rejection? rejection)
    {
        this.value = value;
        Rejection = rejection;
    }

    public Rejection? Rejection { get; }

    public bool IsRejected => Rejection is not null;

    /// <summary>The value; throws if rejected, so ask first.</summary>
    public T Value => Rejection is null ? value! : throw new InvalidOperationException($"rejected: {Rejection.Code}");

    public static implicit operator Result<T>(T value) => new(value, null);

    public static implicit operator Result<T>(Rejection rejection) => new(default, rejection);
}

/// <summary>
/// Something stored is not what it must be: a digest differs, an immutable blob has other bytes, the register has a gap.
/// Never retried; raises an alarm and needs a person.
/// </summary>
public sealed class IntegrityException : Exception
{
    public IntegrityException(string record, string reason)
        : base($"{record}: {reason}")
    {
        Record = record;
        Reason = reason;
    }

    public IntegrityException()
        : this("", "")
    {
    }

    public IntegrityException(string message)
        : this("", message)
    {
    }

    public IntegrityException(string message, Exception innerException)
        : base(message, innerException)
    {
        Record = "";
        Reason = message;
    }

    /// <summary>The path of the stored record that is wrong.</summary>
    public string Record { get; }

    /// <summary>What is wrong with it.</summary>
    public string Reason { get; }
}

/// <summary>Something outside did not answer as it should; the hub tries again.</summary>
public sealed class TransientException : Exception
{
    public TransientException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    public TransientException()
    {
    }

    public TransientException(string message)
        : base(message)
    {
    }
}
