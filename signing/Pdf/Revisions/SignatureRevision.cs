using System.Globalization;
using System.Text;
using ECopy.Signing.Pdf.Reading;

namespace ECopy.Signing.Pdf.Revisions;

/// <summary>
/// A revision with one signature dictionary whose /Contents is still zeros (the PDF side of PAdES; knows no CMS).
/// Call <see cref="Fill"/> or <see cref="Create"/> once, change what else belongs to the revision through
/// <see cref="Update"/>, then <see cref="Finish"/>. The key signs <see cref="PreparedSignature.Range"/>'s digest, and
/// <see cref="Embed"/> puts the CMS into the gap.
/// </summary>
public sealed class SignatureRevision(PdfDocument document)
{
    /// <summary>Ten digits, as wide as any offset in a file can be.</summary>
    private const long WidestOffset = 9_999_999_999;

    /// <summary>SignaturesExist and AppendOnly (ISO 32000-2, table 225).</summary>
    private const int SignatureFlags = 3;

    private const int PrintAndLocked = 4 | 128;

    private PdfReference? field;
    private PdfReference? signature;

    public IncrementalUpdate Update { get; } = new(document);

    /// <summary>Signs an empty field that the document declares; all its keys but V and AP stay.</summary>
    /// <param name="appearance">Adds the form XObject and returns it; null leaves the widget's /AP.</param>
    public void Fill(string fieldName, SignatureContent content, Func<IPdfObjectSink, PdfReference>? appearance = null)
    {
        var named = AcroForm.Read(document.Latest).Fields.Where(one => one.Name == fieldName).ToList();
        if (named.Count > 1) throw new PdfUpdateException(PdfUpdateException.FieldUnusable, $"the document has two fields {fieldName}");
        var found = named.SingleOrDefault() ?? throw new PdfUpdateException(PdfUpdateException.FieldMissing, $"the document has no field {fieldName}");
        if (!found.IsSignature) throw new PdfUpdateException(PdfUpdateException.FieldNotSignature, $"{fieldName} is no signature field");
        if (document.Latest.Resolve(found.Value) is not PdfNull) throw new PdfUpdateException(PdfUpdateException.FieldSigned, $"{fieldName} is signed already");
        if (found.Reference is null) throw new PdfUpdateException(PdfUpdateException.FieldUnusable, $"{fieldName} is no object of its own");
        if (appearance is not null)
        {
            var widget = found.Widgets is [{ Reference: { } only }] ? only : throw new PdfUpdateException(PdfUpdateException.FieldUnusable, $"{fieldName} has not one place to be seen at");
            Update.Edit(widget)["AP"] = new PdfDictionary { { "N", appearance(Update) } };
        }

        Update.Edit(found.Reference)["V"] = AddSignature(found.Reference, content);
        EditForm(found.Reference, isNew: false);
    }

    /// <summary>Adds a new field of zero area on a page and signs it: document timestamps, invisible signatures.</summary>
    public void Create(string fieldName, SignatureContent content, int pageIndex = 0) => Create(fieldName, content, new SignaturePlace(pageIndex, [0, 0, 0, 0], null));

    /// <summary>Adds a new field where it is to be seen, and signs it.</summary>
    public void Create(string fieldName, SignatureContent content, SignaturePlace place)
    {
        ArgumentException.ThrowIfNullOrEmpty(fieldName);
        ArgumentNullException.ThrowIfNull(place);
        if (fieldName.Contains('.', StringComparison.Ordinal)) throw new ArgumentException("a partial name has no full stop (12.7.4.2)", nameof(fieldName));
        if (AcroForm.Read(document.Latest).Find(fieldName) is not null) throw new PdfUpdateException(PdfUpdateException.FieldExists, $"the document has a field {fieldName}");
        var pages = PageTree.Read(document.Latest);
        if (place.PageIndex < 0 || place.PageIndex >= pages.Count) throw new PdfUpdateException(PdfUpdateException.PageMissing, $"the document has no page {place.PageIndex}");
        var page = pages[place.PageIndex].Reference;
        var created = Update.Reserve();
        var value = AddSignature(created, content);
        var widget = new PdfDictionary
        {
            { "Type", new PdfName("Annot") },
            { "Subtype", new PdfName("Widget") },
            { "FT", new PdfName("Sig") },
            { "T", PdfString.Text(fieldName) },
            { "V", value },
            { "Rect", PdfArray.Numbers([.. place.Rect]) },
            { "F", new PdfInteger(PrintAndLocked) },
            { "P", page },
        };
        if (place.Appearance is not null) widget["AP"] = new PdfDictionary { { "N", place.Appearance(Update) } };
        Update.Set(created, widget);
        Append(page, "Annots", created);
        EditForm(created, isNew: true);
    }

    public PreparedSignature Finish()
    {
        if (signature is null) throw new InvalidOperationException("no field was filled or created");
        var (bytes, offsets) = Update.Finish();
        // Reading it back gives the places of the tokens, and proves that they are what a reader will find.
        var source = ((PdfDictionary)PdfDocument.Open(bytes, document.Limits).ParseAt(offsets[signature]).Value).Source!;
        var gap = source.ValueOf("Contents")!.Value;
        var numbers = source.ValueOf("ByteRange")!.Value;
        var range = new ByteRange(gap.Start, gap.End, bytes.Length - gap.End);
        var text = string.Create(CultureInfo.InvariantCulture, $"[0 {range.A} {range.B} {range.C}").PadRight((int)numbers.Length - 1) + "]";
        Encoding.ASCII.GetBytes(text, bytes.AsSpan((int)numbers.Start));
        return new PreparedSignature(bytes, range, field!, signature);
    }

    /// <summary>The document with the CMS in the gap as hex, zeros behind it.</summary>
    /// <exception cref="PdfUpdateException"><see cref="PdfUpdateException.ContentsOverflow"/>: it does not fit.</exception>
    public static byte[] Embed(ReadOnlyMemory<byte> document, ByteRange range, ReadOnlySpan<byte> cms)
    {
        ArgumentNullException.ThrowIfNull(range);
        if (!range.Fits(document.Length) || range.Gap.Length < 2) throw new ArgumentException("the byte range is not one of this document", nameof(range));
        var gap = document.Span[(int)range.A..(int)range.B];
        if (gap[0] != '<' || gap[^1] != '>' || gap[1..^1].ContainsAnyExcept((byte)'0')) throw new ArgumentException("the gap is not an empty placeholder", nameof(document));
        if (cms.Length > range.Capacity) throw new PdfUpdateException(PdfUpdateException.ContentsOverflow, $"{cms.Length} bytes of CMS do not fit into {range.Capacity}");
        var signed = document.ToArray();
        Encoding.ASCII.GetBytes(Convert.ToHexString(cms), signed.AsSpan((int)range.A + 1));
        return signed;
    }

    private PdfReference AddSignature(PdfReference signedField, SignatureContent content)
    {
        ArgumentNullException.ThrowIfNull(content);
        if (signature is not null) throw new InvalidOperationException("one revision holds one signature");
        ArgumentOutOfRangeException.ThrowIfLessThan(content.Capacity, 1, nameof(content));
        var entries = new PdfDictionary(content.Entries);
        if (!entries.Contains("Type") || entries.Contains("Contents") || entries.Contains("ByteRange"))
            throw new ArgumentException("a signature dictionary needs a /Type, and its /Contents and /ByteRange are made here", nameof(content));
        // Both get their final width now, since every offset depends on it.
        entries["ByteRange"] = new PdfArray(new PdfInteger(0), new PdfInteger(WidestOffset), new PdfInteger(WidestOffset), new PdfInteger(WidestOffset));
        entries["Contents"] = new PdfString(new byte[content.Capacity], hex: true);
        field = signedField;
        signature = Update.Add(entries);
        if (content.Certifies) EditDirect(Update.EditCatalog(), "Perms")["DocMDP"] = signature;
        return signature;
    }

    private void EditForm(PdfReference changed, bool isNew)
    {
        var catalog = document.Latest.Catalog;
        var known = document.Latest.Get<PdfDictionary>(catalog, "AcroForm");
        var flags = known is null ? 0 : document.Latest.Get<PdfInteger>(known, "SigFlags")?.Value ?? 0;
        // Nothing is changed that need not be: each object overridden here is one more for a validator to allow.
        if ((flags & SignatureFlags) != SignatureFlags) Form()["SigFlags"] = new PdfInteger(flags | SignatureFlags);
        if (!isNew) return;
        if (known?["Fields"] is PdfReference list) Update.EditArray(list).Add(changed);
        else Append(Form(), "Fields", changed);

        PdfDictionary Form()
        {
            if (catalog["AcroForm"] is PdfReference reference) return Update.Edit(reference);
            // An object of its own: some tools forget to enter their field into a form that is written directly into the catalog.
            var holder = Update.EditCatalog();
            if (!holder.Contains("AcroForm")) holder["AcroForm"] = Update.Add(new PdfDictionary());
            return EditDirect(holder, "AcroForm");
        }
    }

    private void Append(PdfReference holder, string key, PdfReference item)
    {
        // A list that is an object of its own is changed there; its holder stays as it is.
        var listed = (Update.Resolve(holder) as PdfDictionary)?[key];
        if (listed is PdfReference list) Update.EditArray(list).Add(item);
        else Append(Update.Edit(holder), key, item);
    }

    private void Append(PdfDictionary holder, string key, PdfReference item)
    {
        switch (holder[key])
        {
            case PdfReference list: Update.EditArray(list).Add(item); break;
            case PdfArray array: array.Add(item); break;
            default: holder[key] = new PdfArray(item); break;
        }
    }

    private PdfDictionary EditDirect(PdfDictionary holder, string key)
    {
        switch (holder[key])
        {
            case PdfReference reference: return Update.Edit(reference);
            case PdfDictionary dictionary: return dictionary;
            default:
                var created = new PdfDictionary();
                holder[key] = created;
                return created;
        }
    }
}

/// <summary>What the signature dictionary holds besides /ByteRange and /Contents.</summary>
/// <param name="Entries">/Type, /Filter, /SubFilter, /M, /Reference …; /Type is required.</param>
/// <param name="Capacity">Bytes of CMS for which /Contents leaves room.</param>
/// <param name="Certifies">Whether the catalog's /Perms /DocMDP is to name this signature (12.8.6).</param>
public sealed record SignatureContent(PdfDictionary Entries, int Capacity, bool Certifies = false);

/// <summary>Where a new field is to be seen.</summary>
/// <param name="Rect">Four numbers in the page's units.</param>
/// <param name="Appearance">Adds the form XObject and returns it; null for a field without one.</param>
public sealed record SignaturePlace(int PageIndex, IReadOnlyList<double> Rect, Func<IPdfObjectSink, PdfReference>? Appearance);

/// <summary>A document that waits for its CMS.</summary>
public sealed record PreparedSignature(byte[] Document, ByteRange Range, PdfReference Field, PdfReference Signature);
