namespace ECopy.Signing.Pdf.Archive;

/// <summary>What the file says about itself, in Info and XMP alike.</summary>
/// <param name="Title">dc:title; shown in the window's title bar.</param>
/// <param name="Identifier">dc:identifier: the verification code as printed.</param>
/// <param name="CreatorTool">xmp:CreatorTool: program and layout version.</param>
/// <param name="CreatedAt">Creation and modification time.</param>
public sealed record ArchiveMetadata(string Title, string Identifier, string CreatorTool, DateTimeOffset CreatedAt)
{
    public string Producer { get; init; } = "ECopy";

    /// <summary>Natural language of the text (ISO 32000-2, 14.9.2).</summary>
    public string Language { get; init; } = "vi-VN";
}

/// <summary>An empty signature field with a place on a page.</summary>
/// <param name="Name">Partial and full name.</param>
/// <param name="Tooltip">What a screen reader says.</param>
/// <param name="Box">Where it shows.</param>
/// <param name="Lock">Its lock dictionary (ISO 32000-2, table 236).</param>
public sealed record ArchiveSignatureField(string Name, string Tooltip, MillimetreBox Box, PdfDictionary Lock);
