using System.ComponentModel;
using System.Diagnostics;

namespace ECopy.TestKit;

/// <summary>What a program answered.</summary>
public sealed record ToolAnswer(int ExitCode, string Output, string Error)
{
    public string All => Output + Error;
}

/// <summary>Runs the programs that give a second opinion (qpdf, pdfsig, mutool, openssl …). One that is missing is an error.</summary>
public static class OutsideTool
{
    public static ToolAnswer Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        try
        {
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return new ToolAnswer(process.ExitCode, output, error.Result);
        }
        catch (Win32Exception fault)
        {
            throw new InvalidOperationException($"{program} is not installed; the tests need it", fault);
        }
    }

    /// <summary>The same on bytes, by way of a file that is removed after; <c>{}</c> among the arguments is its path.</summary>
    public static ToolAnswer RunOn(byte[] bytes, string extension, string program, params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("ecopy-test-");
        try
        {
            var path = Path.Combine(folder.FullName, "file" + extension);
            File.WriteAllBytes(path, bytes);
            return Run(program, [.. arguments.Select(argument => argument == "{}" ? path : argument)]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
