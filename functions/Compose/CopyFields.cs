namespace ECopy.Functions.Compose;

/// <summary>Names of the two signature fields of every copy.</summary>
internal static class CopyFields
{
    public const string Person = "Person";
    public const string Seal = "Seal";
}
