namespace ECopy.Signing.Pdf.Reading;

/// <summary>
/// A PDF file and all its revisions. Strict where a lenient reader can be lied to; tolerant of a wrong /Size, of 19-byte
/// cross-reference entries and of revisions that change nothing. Objects are read when asked for, within the limits.
/// Not safe for use by two threads at once.
/// </summary>
public sealed class PdfDocument
{
    private PdfDocument(ReadOnlyMemory<byte> file, PdfLimits limits)
    {
        File = file;
        Limits = limits;
    }

    public ReadOnlyMemory<byte> File { get; }

    public PdfLimits Limits { get; }

    /// <summary>As the header says, such as 1.7.</summary>
    public string HeaderVersion { get; } = "";

    /// <summary>Oldest first; at least one.</summary>
    public IReadOnlyList<PdfRevision> Revisions { get; } = [];

    public PdfRevision Latest => Revisions[^1];

    /// <summary>What follows the last revision's end; white space at best.</summary>
    public ReadOnlyMemory<byte> Trailing => File[(int)Latest.End..];

    /// <exception cref="PdfFormatException">Not a PDF, damaged, encrypted, or beyond the limits.</exception>
    public static PdfDocument Open(ReadOnlyMemory<byte> file, PdfLimits? limits = null) => throw new NotImplementedException();

    /// <summary>The indirect object that begins at this offset, with the places of all its dictionaries.</summary>
    public PdfSource ParseAt(long offset) => throw new NotImplementedException();
}
