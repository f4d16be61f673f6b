using System.Globalization;
using System.Text;
using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;
using ECopy.Signing.Pdf.Revisions;

namespace ECopy.Signing.Tests.Verification.Integrity;

/// <summary>
/// The published attacks on signed PDFs (universal forgery, incremental saving, wrapping, shadow, attacks on certified files), made
/// from a file that is validly signed.
/// </summary>
internal static class Mutants
{
    public sealed record Mutant(string Name, byte[] File, int? Object = null);

    /// <summary>Every object that the signed document is made of, overridden in one more revision.</summary>
    public static IEnumerable<Mutant> Saved(byte[] file)
    {
        foreach (var reference in Reachable(PdfDocument.Open(file).Latest))
        {
            yield return new Mutant($"saved: object {reference.Number} spoilt", Updated(file, update => Spoil(update, reference)), reference.Number);
            if (PdfDocument.Open(file).Latest.Resolve(reference) is PdfDictionary)
                yield return new Mutant($"saved: object {reference.Number} emptied", Updated(file, update => update.Replace(reference, new PdfDictionary())));
        }
    }

    /// <summary>Universal forgery: the signature dictionary without what a validator needs, in a later revision.</summary>
    public static IEnumerable<Mutant> Forged(byte[] file)
    {
        var value = Last(file).Reference!;
        foreach (var (name, change) in Forgeries(file))
        {
            yield return new Mutant($"forged: {name}", Updated(file, update => change(update.Edit(value))), value.Number);
        }
    }

    /// <summary>The same written over the signed bytes.</summary>
    public static IEnumerable<Mutant> Overwritten(byte[] file)
    {
        foreach (var (old, other) in new[]
        {
            ("/ByteRange", "/XyteRange"), ("/Contents", "/Xontents"), ("/SubFilter", "/XubFilter"), ("/Filter", "/Xilter"), ("/Sig", "/Xig"),
            ("detached", "detachXX"), ("[0 ", "[1 "), ("[0 ", "[-0"), ("/V ", "/X "), ("/FT", "/XT"), ("/AcroForm", "/XcroForm"), ("/Type", "/Xype"),
        })
        {
            var copy = file.ToArray();
            if (copy.AsSpan().LastIndexOf(Encoding.ASCII.GetBytes(old)) is >= 0 and var at)
            {
                Encoding.ASCII.GetBytes(other, copy.AsSpan(at));
                yield return new Mutant($"overwritten: {old} by {other}", copy);
            }
        }
    }

    /// <summary>Wrapping: bytes that belong to nobody where the signature leaves its gap.</summary>
    public static IEnumerable<Mutant> Wrapped(byte[] file)
    {
        var range = Last(file).ByteRange!;
        var end = file.AsSpan((int)range.A, (int)range.Gap.Length).LastIndexOfAnyExcept("0>"u8) + 3;
        foreach (var filling in new[]
        {
            $">/ByteRange[0 {range.A} {range.B} {range.C}]/Contents<00", ">/Reason(x)/X<", ">/Contents<", ">>>endobj 4 0 obj<</X<", ">%", ")", "g", "> >", "01", "FF",
        })
        {
            var copy = file.ToArray();
            // Behind the last byte of the message, in the zeros that pad it.
            Encoding.ASCII.GetBytes(filling, copy.AsSpan((int)range.A + end + end % 2 + 1));
            yield return new Mutant($"wrapped: {filling} in the gap", copy);
        }

        foreach (var length in new[] { 1, 2, 40, 400 })
        {
            byte[] copy = [.. file[..(int)range.B], .. new string(' ', length).Select(one => (byte)one), .. file[(int)range.B..]];
            yield return new Mutant($"wrapped: {length} bytes after the gap", copy);
            yield return new Mutant($"wrapped: {length} bytes before the gap", [.. file[..(int)range.A], .. new byte[length], .. file[(int)range.A..]]);
        }
    }

    /// <summary>Shadow: what was prepared and not shown comes to light, or covers what was.</summary>
    public static IEnumerable<Mutant> Shadowed(byte[] file, int page, int content, int? orphan)
    {
        var target = new PdfReference(page);
        if (orphan is { } hidden)
        {
            yield return new Mutant("shadow: other content", Updated(file, update => update.Edit(target)["Contents"] = new PdfReference(hidden)), page);
            yield return new Mutant("shadow: content beside", Updated(file, update => update.Edit(target)["Contents"] = new PdfArray(new PdfReference(content), new PdfReference(hidden))), page);
            yield return new Mutant("shadow: entry turned to other bytes", Turned(file, content, hidden));
            yield return new Mutant("shadow: entry freed", Appended(file, $"{content} 1\n0000000000 00001 f \n"));
            yield return new Mutant("shadow: another catalog", Rooted(file));
        }

        yield return new Mutant("shadow: another box", Updated(file, update => update.Edit(target)["CropBox"] = PdfArray.Numbers(0, 0, 10, 10)), page);
        yield return new Mutant("shadow: another font", Updated(file, update => ((PdfDictionary)((PdfDictionary)update.Edit(target)["Resources"]!)["Font"]!)["F1"] = update.Add(Helvetica())), page);
        yield return new Mutant("shadow: layers", Updated(file, update => update.EditCatalog()["OCProperties"] = new PdfDictionary { { "OCGs", new PdfArray() } }));
        yield return new Mutant("shadow: an action", Updated(file, update => update.EditCatalog()["OpenAction"] = Action()));
        yield return new Mutant("shadow: names", Updated(file, update => update.EditCatalog()["Names"] = new PdfDictionary { { "JavaScript", new PdfDictionary { { "Names", new PdfArray(PdfString.Text("a"), Action()) } } } }));
        yield return new Mutant("shadow: a page added", Updated(file, AddPage));
        yield return new Mutant("shadow: pages of another root", Updated(file, update => update.EditCatalog()["Pages"] = update.Add(new PdfDictionary { { "Type", new PdfName("Pages") }, { "Kids", new PdfArray(target) }, { "Count", new PdfInteger(1) } })));
        foreach (var subtype in new[] { "FreeText", "Stamp", "Widget", "Redact", "Link", "Highlight" })
        {
            yield return new Mutant($"shadow: {subtype} over the page", Updated(file, update => Annotate(update, target, subtype)));
            yield return new Mutant($"shadow: {subtype} without a list entry of its own", Updated(file, update => Annotate(update, target, subtype, direct: true)));
        }

        yield return new Mutant("shadow: annotations taken away", Updated(file, update => update.Edit(target).Remove("Annots")));
    }

    /// <summary>On certified files: fields of an attacker, visible and not, and permissions of his.</summary>
    public static IEnumerable<Mutant> Certified(byte[] file, int page, string emptyField, bool mayNotSign)
    {
        yield return new Mutant("certified: the certification taken away", Updated(file, update => update.EditCatalog().Remove("Perms")));
        yield return new Mutant("certified: another certification", Updated(file, update => update.EditCatalog()["Perms"] = new PdfDictionary { { "DocMDP", new PdfReference(page) } }));
        yield return new Mutant("certified: rights added", Updated(file, update => ((PdfDictionary)update.EditCatalog()["Perms"]!)["UR3"] = new PdfReference(page)));
        foreach (var type in new[] { "Sig", "Tx", "Btn" })
        {
            yield return new Mutant($"certified: a visible field {type}", Updated(file, update => AddField(update, page, type, visible: true)));
            if (type != "Sig") yield return new Mutant($"certified: an invisible field {type}", Updated(file, update => AddField(update, page, type, visible: false)));
        }

        if (!mayNotSign) yield break;
        yield return new Mutant("certified: signed though nothing may change", Foreign.Sign(file, emptyField));
        yield return new Mutant("certified: signed in a new field though nothing may change", Foreign.Sign(file, "Moi", isNew: true));
    }

    public static byte[] Updated(byte[] file, Action<IncrementalUpdate> change)
    {
        var update = new IncrementalUpdate(PdfDocument.Open(file));
        change(update);
        return update.Finish().Document;
    }

    public static SignatureValue Last(byte[] file) =>
        AcroForm.Read(PdfDocument.Open(file).Latest).SignatureFields.Select(field => field.Signature).OfType<SignatureValue>().MaxBy(value => value.ByteRange!.End)!;

    private static IEnumerable<PdfReference> Reachable(PdfRevision revision)
    {
        var seen = new HashSet<PdfReference>();
        var open = new Stack<PdfReference>([revision.CatalogReference]);
        while (open.TryPop(out var reference))
        {
            if (!seen.Add(reference) || revision.DefinedIn(reference) is null) continue;
            foreach (var next in ECopy.Signing.Verification.ObjectComparison.References(revision.Resolve(reference))) open.Push(next);
            yield return reference;
        }
    }

    private static void Spoil(IncrementalUpdate update, PdfReference reference)
    {
        switch (update.Resolve(reference))
        {
            case PdfDictionary: update.Edit(reference)["Spoilt"] = new PdfInteger(1); break;
            case PdfArray: update.EditArray(reference).Add(new PdfInteger(1)); break;
            case PdfStream stream: update.Replace(reference, new PdfStream(new PdfDictionary(stream.Dictionary), "q Q"u8.ToArray())); break;
            default: update.Replace(reference, new PdfName("Spoilt")); break;
        }
    }

    private static IEnumerable<(string Name, Action<PdfDictionary> Change)> Forgeries(byte[] file)
    {
        var range = Last(file).ByteRange!;
        yield return ("no Contents", one => one.Remove("Contents"));
        yield return ("Contents empty", one => one["Contents"] = new PdfString([], hex: true));
        yield return ("Contents zero", one => one["Contents"] = new PdfString([0], hex: true));
        yield return ("Contents a name", one => one["Contents"] = new PdfName("x"));
        yield return ("Contents a number", one => one["Contents"] = new PdfInteger(0));
        yield return ("Contents refers to nothing", one => one["Contents"] = new PdfReference(7_000_000));
        yield return ("no ByteRange", one => one.Remove("ByteRange"));
        yield return ("ByteRange empty", one => one["ByteRange"] = new PdfArray());
        yield return ("ByteRange a number", one => one["ByteRange"] = new PdfInteger(0));
        yield return ("ByteRange refers to nothing", one => one["ByteRange"] = new PdfReference(7_000_000));
        foreach (var numbers in new double[][]
        {
            [0, 0, 0, 0], [0, -1, 0, -1], [-1, 1, 2, 3], [0, range.A, range.B], [0, range.A], [0, range.A, range.B, 1e12], [0, range.A, -range.B, range.C], [1, range.A, range.B, range.C],
            [0, range.A, range.B, range.C - 1], [0, range.A - 1, range.B, range.C], [0, range.A, range.B + 1, range.C - 1], [0, range.A, range.B, range.C, 0, 0], [0, file.Length, file.Length, 0], [0, range.A, range.A, range.End - range.A],
        })
        {
            yield return ("ByteRange " + string.Join(' ', numbers.Select(number => number.ToString(CultureInfo.InvariantCulture))), one => one["ByteRange"] = PdfArray.Numbers(numbers));
        }

        yield return ("no SubFilter", one => one.Remove("SubFilter"));
        yield return ("SubFilter odd", one => one["SubFilter"] = new PdfName("x"));
        yield return ("SubFilter of a timestamp", one => one["SubFilter"] = new PdfName("ETSI.RFC3161"));
        yield return ("SubFilter of raw RSA", one => one["SubFilter"] = new PdfName("adbe.x509.rsa_sha1"));
        yield return ("no Type", one => one.Remove("Type"));
        yield return ("Type odd", one => one["Type"] = new PdfName("Catalog"));
        yield return ("Type of a timestamp", one => one["Type"] = new PdfName("DocTimeStamp"));
        yield return ("no Filter", one => one.Remove("Filter"));
        yield return ("nothing", one => one.Keys.ToList().ForEach(one.Remove));
    }

    private static PdfDictionary Helvetica() => new() { { "Type", new PdfName("Font") }, { "Subtype", new PdfName("Type1") }, { "BaseFont", new PdfName("Symbol") } };

    private static PdfDictionary Action() => new() { { "S", new PdfName("JavaScript") }, { "JS", PdfString.Text("x") } };

    private static void AddPage(IncrementalUpdate update)
    {
        var pages = (PdfReference)update.Document.Latest.Catalog["Pages"]!;
        var added = update.Add(new PdfDictionary { { "Type", new PdfName("Page") }, { "Parent", pages }, { "MediaBox", PdfArray.Numbers(0, 0, 200, 200) } });
        ((PdfArray)update.Edit(pages)["Kids"]!).Add(added);
        update.Edit(pages)["Count"] = new PdfInteger(2);
    }

    private static void Annotate(IncrementalUpdate update, PdfReference page, string subtype, bool direct = false)
    {
        var annotation = new PdfDictionary
        {
            { "Type", new PdfName("Annot") },
            { "Subtype", new PdfName(subtype) },
            { "Rect", PdfArray.Numbers(0, 0, 200, 200) },
            { "Contents", PdfString.Text("x") },
            { "AP", new PdfDictionary { { "N", update.Add(Foreign.Picture()) } } },
        };
        ((PdfArray)update.Edit(page)["Annots"]!).Add(direct ? annotation : update.Add(annotation));
    }

    private static void AddField(IncrementalUpdate update, int page, string type, bool visible)
    {
        var field = update.Add(new PdfDictionary
        {
            { "Type", new PdfName("Annot") },
            { "Subtype", new PdfName("Widget") },
            { "FT", new PdfName(type) },
            { "T", PdfString.Text("Moi") },
            { "Rect", visible ? PdfArray.Numbers(0, 0, 200, 200) : PdfArray.Numbers(0, 0, 0, 0) },
            { "AP", new PdfDictionary { { "N", update.Add(Foreign.Picture()) } } },
            { "P", new PdfReference(page) },
        });
        ((PdfArray)update.Edit(new PdfReference(page))["Annots"]!).Add(field);
        ((PdfArray)update.Edit((PdfReference)update.Document.Latest.Catalog["AcroForm"]!)["Fields"]!).Add(field);
    }

    // A table that says of one number what is true of another's bytes: no byte of the object is new.
    private static byte[] Turned(byte[] file, int number, int other)
    {
        var latest = PdfDocument.Open(file).Latest;
        var offset = latest.OffsetOf(new PdfReference(other))!.Value;
        return Appended(file, string.Create(CultureInfo.InvariantCulture, $"{number} 1\n{offset:D10} 00000 n \n"));
    }

    private static byte[] Rooted(byte[] file)
    {
        var latest = PdfDocument.Open(file).Latest;
        var number = latest.NextNumber;
        var at = file.Length;
        byte[] more = [.. file, .. Encoding.ASCII.GetBytes($"{number} 0 obj\n<</Type/Catalog/Pages 2 0 R/AcroForm {Foreign.Form} 0 R>>\nendobj\n")];
        return Appended(more, string.Create(CultureInfo.InvariantCulture, $"{number} 1\n{at:D10} 00000 n \n"), latest, $"/Root {number} 0 R");
    }

    private static byte[] Appended(byte[] file, string subsection, PdfRevision? previous = null, string root = "/Root 1 0 R")
    {
        var latest = previous ?? PdfDocument.Open(file).Latest;
        var text = string.Create(CultureInfo.InvariantCulture, $"xref\n{subsection}trailer\n<</Size {latest.NextNumber + 1}{root}/Info {Foreign.Info} 0 R/ID[<0102><0102>]/Prev {latest.XrefOffset}>>\nstartxref\n{file.Length}\n%%EOF\n");
        return [.. file, .. Encoding.ASCII.GetBytes(text)];
    }
}
