using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;

namespace ECopy.Signing.Verification.Integrity;

/// <summary>One revision with what its objects are for. Read when asked for, once.</summary>
internal sealed class RevisionView(PdfRevision revision)
{
    private const int NodeWork = 32;

    private AcroForm? form;
    private Dictionary<int, FormField>? fields;
    private Dictionary<int, FormField>? widgets;
    private HashSet<int>? pages;
    private HashSet<string>? names;
    private Dictionary<string, SignatureValue>? signatures;

    public PdfRevision Revision { get; } = revision;

    public AcroForm Form => form ??= AcroForm.Read(Revision);

    /// <summary>Fields by object number.</summary>
    public IReadOnlyDictionary<int, FormField> Fields => fields ??= Form.Fields.Where(one => one.Reference is not null).ToDictionary(one => one.Reference!.Number);

    public IReadOnlySet<string> Names => names ??= [.. Form.Fields.Select(one => one.Name)];

    /// <summary>Signatures by the names of their fields.</summary>
    public IReadOnlyDictionary<string, SignatureValue> Signatures => signatures ??= ReadSignatures();

    /// <summary>The field of each widget that is an object of its own.</summary>
    public IReadOnlyDictionary<int, FormField> Widgets => widgets ??= ReadWidgets();

    /// <summary>Numbers of the page objects. More tolerant than <see cref="PageTree"/>: what is no page here is held to more.</summary>
    public IReadOnlySet<int> Pages => pages ??= ReadPages();

    private Dictionary<string, SignatureValue> ReadSignatures()
    {
        var found = new Dictionary<string, SignatureValue>();
        foreach (var one in Form.SignatureFields)
        {
            if (one.Signature is { } value) found.TryAdd(one.Name, value);
        }

        return found;
    }

    private Dictionary<int, FormField> ReadWidgets()
    {
        var found = new Dictionary<int, FormField>();
        foreach (var one in Form.Fields)
        {
            foreach (var widget in one.Widgets)
            {
                if (widget is { Merged: false, Reference: { } reference }) found.TryAdd(reference.Number, one);
            }
        }

        return found;
    }

    private HashSet<int> ReadPages()
    {
        var found = new HashSet<int>();
        var seen = new HashSet<int>();
        var open = new Stack<PdfReference>();
        if (Revision.Catalog["Pages"] is PdfReference root) open.Push(root);
        while (open.TryPop(out var reference))
        {
            Revision.Budget.Work(NodeWork, Revision.XrefOffset);
            if (!seen.Add(reference.Number) || Revision.Resolve(reference) is not PdfDictionary node) continue;
            if (Revision.Get<PdfArray>(node, "Kids") is { } kids && !node.Is("Type", "Page"))
            {
                foreach (var kid in kids.OfType<PdfReference>()) open.Push(kid);
            }
            else if (node.Is("Type", "Page"))
            {
                found.Add(reference.Number);
            }
        }

        return found;
    }
}
