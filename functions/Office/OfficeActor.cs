namespace ECopy.Functions.Office;

/// <summary>Who changes the office's records: an administrator on the pages, or whoever runs the program.</summary>
internal sealed record OfficeActor(string Id, string Role)
{
    public static readonly OfficeActor Operator = new("operator", "operator");

    public static OfficeActor Of(Caller caller)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return new OfficeActor(caller.PersonId, nameof(OfficeRole.AgencyAdmin));
    }
}

/// <summary>An act upon the office's records, as the trail names it.</summary>
/// <param name="Agency">Whose trail; the store's own for what belongs to no agency.</param>
/// <param name="Subject">A code or an id, never a name.</param>
internal sealed record OfficeAct(OfficeActor Actor, string Agency, string Action, string Subject)
{
    /// <summary>The trail of what the whole store shares: no agency's code can be this.</summary>
    public const string Store = "store";
}
