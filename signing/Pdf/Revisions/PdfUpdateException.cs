namespace ECopy.Signing.Pdf.Revisions;

/// <summary>The document is well-formed, but what was asked cannot be done to it.</summary>
public sealed class PdfUpdateException(string code, string message) : Exception(message)
{
    public const string FieldMissing = "field-missing";
    public const string FieldExists = "field-exists";
    public const string FieldNotSignature = "field-not-signature";
    public const string FieldSigned = "field-signed";
    public const string FieldUnusable = "field-unusable";
    public const string PageMissing = "page-missing";
    public const string ContentsOverflow = "contents-overflow";
    public const string TrailingBytes = "trailing-bytes";

    /// <summary>One of the constants; stable.</summary>
    public string Code { get; } = code;
}
