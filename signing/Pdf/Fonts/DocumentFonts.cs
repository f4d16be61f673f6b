using System.Text;

namespace ECopy.Signing.Pdf.Fonts;

/// <summary>The fonts of one document, or of one appearance added to a document later: one subset each.</summary>
public sealed class DocumentFonts(IPdfObjectSink sink)
{
    private readonly OrderedDictionary<TrueTypeFont, FontSubset> subsets = [];

    /// <summary>Characters that some font did not draw, each once; a square stands in their place.</summary>
    public IReadOnlyList<Rune> Substituted => [.. subsets.Values.SelectMany(s => s.Substituted).Distinct().Order()];

    /// <summary>Embeds what was used. Call once, after the last page is drawn.</summary>
    public void Write()
    {
        foreach (var subset in subsets.Values) subset.Write(sink);
    }

    internal FontSubset Of(TrueTypeFont font)
    {
        if (!subsets.TryGetValue(font, out var subset))
        {
            subset = new FontSubset(font, sink.Reserve());
            subsets.Add(font, subset);
        }

        return subset;
    }
}
