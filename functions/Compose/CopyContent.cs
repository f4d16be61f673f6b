using ECopy.Functions.Layout;
using ECopy.Signing.Pdf.Images;

namespace ECopy.Functions.Compose;

/// <summary>Everything that stands on a copy. The same content gives the same bytes.</summary>
internal sealed record CopyContent
{
    /// <summary>Top left of the statement, one line each: ỦY BAN NHÂN DÂN, XÃ MẪU AN.</summary>
    public required IReadOnlyList<string> AgencyLines { get; init; }

    /// <summary>The agency in running text, for the strip: UBND xã Mẫu An.</summary>
    public required string AgencyName { get; init; }

    /// <summary>Before the date: Xã Mẫu An.</summary>
    public required string Place { get; init; }

    /// <summary>Name of the paper original.</summary>
    public required string Title { get; init; }

    /// <summary>The scans, in order.</summary>
    public required IReadOnlyList<ScanImage> Pages { get; init; }

    /// <summary>Pages of the paper original, as the clerk counted them.</summary>
    public required int OriginalPages { get; init; }

    /// <summary>As printed, at least four digits: 0123.</summary>
    public required string RegisterNumber { get; init; }

    public required string Book { get; init; }

    /// <summary>The date at the reservation, +07:00.</summary>
    public required DateOnly Date { get; init; }

    /// <summary>KT. CHỦ TỊCH / PHÓ CHỦ TỊCH, one line each.</summary>
    public required IReadOnlyList<string> SignerTitle { get; init; }

    public required string SignerName { get; init; }

    /// <summary>As printed, 4-4-4-5.</summary>
    public required string VerificationCode { get; init; }

    /// <summary>What the QR code holds.</summary>
    public required Uri VerifyAddress { get; init; }

    /// <summary>What a person types: the address without scheme and code.</summary>
    public required string VerifyAddressText { get; init; }

    /// <summary>SHA-256 of the scan, 64 hex digits.</summary>
    public required string ScanDigest { get; init; }

    public required bool IsTest { get; init; }

    /// <summary>Stands in the file as its creation time.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Profile approval: no fields are declared, and signatures may be seen in the areas kept for them.</summary>
    public bool Approval { get; init; }

    public StatementWording Wording { get; init; } = StatementWording.Default;
}

/// <summary>A composed copy, both signature fields empty.</summary>
/// <param name="Pdf">The file.</param>
/// <param name="PageCount">Pages of the file, the statement included.</param>
/// <param name="Substituted">Characters that no font has; a square stands in their place.</param>
internal sealed record ComposedCopy(byte[] Pdf, int PageCount, IReadOnlyList<string> Substituted);
