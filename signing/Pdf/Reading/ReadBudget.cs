namespace ECopy.Signing.Pdf.Reading;

/// <summary>Counts what reading one document has cost, and ends it at the limit.</summary>
internal sealed class ReadBudget(PdfLimits limits)
{
    public PdfLimits Limits { get; } = limits;

    public long Worked { get; private set; }

    public long Held { get; private set; }

    public int Entries { get; private set; }

    public void CountEntry(long offset)
    {
        if (++Entries > Limits.Objects) throw new PdfFormatException(PdfFaults.TooManyObjects, offset, "the file has too many objects");
    }

    public void Work(long bytes, long offset)
    {
        Worked += bytes;
        if (Worked > Limits.Work) throw new PdfFormatException(PdfFaults.TooMuchWork, offset, "reading this file takes too much work");
    }

    public void Hold(long bytes, long offset)
    {
        Held += bytes;
        if (Held > Limits.MemoryBytes) throw new PdfFormatException(PdfFaults.TooMuchMemory, offset, "the objects of this file take too much memory");
    }
}
