namespace ECopy.Functions.Compose;

/// <summary>Lays a copy out: scan pages, strip, statement page.</summary>
internal sealed class CopyComposer(CopyFonts fonts)
{
    public ComposedCopy Compose(CopyContent content)
    {
        ArgumentNullException.ThrowIfNull(content);
        throw new NotImplementedException(fonts.ToString());
    }
}
