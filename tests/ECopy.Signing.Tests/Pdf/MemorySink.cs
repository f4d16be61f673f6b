using ECopy.Signing.Pdf;

namespace ECopy.Signing.Tests.Pdf;

/// <summary>Keeps what is added.</summary>
internal sealed class MemorySink : IPdfObjectSink
{
    private readonly Dictionary<int, PdfObject?> objects = [];

    public PdfReference Add(PdfObject value)
    {
        var reference = Reserve();
        Set(reference, value);
        return reference;
    }

    public PdfReference Reserve()
    {
        objects.Add(objects.Count + 1, null);
        return new PdfReference(objects.Count);
    }

    public void Set(PdfReference reference, PdfObject value) => objects[reference.Number] = value;

    public T Get<T>(PdfObject? value)
        where T : PdfObject => (T)(value is PdfReference reference ? objects[reference.Number]! : value!);
}
