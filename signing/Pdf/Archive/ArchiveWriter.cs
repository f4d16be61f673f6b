using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ECopy.Signing.Pdf.Fonts;

namespace ECopy.Signing.Pdf.Archive;

/// <summary>
/// Writes a PDF/A-2b file (ISO 19005-2, level B) in one go: pages drawn on canvases, signature fields still empty.
/// The same calls give the same bytes.
/// </summary>
public sealed class ArchiveWriter : IPdfObjectSink
{
    private readonly ArchiveMetadata metadata;
    private readonly List<PdfObject?> objects = [];
    private readonly Dictionary<string, PdfReference> streams = new(StringComparer.Ordinal);
    private readonly PdfReference catalog;
    private readonly PdfReference pageTree;
    private readonly List<(PdfReference Reference, PdfDictionary Page, double Height)> pages = [];
    private readonly List<PdfReference> fields = [];

    public ArchiveWriter(ArchiveMetadata metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        this.metadata = metadata;
        catalog = Reserve();
        pageTree = Reserve();
        Fonts = new DocumentFonts(this);
    }

    public DocumentFonts Fonts { get; }

    /// <summary>Gives the object the next free number. A stream is final when added: an equal one added again is the same object.</summary>
    public PdfReference Add(PdfObject value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value is not PdfStream stream) return Append(value);
        var key = Digest(stream);
        if (!streams.TryGetValue(key, out var reference)) streams.Add(key, reference = Append(stream));
        return reference;
    }

    public PdfReference Reserve()
    {
        objects.Add(null);
        return new PdfReference(objects.Count);
    }

    public void Set(PdfReference reference, PdfObject value)
    {
        ArgumentNullException.ThrowIfNull(reference);
        if (objects[reference.Number - 1] is not null) throw new InvalidOperationException($"{reference} is set already");
        objects[reference.Number - 1] = value;
    }

    /// <summary>A canvas for a page of this size in millimetres, or for something drawn on one.</summary>
    public PdfCanvas NewCanvas(double width, double height) => new(width, height, Fonts);

    /// <summary>Makes a canvas the next page.</summary>
    public void AddPage(PdfCanvas canvas)
    {
        ArgumentNullException.ThrowIfNull(canvas);
        var page = new PdfDictionary
        {
            ["Type"] = new PdfName("Page"),
            ["Parent"] = pageTree,
            ["MediaBox"] = new MillimetreBox(0, 0, canvas.Width, canvas.Height).ToRectangle(canvas.Height),
            ["Resources"] = canvas.Resources(),
            ["Contents"] = Add(FlateStreams.Compress([], canvas.Content())),
        };
        if (canvas.IsBlended) page["Group"] = FormXObject.BlendingGroup();
        var reference = Reserve();
        pages.Add((reference, page, canvas.Height));
    }

    /// <summary>Declares an empty signature field on the last page added; a later field is painted over an earlier one.</summary>
    public void AddSignatureField(ArchiveSignatureField field)
    {
        ArgumentNullException.ThrowIfNull(field);
        const int print = 4, locked = 128;
        var (reference, page, height) = pages[^1];
        var widget = Add(new PdfDictionary
        {
            ["Type"] = new PdfName("Annot"),
            ["Subtype"] = new PdfName("Widget"),
            ["FT"] = new PdfName("Sig"),
            ["T"] = PdfString.Text(field.Name),
            ["TU"] = PdfString.Text(field.Tooltip),
            ["Rect"] = field.Box.ToRectangle(height),
            ["P"] = reference,
            // Print must be set, Hidden, Invisible, NoView and ToggleNoView must not (ISO 19005-2, 6.3.2).
            ["F"] = new PdfInteger(print | locked),
            // Only a normal appearance, and a stream (ISO 19005-2, 6.3.3).
            ["AP"] = new PdfDictionary { ["N"] = Append(FormXObject.Blank(field.Box.Width, field.Box.Height)) },
            // Lock shall be indirect (ISO 32000-2, table 235).
            ["Lock"] = Add(field.Lock),
        });
        fields.Add(widget);
        if (page["Annots"] is PdfArray annotations) annotations.Add(widget);
        else page["Annots"] = new PdfArray(widget);
    }

    /// <summary>Data of an application on the last page added (ISO 32000-2, 14.5); viewers show nothing of it.</summary>
    public void AddPagePiece(string application, PdfDictionary content)
    {
        ArgumentException.ThrowIfNullOrEmpty(application);
        ArgumentNullException.ThrowIfNull(content);
        var page = pages[^1].Page;
        var modified = Date(metadata.CreatedAt);
        page["PieceInfo"] = new PdfDictionary { { application, new PdfDictionary { { "LastModified", modified }, { "Private", content } } } };
        // Required beside /PieceInfo (table 31).
        page["LastModified"] = modified;
    }

    /// <summary>Writes everything. The writer is used up.</summary>
    public byte[] Finish()
    {
        Fonts.Write();
        foreach (var (reference, page, _) in pages) Set(reference, page);
        Set(pageTree, new PdfDictionary
        {
            ["Type"] = new PdfName("Pages"),
            ["Kids"] = new PdfArray(pages.Select(p => p.Reference)),
            ["Count"] = new PdfInteger(pages.Count),
        });
        Set(catalog, Catalog());
        return Serialize(Add(DocumentInformation()));
    }

    private PdfDictionary Catalog()
    {
        var dictionary = new PdfDictionary
        {
            ["Type"] = new PdfName("Catalog"),
            ["Pages"] = pageTree,
            ["Metadata"] = Add(new PdfStream(
                new PdfDictionary { ["Type"] = new PdfName("Metadata"), ["Subtype"] = new PdfName("XML") },
                XmpPacket.Write(metadata))),
            ["Lang"] = PdfString.Text(metadata.Language),
            ["ViewerPreferences"] = new PdfDictionary { ["DisplayDocTitle"] = new PdfBoolean(true) },
            ["OutputIntents"] = new PdfArray(Add(OutputIntent())),
            ["Extensions"] = Extensions(),
        };
        if (fields.Count == 0) return dictionary;
        dictionary["AcroForm"] = Add(new PdfDictionary
        {
            ["Fields"] = new PdfArray(fields),
            // SignaturesExist means "has a signature field" (ISO 32000-2, table 225), true from the start. AppendOnly asks
            // editors to save incrementally; set now, the form need not change when the first signature comes.
            ["SigFlags"] = new PdfInteger(3),
        });
        return dictionary;
    }

    /// <summary>
    /// P in a field lock is Adobe's extension level 3, PAdES is ETSI's; direct objects, as 7.12 demands. Declared once,
    /// before the first signature.
    /// </summary>
    private static PdfDictionary Extensions()
    {
        static PdfDictionary Developer(int level) => new() { ["BaseVersion"] = new PdfName("1.7"), ["ExtensionLevel"] = new PdfInteger(level) };
        return new PdfDictionary { ["ADBE"] = Developer(5), ["ESIC"] = Developer(1) };
    }

    private PdfDictionary OutputIntent() => new()
    {
        ["Type"] = new PdfName("OutputIntent"),
        ["S"] = new PdfName("GTS_PDFA1"),
        ["OutputConditionIdentifier"] = PdfString.Text("sRGB IEC61966-2.1"),
        ["Info"] = PdfString.Text("sRGB IEC61966-2.1"),
        ["RegistryName"] = PdfString.Text("http://www.color.org"),
        ["DestOutputProfile"] = Add(FlateStreams.Compress(new PdfDictionary { ["N"] = new PdfInteger(3) }, SrgbProfile.Build())),
    };

    private PdfDictionary DocumentInformation()
    {
        var time = Date(metadata.CreatedAt);
        return new PdfDictionary
        {
            ["Title"] = PdfString.Text(metadata.Title),
            ["Creator"] = PdfString.Text(metadata.CreatorTool),
            ["Producer"] = PdfString.Text(metadata.Producer),
            ["CreationDate"] = time,
            ["ModDate"] = time,
        };
    }

    private static PdfString Date(DateTimeOffset time)
    {
        var offset = time.ToString("zzz", CultureInfo.InvariantCulture).Replace(':', '\'');
        return PdfString.Text(time.ToString("'D:'yyyyMMddHHmmss", CultureInfo.InvariantCulture) + offset + "'");
    }

    private byte[] Serialize(PdfReference information)
    {
        var output = new ArrayBufferWriter<byte>(1 << 16);
        // Four bytes above 127 in a comment mark the file as binary (ISO 19005-2, 6.1.2).
        output.Write<byte>([.. "%PDF-1.7\n%"u8, 0xE2, 0xE3, 0xCF, 0xD3, (byte)'\n']);
        var offsets = new List<int>(objects.Count);
        for (var i = 0; i < objects.Count; i++)
        {
            offsets.Add(output.WrittenCount);
            PdfSerializer.WriteIndirect(output, new PdfReference(i + 1), objects[i] ?? throw new InvalidOperationException($"object {i + 1} was reserved and not set"));
        }

        var table = output.WrittenCount;
        var identifier = new PdfString(SHA256.HashData(output.WrittenSpan)[..16], hex: true);
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"xref\n0 {objects.Count + 1}\n0000000000 65535 f \n"), output);
        foreach (var offset in offsets) Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{offset:D10} 00000 n \n"), output);
        output.Write("trailer\n"u8);
        PdfSerializer.Write(output, new PdfDictionary
        {
            ["Size"] = new PdfInteger(objects.Count + 1),
            ["Root"] = catalog,
            ["Info"] = information,
            ["ID"] = new PdfArray(identifier, identifier),
        });
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\nstartxref\n{table}\n%%EOF\n"), output);
        return output.WrittenSpan.ToArray();
    }

    private PdfReference Append(PdfObject value)
    {
        objects.Add(value);
        return new PdfReference(objects.Count);
    }

    private static string Digest(PdfStream stream)
    {
        var dictionary = new ArrayBufferWriter<byte>();
        PdfSerializer.Write(dictionary, stream.Dictionary);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(dictionary.WrittenSpan);
        hash.AppendData(stream.Encoded.Span);
        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
