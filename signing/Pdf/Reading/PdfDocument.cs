using System.Text;

namespace ECopy.Signing.Pdf.Reading;

/// <summary>
/// A PDF file and all its revisions. Strict where a lenient reader can be lied to; tolerant of a wrong /Size, of 19-byte
/// cross-reference entries and of revisions that change nothing. Objects are read when asked for, within the limits.
/// Not safe for use by two threads at once.
/// </summary>
public sealed class PdfDocument
{
    private readonly ObjectStore store;

    private PdfDocument(ReadOnlyMemory<byte> file, string version, List<RevisionPart> parts, ReadBudget budget)
    {
        File = file;
        HeaderVersion = version;
        var history = new XrefHistory();
        store = new ObjectStore(file, history, parts, budget);
        var revisions = new List<PdfRevision>();
        foreach (var part in parts)
        {
            var (defined, freed) = history.Add(part, revisions.Count);
            revisions.Add(new PdfRevision(this, store, revisions.Count, part, defined, freed, history.NextNumber));
        }

        Revisions = revisions;
    }

    public ReadOnlyMemory<byte> File { get; }

    public PdfLimits Limits => store.Budget.Limits;

    /// <summary>As the header says, such as 1.7.</summary>
    public string HeaderVersion { get; }

    /// <summary>Oldest first; at least one.</summary>
    public IReadOnlyList<PdfRevision> Revisions { get; }

    public PdfRevision Latest => Revisions[^1];

    /// <summary>What follows the last revision's end; white space at best.</summary>
    public ReadOnlyMemory<byte> Trailing => File[(int)Latest.End..];

    /// <summary>What reading has cost so far, in the units of <see cref="PdfLimits.Work"/>.</summary>
    public long Worked => store.Budget.Worked;

    /// <exception cref="PdfFormatException">Not a PDF, damaged, encrypted, or beyond the limits.</exception>
    public static PdfDocument Open(ReadOnlyMemory<byte> file, PdfLimits? limits = null)
    {
        limits ??= PdfLimits.Default;
        if (file.Length > limits.FileBytes) throw new PdfFormatException(PdfFaults.TooLarge, file.Length, "the file is too large");
        // 7.5.2. Anything before the header would shift all offsets, and could be a file of another kind.
        var span = file.Span;
        if (!span.StartsWith("%PDF-"u8) || span.Length < 9 || span[5] is not ((byte)'1' or (byte)'2') || span[6] != '.' || !PdfLexer.IsDigit(span[7]))
            throw new PdfFormatException(PdfFaults.Header, 0, "the file does not begin with a PDF header");
        var budget = new ReadBudget(limits);
        var document = new PdfDocument(file, Encoding.ASCII.GetString(span.Slice(5, 3)), RevisionChain.Read(file, budget), budget);
        _ = document.Latest.Catalog;
        return document;
    }

    /// <summary>The indirect object that begins at this offset, with the places of all its dictionaries.</summary>
    public PdfSource ParseAt(long offset) => store.ReadAt(offset, Latest.Index, everySpan: true);
}
