namespace ECopy.Signing.Pdf.Reading;

/// <summary>
/// What a reader may spend on one document. Counted, never timed, so that the same file always gives the same answer;
/// the defaults keep any file below about two seconds and 256 MB.
/// </summary>
public sealed record PdfLimits
{
    public static PdfLimits Default { get; } = new();

    /// <summary>Bytes of the file.</summary>
    public long FileBytes { get; init; } = 256L << 20;

    /// <summary>Cross-reference entries over all revisions.</summary>
    public int Objects { get; init; } = 500_000;

    public int Revisions { get; init; } = 256;

    /// <summary>Arrays and dictionaries within each other; also levels of the page tree and of the field tree.</summary>
    public int Depth { get; init; } = 64;

    /// <summary>Decoded bytes of one stream.</summary>
    public int DecodedBytes { get; init; } = 32 << 20;

    /// <summary>Bytes held by parsed objects and open object streams, estimated.</summary>
    public long MemoryBytes { get; init; } = 96L << 20;

    /// <summary>Bytes parsed and decoded during the document's life, the same byte counted each time.</summary>
    public long Work { get; init; } = 192L << 20;
}
