namespace ECopy.Functions.Pages;

/// <summary>The two questions: a code, a file.</summary>
/// <param name="Typed">What stands in the code box.</param>
/// <param name="AskedCode">The code whose page this is: a file compared here should be its.</param>
/// <param name="FileFirst">After a code alone the file is what is missing.</param>
internal sealed record CheckForm(PageTexts Text, long MostBytes, string? Typed = null, string? AskedCode = null, bool FileFirst = false, bool Focus = false);
