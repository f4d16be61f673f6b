using ECopy.TestKit;

namespace ECopy.Signing.Tests;

/// <summary>A test of the corpus: shown as skipped, by name, where the corpus is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CorpusFactAttribute : FactAttribute
{
    public CorpusFactAttribute()
    {
        if (SignedCorpus.Folder is null) Skip = "the corpus of signed PDFs is not here (ECOPY_CORPUS)";
    }
}

/// <summary>The same for each file of it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CorpusTheoryAttribute : TheoryAttribute
{
    public CorpusTheoryAttribute()
    {
        if (SignedCorpus.Folder is null) Skip = "the corpus of signed PDFs is not here (ECOPY_CORPUS)";
    }
}
