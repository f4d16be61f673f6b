using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ECopy.TestKit.FunctionsHost;

/// <summary>
/// What <c>dotnet publish functions -c Release</c> leaves, made once for the sources as they are and kept until they change. From a
/// copy of them: publishing and building would get into each other's obj/ otherwise.
/// </summary>
internal static class PublishedFolder
{
    private static readonly string Kept = Path.Combine(SourceFolder.Root, "tests", ".artifacts", "published");
    private static readonly string[] Sources = ["functions", "signing"];
    private static readonly string[] Left = ["bin", "obj", "node_modules", ".data"];
    private static readonly Lazy<Task<string>> Made = new(MakeAsync);

    public static Task<string> PathAsync() => Made.Value;

    private static async Task<string> MakeAsync()
    {
        Directory.CreateDirectory(Kept);
        // Two test runs at once publish once.
        await using var alone = await AloneAsync();
        var folder = Path.Combine(Kept, Digest());
        if (Directory.Exists(folder)) return folder;
        foreach (var old in Directory.EnumerateDirectories(Kept)) Directory.Delete(old, recursive: true);

        var copy = Directory.CreateTempSubdirectory("ecopy-publish-").FullName;
        try
        {
            // With the fonts and modules that npm brought, and their times: what is newer would be fetched once more.
            await RunAsync(SourceFolder.Root, "bash", "-c", $"tar -cf - --exclude=functions/bin --exclude=functions/obj --exclude=functions/.data --exclude=signing/bin --exclude=signing/obj functions signing Directory.* global.json .editorconfig | tar -C '{copy}' -xf -");
            // The analyzers have spoken in the build already; they do not change what comes out.
            await RunAsync(copy, "dotnet", "publish", "functions", "-c", "Release", "-p:RunAnalyzers=false", "--disable-build-servers", "--nologo", "-o", folder + ".new");
            Directory.Move(folder + ".new", folder);
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }

        return folder;
    }

    private static async Task<FileStream> AloneAsync()
    {
        while (true)
        {
            try
            {
                return new FileStream(Path.Combine(Kept, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200));
            }
        }
    }

    /// <summary>Of every source file's path and content.</summary>
    private static string Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var files = Directory.EnumerateFiles(SourceFolder.Root, "Directory.*").Append(Path.Combine(SourceFolder.Root, "global.json"))
            .Concat(Sources.SelectMany(source => FilesIn(Path.Combine(SourceFolder.Root, source))));
        foreach (var file in files.Order(StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Path.GetRelativePath(SourceFolder.Root, file)}\n{new FileInfo(file).Length}\n")));
            hash.AppendData(File.ReadAllBytes(file));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    private static IEnumerable<string> FilesIn(string folder) =>
        Directory.EnumerateFiles(folder).Concat(Directory.EnumerateDirectories(folder).Where(inner => !Left.Contains(Path.GetFileName(inner))).SelectMany(FilesIn));

    private static async Task RunAsync(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        // What a test run tells its own build must not steer this one.
        foreach (var inherited in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList()) start.Environment.Remove(inherited);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}:\n{await output}\n{await error}");
    }
}
