using ECopy.Signing.Pdf;

namespace ECopy.Signing.Verification.Integrity;

/// <summary>Lists that may grow.</summary>
internal static class Sequence
{
    /// <summary>What the new list has beside the old one, whose items it has in their order; null when it lost one.</summary>
    public static List<PdfObject>? Added(PdfArray old, PdfArray now, Action<PdfObject, PdfObject> kept)
    {
        var added = new List<PdfObject>();
        var next = 0;
        foreach (var item in now)
        {
            if (next < old.Count && ObjectComparison.Same(old[next], item)) kept(old[next++], item);
            else added.Add(item);
        }

        return next == old.Count ? added : null;
    }
}
