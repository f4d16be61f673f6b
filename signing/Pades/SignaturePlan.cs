using ECopy.Signing.Keys;
using ECopy.Signing.Pdf;

namespace ECopy.Signing.Pades;

/// <summary>Everything about one signature that is decided before it is prepared.</summary>
public sealed record SignaturePlan
{
    public required SignatureRole Role { get; init; }

    public required CertificateChain Chain { get; init; }

    public required SignatureAlgorithm Algorithm { get; init; }

    /// <summary>/M: the time that the signer claims; written in +07:00.</summary>
    public required DateTimeOffset ClaimedTime { get; init; }

    /// <summary>/Name: the person or agency.</summary>
    public required string Name { get; init; }

    public string? Reason { get; init; }

    public string? Location { get; init; }

    /// <summary>Adds the form XObject of the visible signature; null leaves the declared (blank) appearance.</summary>
    public Func<IPdfObjectSink, PdfReference>? Appearance { get; init; }

    /// <summary>
    /// Profile approval: the rectangle, in the statement page's units and within its signature areas, where the appearance is seen;
    /// null for a signature that is not seen. Where the fields are declared, they say it.
    /// </summary>
    public IReadOnlyList<double>? Place { get; init; }

    /// <summary>Room in /Contents for a timestamp token added later; 0 at level B-B.</summary>
    public int ReserveForTimestamp { get; init; }

    /// <summary>Bytes for which /Contents is given room; null for exactly the bound of a dry run. Less than that is refused.</summary>
    public int? Capacity { get; init; }
}
