using System.Globalization;
using System.Security;
using System.Text;

namespace ECopy.Signing.Pdf.Archive;

/// <summary>The metadata stream (ISO 19005-2, 6.6.2): uncompressed, so that any tool finds the code in it.</summary>
internal static class XmpPacket
{
    public static byte[] Write(ArchiveMetadata metadata)
    {
        var time = metadata.CreatedAt.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
        var packet = $"""
            <?xpacket begin="{'\uFEFF'}" id="W5M0MpCehiHzreSzNTczkc9d"?>
            <x:xmpmeta xmlns:x="adobe:ns:meta/">
             <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
              <rdf:Description rdf:about=""
                xmlns:dc="http://purl.org/dc/elements/1.1/"
                xmlns:xmp="http://ns.adobe.com/xap/1.0/"
                xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
                xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
               <pdfaid:part>2</pdfaid:part>
               <pdfaid:conformance>B</pdfaid:conformance>
               <dc:format>application/pdf</dc:format>
               <dc:identifier>{Escaped(metadata.Identifier)}</dc:identifier>
               <dc:language><rdf:Bag><rdf:li>{Escaped(metadata.Language)}</rdf:li></rdf:Bag></dc:language>
               <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{Escaped(metadata.Title)}</rdf:li></rdf:Alt></dc:title>
               <xmp:CreateDate>{time}</xmp:CreateDate>
               <xmp:ModifyDate>{time}</xmp:ModifyDate>
               <xmp:MetadataDate>{time}</xmp:MetadataDate>
               <xmp:CreatorTool>{Escaped(metadata.CreatorTool)}</xmp:CreatorTool>
               <pdf:Producer>{Escaped(metadata.Producer)}</pdf:Producer>
              </rdf:Description>
             </rdf:RDF>
            </x:xmpmeta>
            <?xpacket end="w"?>
            """;
        return Encoding.UTF8.GetBytes(packet.ReplaceLineEndings("\n"));
    }

    /// <summary>Text as XML content, without the characters that XML 1.0 cannot hold.</summary>
    private static string Escaped(string text) =>
        SecurityElement.Escape(string.Concat(text.EnumerateRunes().Where(IsXml).Select(r => r.ToString())));

    private static bool IsXml(Rune character) =>
        character.Value is '\t' or '\n' or '\r' or >= 0x20 and not (0xFFFE or 0xFFFF);
}
