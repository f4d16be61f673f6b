namespace ECopy.TestKit;

/// <summary>The repository that these tests were built from.</summary>
internal static class SourceFolder
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ECopy.sln"))) return folder.FullName;
        }

        throw new InvalidOperationException("the tests do not lie inside the repository");
    }
}
