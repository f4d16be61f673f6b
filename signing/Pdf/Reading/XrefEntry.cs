namespace ECopy.Signing.Pdf.Reading;

internal enum XrefKind : byte
{
    Free,
    InFile,
    InStream,
}

/// <summary>One cross-reference entry (ISO 32000-2, 7.5.4 and 7.5.8.3).</summary>
/// <param name="Position">In the file; the number of the object stream; for a free entry the next free number.</param>
/// <param name="Detail">The generation; the place within the object stream.</param>
internal readonly record struct XrefEntry(int Number, XrefKind Kind, long Position, int Detail)
{
    /// <summary>Annex C.2: the most objects that a reader has to expect.</summary>
    public const int HighestNumber = 8_388_607;

    public const int HighestGeneration = 65_535;

    public int Generation => Kind == XrefKind.InFile ? Detail : 0;
}
