namespace ECopy.Signing.Pdf.Reading;

/// <summary>A page, without what it inherits.</summary>
public sealed record PdfPage(PdfReference Reference, PdfDictionary Dictionary);

/// <summary>The pages of one revision in order (ISO 32000-2, 7.7.3).</summary>
public static class PageTree
{
    private const int NodeWork = 64;

    /// <exception cref="PdfFormatException">The tree loops, is too deep, or has something in it that is no page.</exception>
    public static IReadOnlyList<PdfPage> Read(PdfRevision revision)
    {
        ArgumentNullException.ThrowIfNull(revision);
        var pages = new List<PdfPage>();
        Visit(revision, revision.Catalog["Pages"], pages, [], revision.Budget.Limits.Depth);
        return pages;
    }

    private static void Visit(PdfRevision revision, PdfObject? node, List<PdfPage> pages, HashSet<int> seen, int depth)
    {
        if (depth == 0) throw new PdfFormatException(PdfFaults.TooDeep, revision.XrefOffset, "the page tree is too deep");
        if (node is not PdfReference reference || revision.Resolve(reference) is not PdfDictionary dictionary)
            throw new PdfFormatException(PdfFaults.Pages, revision.XrefOffset, "the page tree has something that is no page");
        revision.Budget.Work(NodeWork, revision.XrefOffset);
        if (!seen.Add(reference.Number)) throw new PdfFormatException(PdfFaults.Pages, revision.XrefOffset, $"the page tree comes to {reference} twice");
        if (revision.Get<PdfArray>(dictionary, "Kids") is { } kids && !dictionary.Is("Type", "Page"))
        {
            foreach (var kid in kids) Visit(revision, kid, pages, seen, depth - 1);
        }
        else if (dictionary.Is("Type", "Pages"))
        {
            throw new PdfFormatException(PdfFaults.Pages, revision.XrefOffset, $"{reference} in the page tree has no kids");
        }
        else
        {
            pages.Add(new PdfPage(reference, dictionary));
        }
    }
}
