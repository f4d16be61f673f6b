using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;

namespace ECopy.TestKit;

/// <summary>
/// Our own list of the clauses of ISO 19005-2 (PDF/A-2, level B) that a copy can touch, run on every revision of a
/// file. It is no validator and proves nothing about clauses that are not listed; none could be had from a registry.
/// </summary>
public static class PdfAChecklist
{
    /// <summary>What is wrong, each line beginning with revision and clause; empty when nothing was found.</summary>
    public static IReadOnlyList<string> Failures(byte[] file)
    {
        var document = PdfDocument.Open(file);
        var failures = new List<string>();
        Clause_6_1_2_header(file, failures);
        foreach (var revision in document.Revisions)
        {
            var found = new PdfAFindings(revision);
            Clause_6_1_3_trailer(file, revision, found);
            Clause_6_1_4_cross_reference_table(file, revision, found);
            foreach (var reference in revision.Objects) Objects(file, revision, reference, found);
            Clause_6_1_12_permissions(revision, found);
            Clause_6_2_3_output_intent(revision, found);
            Clause_6_4_interactive_forms(revision, found);
            Clause_6_5_actions(revision, found);
            Clause_6_6_metadata(revision, found);
            Clause_6_8_to_6_11_catalog(revision, found);
            var fonts = new PdfAFontRules(revision, found);
            new PdfAContentRules(revision, found, fonts).Check();
            fonts.Check();
            failures.AddRange(found.Lines);
        }

        return failures;
    }

    private static void Clause_6_1_2_header(byte[] file, List<string> failures)
    {
        var ok = file.Length > 15 && Regex.IsMatch(Encoding.ASCII.GetString(file, 0, 8), @"^%PDF-1\.[0-7]$")
            && file[8] is (byte)'\n' or (byte)'\r' && file[9] == (byte)'%' && file.AsSpan(10, 4).IndexOfAnyInRange((byte)0, (byte)127) < 0;
        if (!ok) failures.Add("file 6.1.2: header line and binary comment");
    }

    private static void Clause_6_1_3_trailer(byte[] file, PdfRevision revision, PdfAFindings found)
    {
        found.Demand(revision.Trailer["ID"] is PdfArray { Count: 2 } id && id.All(part => part is PdfString { Bytes.Length: >= 16 }), "6.1.3", "ID");
        found.Demand(!revision.Trailer.Contains("Encrypt"), "6.1.3", "Encrypt");
        var marker = file.AsSpan((int)revision.MarkerEnd, (int)(revision.End - revision.MarkerEnd));
        found.Demand(marker.Length <= 2, "6.1.3", "more than one end of line after %%EOF");
        if (revision.Previous is { } previous)
        {
            var (a, b) = ((PdfArray)previous.Trailer["ID"]!, (PdfArray)revision.Trailer["ID"]!);
            found.Demand(((PdfString)a[0]).Bytes.AsSpan().SequenceEqual(((PdfString)b[0]).Bytes), "6.1.3", "first part of ID changed");
        }
    }

    private static void Clause_6_1_4_cross_reference_table(byte[] file, PdfRevision revision, PdfAFindings found)
    {
        if (revision.XrefForm != XrefForm.Table) return;
        var text = Encoding.Latin1.GetString(file, (int)revision.XrefOffset, (int)(revision.End - revision.XrefOffset));
        found.Demand(Regex.IsMatch(text, @"^xref(\r\n|\n|\r)(\d+ \d+ ?(\r\n|\n|\r)(\d{10} \d{5} [nf]( \n| \r|\r\n))*)+trailer"), "6.1.4", "cross-reference table");
    }

    private static void Objects(byte[] file, PdfRevision revision, PdfReference reference, PdfAFindings found)
    {
        var source = revision.Source(reference);
        if (source is null) return;
        var where = reference.ToString();
        var span = file.AsSpan((int)source.Span.Start, (int)(source.Span.End - source.Span.Start));
        var syntax = Encoding.Latin1.GetString(span);
        // 6.1.9: object number, generation and obj on one line, each part single-spaced; endobj on a line of its own.
        found.Demand(Regex.IsMatch(syntax, @"^\d+ \d+ obj(\r\n|\n|\r)") && Regex.IsMatch(syntax, @"[\r\n]endobj$"), "6.1.9", where);
        found.Demand(source.Span.Start == 0 || file[source.Span.Start - 1] is (byte)'\n' or (byte)'\r', "6.1.9", $"{where} does not begin a line");
        if (source.Value is PdfStream stream) Clause_6_1_7_streams(revision, stream, syntax, where, found);
        found.Demand(reference.Number <= 8_388_607, "6.1.13", "number of objects");
        Values(source.Value, where, 0, found);
    }

    private static void Clause_6_1_7_streams(PdfRevision revision, PdfStream stream, string syntax, string where, PdfAFindings found)
    {
        found.Demand(Regex.IsMatch(syntax, @">>\s*stream(\r\n|\n)") && Regex.IsMatch(syntax, @"[\r\n]endstream[\r\n]"), "6.1.7.1", $"{where} keywords");
        found.Demand(revision.Get<PdfInteger>(stream.Dictionary, "Length")?.Value == stream.Encoded.Length, "6.1.7.1", $"{where} Length");
        foreach (var key in (string[])["F", "FFilter", "FDecodeParms"]) found.Demand(!stream.Dictionary.Contains(key), "6.1.7.1", $"{where} {key}");
        var filters = revision.Resolve(stream.Dictionary["Filter"]) switch
        {
            PdfName name => [name.Value],
            PdfArray array => array.Select(f => ((PdfName)revision.Resolve(f)).Value).ToArray(),
            _ => Array.Empty<string>(),
        };
        string[] allowed = ["ASCIIHexDecode", "ASCII85Decode", "FlateDecode", "RunLengthDecode", "CCITTFaxDecode", "JBIG2Decode", "DCTDecode", "JPXDecode"];
        found.Demand(filters.All(allowed.Contains), "6.1.7.2", $"{where} filter");
    }

    /// <summary>6.1.6 strings, 6.1.8 names, 6.1.13 limits; nothing twice in a dictionary.</summary>
    private static void Values(PdfObject value, string where, int depth, PdfAFindings found)
    {
        switch (value)
        {
            case PdfInteger integer: found.Demand(integer.Value is >= int.MinValue and <= int.MaxValue, "6.1.13", $"{where} integer"); break;
            case PdfReal real: found.Demand(Math.Abs(real.Value) <= 3.403e38, "6.1.13", $"{where} real"); break;
            // The longest string is a signature's Contents, which the limit does not spare.
            case PdfString text: found.Demand(text.Bytes.Length <= 32_767, "6.1.13", $"{where} string of {text.Bytes.Length}"); break;
            case PdfName name: found.Demand(name.Value.Length <= 127 && name.Value.All(char.IsAscii), "6.1.8", $"{where} /{name.Value}"); break;
            case PdfArray array:
                foreach (var item in array) Values(item, where, depth + 1, found);
                break;
            case PdfStream stream: Values(stream.Dictionary, where, depth, found); break;
            case PdfDictionary dictionary:
                found.Demand(dictionary.RepeatedKeys.Count == 0, "6.1", $"{where} repeats a key");
                foreach (var (key, item) in dictionary)
                {
                    found.Demand(key.Length <= 127, "6.1.13", $"{where} key");
                    Values(item, where, depth + 1, found);
                }

                break;
        }
    }

    private static void Clause_6_1_12_permissions(PdfRevision revision, PdfAFindings found)
    {
        if (revision.Get<PdfDictionary>(revision.Catalog, "Perms") is not { } permissions) return;
        found.Demand(permissions.Keys.All(key => key is "UR3" or "DocMDP"), "6.1.12", "Perms");
        if (revision.Get<PdfDictionary>(permissions, "DocMDP") is not { } signature) return;
        foreach (var item in revision.Get<PdfArray>(signature, "Reference") ?? [])
        {
            var reference = (PdfDictionary)revision.Resolve(item);
            found.Demand(!reference.Contains("DigestLocation") && !reference.Contains("DigestMethod") && !reference.Contains("DigestValue"), "6.1.12", "digest in a signature reference");
        }
    }

    private static void Clause_6_2_3_output_intent(PdfRevision revision, PdfAFindings found)
    {
        var intents = (revision.Get<PdfArray>(revision.Catalog, "OutputIntents") ?? []).Select(revision.Resolve).OfType<PdfDictionary>().ToList();
        var archive = intents.Where(i => i.Is("S", "GTS_PDFA1")).ToList();
        found.Demand(archive.Count == 1, "6.2.3", "no output intent");
        foreach (var intent in archive)
        {
            found.Demand(intent["OutputConditionIdentifier"] is PdfString, "6.2.3", "OutputConditionIdentifier");
            if (revision.Get<PdfStream>(intent, "DestOutputProfile") is not { } profile)
            {
                found.Demand(false, "6.2.3", "no profile");
                continue;
            }

            var bytes = revision.Decode(profile).Span;
            var isSound = bytes.Length > 132 && bytes[36..40].SequenceEqual("acsp"u8) && bytes[8] is 2 or 4
                && (bytes[12..16].SequenceEqual("mntr"u8) || bytes[12..16].SequenceEqual("prtr"u8)) && bytes[16..20].SequenceEqual("RGB "u8);
            found.Demand(isSound && revision.Get<PdfInteger>(profile.Dictionary, "N")?.Value == 3, "6.2.3", "profile");
        }
    }

    private static void Clause_6_4_interactive_forms(PdfRevision revision, PdfAFindings found)
    {
        if (revision.Get<PdfDictionary>(revision.Catalog, "AcroForm") is not { } form) return;
        found.Demand(!form.Contains("XFA") && !revision.Catalog.Contains("NeedsRendering"), "6.4.2", "XFA");
        found.Demand(revision.Resolve(form["NeedAppearances"]) is PdfNull or PdfBoolean { Value: false }, "6.4.1", "NeedAppearances");
        foreach (var item in revision.Get<PdfArray>(form, "Fields") ?? [])
        {
            var field = (PdfDictionary)revision.Resolve(item);
            found.Demand(!field.Contains("A") && !field.Contains("AA"), "6.4.1", "action in a field");
            if (revision.Get<PdfDictionary>(field, "V") is not { } signature || !field.Is("FT", "Sig")) continue;
            var range = revision.Get<PdfArray>(signature, "ByteRange")?.Select(n => ((PdfInteger)n).Value).ToArray();
            // 6.4.3: the whole file as it was when signed, but for the signature value.
            found.Demand(range is [0, > 0, > 0, > 0] && Signed(revision, range[2] + range[3]), "6.4.3", "ByteRange");
        }
    }

    private static bool Signed(PdfRevision revision, long end)
    {
        for (var at = revision; at is not null; at = at.Previous)
            if (at.End == end || at.MarkerEnd == end) return true;
        return false;
    }

    private static void Clause_6_5_actions(PdfRevision revision, PdfAFindings found)
    {
        found.Demand(!revision.Catalog.Contains("AA") && !revision.Catalog.Contains("OpenAction"), "6.5.2", "catalog");
        string[] forbidden = ["Launch", "Sound", "Movie", "ResetForm", "ImportData", "Hide", "SetOCGState", "Rendition", "Trans", "GoTo3DView", "JavaScript"];
        foreach (var reference in revision.Objects)
            if (revision.Resolve(reference) is PdfDictionary dictionary && dictionary["S"] is PdfName kind && forbidden.Contains(kind.Value))
                found.Demand(false, "6.5.1", $"{reference} {kind.Value}");
    }

    private static void Clause_6_6_metadata(PdfRevision revision, PdfAFindings found)
    {
        if (revision.Get<PdfStream>(revision.Catalog, "Metadata") is not { } stream)
        {
            found.Demand(false, "6.6.2.1", "no metadata stream");
            return;
        }

        found.Demand(stream.Dictionary.Is("Type", "Metadata") && stream.Dictionary.Is("Subtype", "XML"), "6.6.2.1", "types");
        var text = Encoding.UTF8.GetString(revision.Decode(stream).Span);
        found.Demand(Regex.IsMatch(text, "^<\\?xpacket begin=\"\uFEFF?\" id=\"W5M0MpCehiHzreSzNTczkc9d\"\\?>"), "6.6.2.1", "packet header without bytes and encoding");
        var packet = XDocument.Parse(text);
        XNamespace id = "http://www.aiim.org/pdfa/ns/id/", dc = "http://purl.org/dc/elements/1.1/", xmp = "http://ns.adobe.com/xap/1.0/", pdf = "http://ns.adobe.com/pdf/1.3/";
        string? One(XName name) => packet.Descendants(name).SingleOrDefault()?.Value;
        found.Demand(One(id + "part") == "2" && One(id + "conformance") == "B", "6.6.4", "part and conformance");
        string[] predefined = [id.NamespaceName, dc.NamespaceName, xmp.NamespaceName, pdf.NamespaceName, "adobe:ns:meta/", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"];
        found.Demand(packet.Descendants().All(e => predefined.Contains(e.Name.NamespaceName)), "6.6.2.3", "property without a schema");
        // Not demanded by part 2, but two answers to one question help nobody.
        var information = (PdfDictionary)revision.Resolve(revision.Trailer["Info"]);
        string? Said(string key) => (revision.Resolve(information[key]) as PdfString)?.AsText();
        found.Demand(Said("Title") == One(dc + "title") && Said("Producer") == One(pdf + "Producer") && Said("Creator") == One(xmp + "CreatorTool"), "6.6.2", "Info and XMP differ");
        found.Demand(Regex.Replace(Said("CreationDate") ?? "", "[^0-9]", "") == Regex.Replace(One(xmp + "CreateDate") ?? "", "[^0-9]", ""), "6.6.2", "dates differ");
    }

    private static void Clause_6_8_to_6_11_catalog(PdfRevision revision, PdfAFindings found)
    {
        var names = revision.Get<PdfDictionary>(revision.Catalog, "Names");
        found.Demand(names is null || !names.Contains("EmbeddedFiles") && !names.Contains("JavaScript") && !names.Contains("AlternatePresentations"), "6.8", "Names");
        found.Demand(!revision.Catalog.Contains("OCProperties"), "6.9", "optional content");
        found.Demand(!revision.Catalog.Contains("Requirements"), "6.11", "Requirements");
        // ISO 32000-2, 7.12: direct objects, one entry for a developer.
        found.Demand(revision.Catalog["Extensions"] is null or PdfDictionary, "6.1", "Extensions is indirect");
        found.Demand(!revision.Catalog.Contains("MarkInfo"), "6.7", "level B claims no structure");
    }
}

/// <summary>Lines about one revision.</summary>
internal sealed class PdfAFindings(PdfRevision revision)
{
    public List<string> Lines { get; } = [];

    public void Demand(bool isMet, string clause, string what)
    {
        if (!isMet) Lines.Add($"revision {revision.Index}, ISO 19005-2, {clause}: {what}");
    }
}
