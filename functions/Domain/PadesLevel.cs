namespace ECopy.Functions.Domain;

/// <summary>How far the signatures of an agency's copies go (ETSI EN 319 142-1, 6), from less to more.</summary>
internal enum PadesLevel
{
    /// <summary>Signatures alone.</summary>
    BaselineB,

    /// <summary>Each with a timestamp.</summary>
    BaselineT,

    /// <summary>And with everything that is needed to validate them later.</summary>
    BaselineLT,

    /// <summary>And with a timestamp over all of it, which can be renewed.</summary>
    BaselineLTA,
}
