using ECopy.Signing.Pdf;

namespace ECopy.Signing.Verification;

/// <summary>Objects compared by what they say, references as references. The reader has bounded how deep they nest.</summary>
internal static class ObjectComparison
{
    public static bool Same(PdfObject? one, PdfObject? other) => (one, other) switch
    {
        _ when ReferenceEquals(one, other) => true,
        (null or PdfNull, null or PdfNull) => true,
        (PdfBoolean a, PdfBoolean b) => a.Value == b.Value,
        (PdfNumber a, PdfNumber b) => a.GetType() == b.GetType() && a.AsDouble.Equals(b.AsDouble),
        (PdfString a, PdfString b) => a.Bytes.AsSpan().SequenceEqual(b.Bytes),
        (PdfName a, PdfName b) => a.Equals(b),
        (PdfReference a, PdfReference b) => a.Equals(b),
        (PdfArray a, PdfArray b) => a.Count == b.Count && a.Zip(b).All(pair => Same(pair.First, pair.Second)),
        (PdfDictionary a, PdfDictionary b) => a.Count == b.Count && a.All(entry => Same(entry.Value, b[entry.Key])),
        (PdfStream a, PdfStream b) => Same(a.Dictionary, b.Dictionary) && a.Encoded.Span.SequenceEqual(b.Encoded.Span),
        _ => false,
    };

    /// <summary>Every reference written in an object, however deep; none is followed.</summary>
    public static IEnumerable<PdfReference> References(PdfObject? value)
    {
        var open = new Stack<PdfObject>();
        if (value is not null) open.Push(value);
        while (open.TryPop(out var next))
        {
            switch (next)
            {
                case PdfReference reference: yield return reference; break;
                case PdfArray array:
                    foreach (var item in array) open.Push(item);
                    break;
                case PdfDictionary dictionary:
                    foreach (var (_, item) in dictionary) open.Push(item);
                    break;
                case PdfStream stream: open.Push(stream.Dictionary); break;
            }
        }
    }
}
