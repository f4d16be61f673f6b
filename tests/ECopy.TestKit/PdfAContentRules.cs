using System.Globalization;
using System.Text;
using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;

namespace ECopy.TestKit;

/// <summary>Pages, annotations, content streams and what they draw: clauses 6.2 and 6.3.</summary>
internal sealed class PdfAContentRules(PdfRevision revision, PdfAFindings found, PdfAFontRules fonts)
{
    private static readonly HashSet<string> Operators =
    [
        .. ("b B b* B* BDC BI BMC BT BX c cm CS cs d d0 d1 Do DP EI EMC ET EX f F f* G g gs h i ID j J K k l m M MP n q Q re RG rg ri s S " +
            "SC sc SCN scn sh T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz v w W W* y ' \"").Split(' '),
    ];

    private readonly HashSet<PdfObject> seen = new(ReferenceEqualityComparer.Instance);

    public void Check()
    {
        foreach (var page in PageTree.Read(revision))
        {
            var where = $"page {page.Reference}";
            var box = revision.Get<PdfArray>(page.Dictionary, "MediaBox")!.Select(n => ((PdfNumber)n).AsDouble).ToArray();
            found.Demand(box[2] - box[0] is >= 3 and <= 14400 && box[3] - box[1] is >= 3 and <= 14400, "6.1.13", $"{where} size");
            found.Demand(!page.Dictionary.Contains("AA") && !page.Dictionary.Contains("PresSteps"), "6.5.2", where);
            Group(page.Dictionary, where);
            var resources = revision.Get<PdfDictionary>(page.Dictionary, "Resources");
            found.Demand(resources is not null, "6.2.2", $"{where} has no resources of its own");
            var contents = revision.Resolve(page.Dictionary["Contents"]);
            var streams = contents is PdfArray array ? array.Select(revision.Resolve).Cast<PdfStream>() : contents is PdfStream one ? [one] : [];
            Content([.. streams.SelectMany(s => revision.Decode(s).ToArray().Append((byte)'\n'))], resources ?? [], where);
            foreach (var item in revision.Get<PdfArray>(page.Dictionary, "Annots") ?? []) Clause_6_3_annotation((PdfDictionary)revision.Resolve(item), where);
        }
    }

    private void Clause_6_3_annotation(PdfDictionary annotation, string where)
    {
        var kind = (annotation["Subtype"] as PdfName)?.Value;
        where += $" {kind}";
        found.Demand(kind is "Widget" or "Link" or "Popup", "6.3.1", where);
        const int hidden = 2, invisible = 1, print = 4, noView = 32, toggleNoView = 256;
        var flags = revision.Get<PdfInteger>(annotation, "F")?.Value ?? 0;
        found.Demand((flags & print) != 0 && (flags & (hidden | invisible | noView | toggleNoView)) == 0, "6.3.2", $"{where} flags {flags}");
        found.Demand(!annotation.Contains("A") && !annotation.Contains("AA"), "6.4.1", $"{where} action");
        var rectangle = revision.Get<PdfArray>(annotation, "Rect")!.Select(n => ((PdfNumber)revision.Resolve(n)).AsDouble).ToArray();
        var hasArea = rectangle[0] != rectangle[2] && rectangle[1] != rectangle[3];
        var appearance = revision.Get<PdfDictionary>(annotation, "AP");
        found.Demand(!hasArea || appearance is not null, "6.3.3", $"{where} has no appearance");
        if (appearance is null) return;
        found.Demand(appearance.Keys.SequenceEqual(["N"]) && revision.Get<PdfStream>(appearance, "N") is not null, "6.3.3", $"{where} appearance");
        if (revision.Get<PdfStream>(appearance, "N") is not { } form) return;
        Object(form, where);
        var size = revision.Get<PdfArray>(form.Dictionary, "BBox")!.Select(n => ((PdfNumber)n).AsDouble).ToArray();
        // Not a clause: an appearance of another size than its field would be stretched.
        found.Demand(Math.Abs(size[2] - size[0] - (rectangle[2] - rectangle[0])) < 0.05 && Math.Abs(size[3] - size[1] - (rectangle[3] - rectangle[1])) < 0.05, "6.3.3", $"{where} is stretched");
    }

    private void Group(PdfDictionary dictionary, string where)
    {
        if (revision.Get<PdfDictionary>(dictionary, "Group") is { } group && group["CS"] is { } space) ColourSpace(revision.Resolve(space), $"{where} group");
    }

    private void Object(PdfStream stream, string where)
    {
        if (!seen.Add(stream)) return;
        var dictionary = stream.Dictionary;
        foreach (var key in (string[])["OPI", "Alternates", "PS", "Ref", "Subtype2"]) found.Demand(!dictionary.Contains(key), "6.2.9", $"{where} {key}");
        switch ((dictionary["Subtype"] as PdfName)?.Value)
        {
            case "Image":
                found.Demand(revision.Resolve(dictionary["Interpolate"]) is PdfNull or PdfBoolean { Value: false }, "6.2.8", $"{where} Interpolate");
                var bits = revision.Get<PdfInteger>(dictionary, "BitsPerComponent")?.Value;
                found.Demand(bits is 1 or 2 or 4 or 8 or 16, "6.2.8", $"{where} BitsPerComponent");
                ColourSpace(revision.Resolve(dictionary["ColorSpace"]), where);
                if (revision.Get<PdfStream>(dictionary, "SMask") is { } mask) Object(mask, $"{where} SMask");
                break;
            case "Form":
                Group(dictionary, where);
                Content(revision.Decode(stream).ToArray(), revision.Get<PdfDictionary>(dictionary, "Resources") ?? [], $"{where} form");
                break;
            default: found.Demand(false, "6.2.9", $"{where} XObject"); break;
        }
    }

    /// <summary>6.2.4: device colours are defined by an RGB output intent, but CMYK is not.</summary>
    private void ColourSpace(PdfObject space, string where)
    {
        switch (space)
        {
            case PdfName { Value: "DeviceRGB" or "DeviceGray" }: return;
            case PdfArray { Count: 2 } icc when icc[0] is PdfName { Value: "ICCBased" }:
                var stream = (PdfStream)revision.Resolve(icc[1]);
                var profile = revision.Decode(stream).Span;
                var components = revision.Get<PdfInteger>(stream.Dictionary, "N")?.Value;
                var isSound = profile.Length > 132 && profile[36..40].SequenceEqual("acsp"u8) && profile[8] <= 4
                    && components == (profile[16..20].SequenceEqual("RGB "u8) ? 3 : profile[16..20].SequenceEqual("GRAY"u8) ? 1 : -1);
                found.Demand(isSound, "6.2.4.2", $"{where} profile");
                return;
            case PdfArray { Count: 4 } indexed when indexed[0] is PdfName { Value: "Indexed" }:
                ColourSpace(revision.Resolve(indexed[1]), where);
                return;
            default: found.Demand(false, "6.2.4", $"{where} colour space"); return;
        }
    }

    /// <summary>6.2.2: known operators, resources that exist; 6.1.13: nesting of q.</summary>
    private void Content(byte[] content, PdfDictionary resources, string where)
    {
        var operands = new List<object>();
        var nesting = 0;
        PdfDictionary? font = null;
        foreach (var token in Tokens(content))
        {
            if (token is not Operator(var name))
            {
                operands.Add(token);
                continue;
            }

            found.Demand(Operators.Contains(name), "6.2.2", $"{where} operator {name}");
            switch (name)
            {
                case "q": found.Demand(++nesting <= 28, "6.1.13", $"{where} nesting"); break;
                case "Q": found.Demand(--nesting >= 0, "6.2.2", $"{where} Q"); break;
                case "k" or "K": found.Demand(false, "6.2.4.3", $"{where} DeviceCMYK"); break;
                case "gs": State(Resource(resources, "ExtGState", operands[0], where) as PdfDictionary, where); break;
                case "Do": Object((PdfStream)Resource(resources, "XObject", operands[0], where)!, where); break;
                case "Tf": font = Resource(resources, "Font", operands[0], where) as PdfDictionary; break;
                case "Tj" or "TJ" or "'" or "\"":
                    found.Demand(font is not null, "6.2.2", $"{where} text without font");
                    foreach (var text in operands.OfType<byte[]>())
                        if (font is not null) fonts.Shown(font, text);
                    break;
            }

            operands.Clear();
        }

        found.Demand(nesting == 0 && operands.Count == 0, "6.2.2", $"{where} unbalanced");
    }

    private PdfObject? Resource(PdfDictionary resources, string kind, object name, string where)
    {
        var value = revision.Get<PdfDictionary>(resources, kind) is { } named ? revision.Resolve(named[((PdfName)name).Value]) : PdfNull.Instance;
        found.Demand(value is not PdfNull, "6.2.2", $"{where} resource {((PdfName)name).Value}");
        return value is PdfNull ? null : value;
    }

    private void State(PdfDictionary? state, string where)
    {
        if (state is null) return;
        found.Demand(!state.Contains("TR") && !state.Contains("HTP") && state["TR2"] is null or PdfName { Value: "Default" }, "6.2.5", where);
        string[] modes = ["Normal", "Compatible", "Multiply", "Screen", "Overlay", "Darken", "Lighten", "ColorDodge", "ColorBurn", "HardLight", "SoftLight", "Difference", "Exclusion", "Hue", "Saturation", "Color", "Luminosity"];
        found.Demand(state["BM"] is null || state["BM"] is PdfName mode && modes.Contains(mode.Value), "6.2.10", $"{where} blend mode");
    }

    private sealed record Operator(string Name);

    /// <summary>Numbers as double, names, strings as bytes, operators; array brackets are passed over.</summary>
    private static IEnumerable<object> Tokens(byte[] content)
    {
        const string delimiters = "()<>[]{}/%";
        var at = 0;
        bool IsWord(int index) => index < content.Length && content[index] > ' ' && !delimiters.Contains((char)content[index]);
        while (at < content.Length)
        {
            var c = (char)content[at];
            if (c <= ' ' || c is '[' or ']')
            {
                at++;
                continue;
            }

            if (c == '<')
            {
                var end = Array.IndexOf(content, (byte)'>', at);
                yield return Convert.FromHexString(Encoding.ASCII.GetString(content, at + 1, end - at - 1));
                at = end + 1;
                continue;
            }

            var start = at++;
            if (c is not '/' && delimiters.Contains(c)) throw new InvalidDataException($"unexpected {c} in a content stream");
            while (IsWord(at)) at++;
            var word = Encoding.ASCII.GetString(content, start, at - start);
            if (c == '/') yield return new PdfName(word[1..]);
            else if (double.TryParse(word, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) yield return number;
            else yield return new Operator(word);
        }
    }
}
