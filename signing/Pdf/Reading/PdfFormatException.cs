namespace ECopy.Signing.Pdf.Reading;

/// <summary>The file is not a PDF that this reader accepts. The only exception that reading throws, whatever the bytes.</summary>
public sealed class PdfFormatException : Exception
{
    public PdfFormatException(string code, long offset, string message, Exception? inner = null)
        : base(message, inner)
    {
        Code = code;
        Offset = offset;
    }

    /// <summary>One of <see cref="PdfFaults"/>; stable.</summary>
    public string Code { get; }

    /// <summary>About where in the file (inside an object stream: in its decoded bytes).</summary>
    public long Offset { get; }
}

/// <summary>The codes of <see cref="PdfFormatException"/>.</summary>
public static class PdfFaults
{
    public const string Header = "pdf-header";
    public const string End = "pdf-end";
    public const string Syntax = "pdf-syntax";
    public const string Xref = "pdf-xref";
    public const string XrefLoop = "pdf-xref-loop";
    public const string Revision = "pdf-revision";
    public const string Trailer = "pdf-trailer";
    public const string Object = "pdf-object";
    public const string ObjectStream = "pdf-object-stream";
    public const string Loop = "pdf-loop";
    public const string StreamLength = "pdf-stream-length";
    public const string Filter = "pdf-filter";
    public const string FilterUnsupported = "pdf-filter-unsupported";
    public const string Encrypted = "pdf-encrypted";
    public const string Pages = "pdf-pages";
    public const string Fields = "pdf-fields";
    public const string TooLarge = "pdf-limit-file";
    public const string TooManyObjects = "pdf-limit-objects";
    public const string TooManyRevisions = "pdf-limit-revisions";
    public const string TooDeep = "pdf-limit-depth";
    public const string TooMuchDecoded = "pdf-limit-decoded";
    public const string TooMuchMemory = "pdf-limit-memory";
    public const string TooMuchWork = "pdf-limit-work";

    /// <summary>Whether the reader gave up on size or effort, rather than on a mistake in the file.</summary>
    public static bool IsLimit(string code)
    {
        ArgumentNullException.ThrowIfNull(code);
        return code.StartsWith("pdf-limit-", StringComparison.Ordinal);
    }
}
