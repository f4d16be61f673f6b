namespace ECopy.Functions.Hub;

/// <summary>The name of an orchestrator or activity. Names are compared without regard to case.</summary>
internal readonly struct TaskName(string name) : IEquatable<TaskName>
{
    public string Name { get; } = name ?? throw new ArgumentNullException(nameof(name));

    public static implicit operator TaskName(string name) => new(name);

    public static implicit operator string(TaskName name) => name.Name;

    public static bool operator ==(TaskName left, TaskName right) => left.Equals(right);

    public static bool operator !=(TaskName left, TaskName right) => !left.Equals(right);

    public bool Equals(TaskName other) => string.Equals(Name, other.Name, StringComparison.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => obj is TaskName other && Equals(other);

    public override int GetHashCode() => Name is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(Name);

    public override string ToString() => Name;
}
