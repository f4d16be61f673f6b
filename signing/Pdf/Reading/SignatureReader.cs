namespace ECopy.Signing.Pdf.Reading;

/// <summary>Reads a signature dictionary with the places of its tokens (ISO 32000-2, 12.8.1).</summary>
internal static class SignatureReader
{
    private const int MostTransforms = 16;

    public static SignatureValue Read(PdfRevision revision, PdfReference? reference, PdfDictionary dictionary)
    {
        // Most signature dictionaries kept their places when read; one without /ByteRange is read again for them.
        var source = dictionary.Source ?? (reference is not null && revision.Source(reference) is { Value: PdfDictionary again } ? again.Source : null);
        var contents = dictionary["Contents"] as PdfString;
        var range = dictionary["ByteRange"] as PdfArray;
        return new SignatureValue
        {
            Reference = reference,
            Dictionary = dictionary,
            Span = source?.Span,
            ContentsSpan = contents is null ? null : source?.ValueOf("Contents"),
            ByteRangeSpan = range is null ? null : source?.ValueOf("ByteRange"),
            ContentsIsHex = contents?.Hex ?? false,
            Contents = contents?.Bytes ?? revision.Get<PdfString>(dictionary, "Contents")?.Bytes,
            RawByteRange = Integers(range ?? revision.Get<PdfArray>(dictionary, "ByteRange")),
            Type = revision.Get<PdfName>(dictionary, "Type")?.Value,
            Filter = revision.Get<PdfName>(dictionary, "Filter")?.Value,
            SubFilter = revision.Get<PdfName>(dictionary, "SubFilter")?.Value,
            Time = Text(revision, dictionary, "M"),
            Name = Text(revision, dictionary, "Name"),
            Reason = Text(revision, dictionary, "Reason"),
            Location = Text(revision, dictionary, "Location"),
            Transforms = Transforms(revision, dictionary),
        };
    }

    private static List<SignatureTransform> Transforms(PdfRevision revision, PdfDictionary dictionary)
    {
        var listed = revision.Resolve(dictionary["Reference"]);
        if (listed is PdfNull) return [];
        if (listed is not PdfArray { Count: <= MostTransforms } array)
            throw new PdfFormatException(PdfFaults.Fields, revision.XrefOffset, "a signature's /Reference is no array of a few dictionaries");
        var transforms = new List<SignatureTransform>();
        foreach (var item in array)
        {
            if (revision.Resolve(item) is not PdfDictionary transform)
                throw new PdfFormatException(PdfFaults.Fields, revision.XrefOffset, "a signature reference is no dictionary");
            transforms.Add(new SignatureTransform(
                revision.Get<PdfName>(transform, "TransformMethod")?.Value, transform, revision.Get<PdfDictionary>(transform, "TransformParams")));
        }

        return transforms;
    }

    private static IReadOnlyList<long>? Integers(PdfArray? array) =>
        array is not null && array.All(item => item is PdfInteger) ? [.. array.Select(item => ((PdfInteger)item).Value)] : null;

    private static string? Text(PdfRevision revision, PdfDictionary dictionary, string key) => revision.Get<PdfString>(dictionary, key)?.AsText();
}
