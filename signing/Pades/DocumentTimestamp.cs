using System.Globalization;
using System.Security.Cryptography;
using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;
using ECopy.Signing.Pdf.Revisions;
using ECopy.Signing.Timestamp;

namespace ECopy.Signing.Pades;

/// <summary>A document that waits for its timestamp.</summary>
/// <param name="Capacity">Bytes of token for which /Contents has room.</param>
/// <param name="Digest">What the timestamp is to be put on.</param>
public sealed record PreparedTimestamp(ReadOnlyMemory<byte> Document, string FieldName, ByteRange Range, int Capacity, HashAlgorithmName Hash, ReadOnlyMemory<byte> Digest);

/// <summary>Level B-LTA, and its renewal: a timestamp on the whole document, as a signature of its own kind (ISO 32000-2, 12.8.5; EN 319 142-1, 5.4.3).</summary>
public static class DocumentTimestamp
{
    internal const string Type = "DocTimeStamp";
    internal const string SubFilter = "ETSI.RFC3161";
    private const string FieldPrefix = "Timestamp";
    private const int MostTimestamps = 100;

    /// <summary>
    /// Appends a revision with a field of no area whose timestamp is still missing. The same document, algorithm and room give the
    /// same bytes, so nothing but these needs to be kept.
    /// </summary>
    /// <param name="room">From <see cref="SignatureTimestamp.RoomFor"/>.</param>
    /// <exception cref="SignatureRefusedException">The document cannot take another timestamp.</exception>
    /// <exception cref="PdfFormatException">The document is no usable PDF.</exception>
    public static PreparedTimestamp Prepare(ReadOnlyMemory<byte> document, HashAlgorithmName hash, int room)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(room, 1);
        var pdf = PdfDocument.Open(document);
        try
        {
            var form = AcroForm.Read(pdf.Latest);
            var name = Enumerable.Range(1, MostTimestamps).Select(number => FieldPrefix + number.ToString(CultureInfo.InvariantCulture)).FirstOrDefault(name => form.Find(name) is null)
                ?? throw new SignatureRefusedException("field-unusable", "The document has too many timestamps.");
            var revision = new SignatureRevision(pdf);
            revision.Create(name, new SignatureContent(Entries(), room));
            var prepared = revision.Finish();
            return new PreparedTimestamp(prepared.Document, name, prepared.Range, room, hash, prepared.Range.Digest(prepared.Document, hash));
        }
        catch (PdfUpdateException refused)
        {
            throw new SignatureRefusedException(refused.Code, refused.Message, refused);
        }
    }

    /// <summary>The timestamped document.</summary>
    /// <exception cref="SignatureRefusedException"><c>timestamp-mismatch</c>, <c>contents-overflow</c>.</exception>
    public static byte[] Embed(PreparedTimestamp prepared, TimestampToken token)
    {
        ArgumentNullException.ThrowIfNull(prepared);
        ArgumentNullException.ThrowIfNull(token);
        // What was stored may be put together wrongly; a document that does not verify is never made.
        var digest = prepared.Range.Digest(prepared.Document, prepared.Hash);
        if (!token.Content.Imprint.Equals(MessageImprint.Of(prepared.Hash, digest))) throw new SignatureRefusedException("timestamp-mismatch", "The timestamp is put on something else than this document.");
        try
        {
            return SignatureRevision.Embed(prepared.Document, prepared.Range, token.Encoded.Span);
        }
        catch (PdfUpdateException refused)
        {
            throw new SignatureRefusedException(refused.Code, refused.Message, refused);
        }
    }

    internal static PdfDictionary Entries() => new()
    {
        { "Type", new PdfName(Type) },
        { "Filter", new PdfName(SignatureProfile.Filter) },
        { "SubFilter", new PdfName(SubFilter) },
    };
}
