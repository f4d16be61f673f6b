namespace ECopy.Signing.Pdf.Fonts;

/// <summary>A font file that cannot be embedded. <see cref="Code"/> is stable.</summary>
public sealed class FontFormatException : Exception
{
    /// <summary>A table is missing, damaged or of another flavour than TrueType outlines.</summary>
    public const string Corrupt = "font-corrupt";

    /// <summary>The licence bits of OS/2 forbid embedding or subsetting.</summary>
    public const string NotEmbeddable = "font-not-embeddable";

    public FontFormatException(string code, string message)
        : base(message) => Code = code;

    public FontFormatException()
        : this(Corrupt, "")
    {
    }

    public FontFormatException(string message)
        : this(Corrupt, message)
    {
    }

    public FontFormatException(string message, Exception innerException)
        : base(message, innerException) => Code = Corrupt;

    public string Code { get; }
}
