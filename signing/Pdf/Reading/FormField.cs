namespace ECopy.Signing.Pdf.Reading;

/// <summary>One node of the field tree (ISO 32000-2, 12.7.4) as it stands in one revision.</summary>
/// <param name="Name">Fully qualified: the partial names from the root joined by full stops.</param>
/// <param name="Reference">Null for a field written directly into its parent's array.</param>
/// <param name="Dictionary">The field's own dictionary, without what it inherits.</param>
/// <param name="Parent">The field above.</param>
/// <param name="Type">/FT, inherited: Sig, Tx, Btn, Ch or null.</param>
/// <param name="Value">/V as written (a reference is not followed), inherited.</param>
/// <param name="ValueHolder">The field on which that /V stands.</param>
/// <param name="Widgets">Its annotations; the field itself where the two are merged.</param>
/// <param name="HasChildren">Whether fields stand below it; a field without is terminal.</param>
/// <param name="Lock">/Lock, its reference followed.</param>
/// <param name="Signature">For a terminal signature field with a /V.</param>
public sealed record FormField(
    string Name,
    PdfReference? Reference,
    PdfDictionary Dictionary,
    FormField? Parent,
    string? Type,
    PdfObject? Value,
    PdfDictionary? ValueHolder,
    IReadOnlyList<FormWidget> Widgets,
    bool HasChildren,
    PdfDictionary? Lock,
    SignatureValue? Signature)
{
    public bool IsSignature => Type == "Sig" && !HasChildren;
}

/// <summary>A widget annotation of a field.</summary>
/// <param name="Reference">Null for one written directly into /Kids.</param>
/// <param name="Dictionary">The field's own dictionary where merged.</param>
/// <param name="Merged">Whether field and widget are one dictionary.</param>
/// <param name="Page">By /P, else the page whose /Annots lists it; null when neither.</param>
/// <param name="PageIndex">That page's place in the document from 0; null when it is not in the page tree.</param>
/// <param name="Rect">Four numbers in the order written, or null.</param>
public sealed record FormWidget(
    PdfReference? Reference,
    PdfDictionary Dictionary,
    bool Merged,
    PdfReference? Page,
    int? PageIndex,
    IReadOnlyList<double>? Rect)
{
    public bool HasZeroArea => Rect is null || Rect[0] == Rect[2] || Rect[1] == Rect[3];
}

/// <summary>A signature dictionary (ISO 32000-2, 12.8.1) with the exact places of what matters.</summary>
public sealed record SignatureValue
{
    /// <summary>Null for a dictionary written directly as /V.</summary>
    public required PdfReference? Reference { get; init; }

    public required PdfDictionary Dictionary { get; init; }

    /// <summary>The dictionary's bytes in the file; null when it lies in an object stream, where no signature can lie.</summary>
    public required SourceSpan? Span { get; init; }

    /// <summary>The bytes of the token after /Contents, brackets included; null when it is absent or not a direct string.</summary>
    public required SourceSpan? ContentsSpan { get; init; }

    /// <summary>The bytes of the array after /ByteRange; null when it is absent or not a direct array.</summary>
    public required SourceSpan? ByteRangeSpan { get; init; }

    /// <summary>Whether the /Contents token is a hex string.</summary>
    public required bool ContentsIsHex { get; init; }

    /// <summary>The decoded /Contents, padding included; null when not a string.</summary>
    public required ReadOnlyMemory<byte>? Contents { get; init; }

    /// <summary>/ByteRange as it stands, whatever its length; null when it is not an array of integers.</summary>
    public required IReadOnlyList<long>? RawByteRange { get; init; }

    /// <summary>/ByteRange when it is four numbers that begin with 0; whether it fits gap and file is the validator's to ask.</summary>
    public ByteRange? ByteRange => RawByteRange is [0, var a, var b, var c] ? new ByteRange(a, b, c) : null;

    public required string? Type { get; init; }

    public required string? Filter { get; init; }

    public required string? SubFilter { get; init; }

    /// <summary>/M, /Name, /Reason, /Location as text.</summary>
    public required string? Time { get; init; }

    public required string? Name { get; init; }

    public required string? Reason { get; init; }

    public required string? Location { get; init; }

    /// <summary>/Reference, references followed.</summary>
    public required IReadOnlyList<SignatureTransform> Transforms { get; init; }

    /// <summary>Keys that stand more than once.</summary>
    public IReadOnlyList<string> RepeatedKeys => Dictionary.RepeatedKeys;
}

/// <summary>A signature reference dictionary (12.8.2).</summary>
/// <param name="Method">/TransformMethod: DocMDP, FieldMDP, UR3 …</param>
/// <param name="Dictionary">The reference dictionary.</param>
/// <param name="Parameters">/TransformParams, or null.</param>
public sealed record SignatureTransform(string? Method, PdfDictionary Dictionary, PdfDictionary? Parameters);
