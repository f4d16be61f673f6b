namespace ECopy.Signing.Pades;

/// <summary>Which of the two signatures of a copy.</summary>
public enum SignatureRole
{
    /// <summary>The official's own, which certifies: DocMDP, and a lock on every field but the seal's.</summary>
    Person,

    /// <summary>The agency's, after the person's: a lock on everything.</summary>
    Seal,
}
