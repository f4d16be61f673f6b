using System.Diagnostics;
using System.Text;

namespace ECopy.TestKit;

/// <summary>What a run of the program answered.</summary>
public sealed record ProgramAnswer(int ExitCode, string Output, string Error)
{
    public override string ToString() => $"exit {ExitCode}\n--- stdout\n{Output}\n--- stderr\n{Error}";
}

/// <summary>
/// The real program, as it was built, over a data folder and a witness of its own in a temporary folder. Whatever it still
/// runs is killed, and the folder removed, with it.
/// </summary>
public sealed class ProgramUnderTest : IDisposable
{
    private static readonly Lazy<ProgramUnderTest> Founded = new(Found);

    private readonly List<RunningProgram> started = [];

    public static string Executable { get; } = Path.Combine(AppContext.BaseDirectory, "ECopy");

    /// <summary>The caller's folder: relative paths start here.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("ecopy-e2e-").FullName;

    public string Data => Path.Combine(Folder, ".data");

    /// <summary>What <c>--witness</c> would name.</summary>
    public string Witness => Path.Combine(Folder, "state", "ecopy");

    /// <summary>Settings of this program's processes, beside what every one gets.</summary>
    public Dictionary<string, string> Settings { get; } = new(StringComparer.Ordinal);

    public string PathOf(string blob) => Path.Combine(Data, blob);

    /// <summary>
    /// Over a demo store as a first start without demo data leaves it. It is made once and copied: keys and passwords of many
    /// people take seconds, and what is tested here comes after them.
    /// </summary>
    public static ProgramUnderTest OverDemoStore()
    {
        var program = new ProgramUnderTest();
        Founded.Value.CopyStoreTo(program);
        return program;
    }

    /// <summary>Puts a file into the caller's folder and gives its path.</summary>
    public string Put(string name, ReadOnlySpan<byte> content)
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    /// <summary>Runs the program to its end.</summary>
    public ProgramAnswer Run(params string[] arguments)
    {
        using var running = Start(arguments);
        return running.Wait();
    }

    /// <summary>Starts the program; it goes on beside the test.</summary>
    public RunningProgram Start(params string[] arguments) => StartProcess(Executable, arguments);

    /// <summary>Starts a shell script in which the program is called <c>ecopy</c>, as in the README; it ends at its first failure.</summary>
    public RunningProgram StartScript(string script)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Folder, "bin")).FullName;
        var command = Path.Combine(folder, "ecopy");
        if (!File.Exists(command)) File.CreateSymbolicLink(command, Executable);
        return StartProcess("bash", "-c", $"set -euo pipefail\nPATH={folder}:$PATH\n{script}");
    }

    private RunningProgram StartProcess(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var inherited in (string[])["Register__Witness", "Register__WitnessConnectionString", "Register__WitnessUrl", "PublicUrl", "Storage__ConnectionString", "Storage__AccountUrl", "Keys__Folder", "FUNCTIONS_CUSTOMHANDLER_PORT"]) start.Environment.Remove(inherited);
        start.Environment["XDG_STATE_HOME"] = Path.Combine(Folder, "state");
        // Everything here comes from one address, and much faster than people.
        start.Environment["Limits__Off"] = "true";
        foreach (var (name, value) in Settings) start.Environment[name] = value;
        var running = new RunningProgram(start);
        lock (started) started.Add(running);
        return running;
    }

    /// <summary>Starts <c>serve</c> on a free port and waits until it says where it listens.</summary>
    /// <param name="demo">With the demo data, which are made beside whatever the test does.</param>
    public async Task<RunningServer> ServeAsync(bool demo = false)
    {
        string[] arguments = ["serve", "--port", "0", "--lang", "en"];
        var running = Start(demo ? arguments : [.. arguments, "--no-demo"]);
        return new RunningServer(running, await running.AddressAsync());
    }

    /// <summary>
    /// Store and witness as they are now, into another's empty folder: a backup, or something to spoil. Without what belongs
    /// to a running process only: lock, socket, the hub's database.
    /// </summary>
    public void CopyStoreTo(ProgramUnderTest other)
    {
        ArgumentNullException.ThrowIfNull(other);
        foreach (var folder in (string[])[".data", "state"])
        {
            var from = Path.Combine(Folder, folder);
            foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) is not ("owner.lock" or "ecopy.sock") && !Path.GetFileName(file).StartsWith("hub.sqlite", StringComparison.Ordinal)))
            {
                var target = Path.Combine(other.Folder, folder, Path.GetRelativePath(from, file));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
                File.Copy(file, target, overwrite: true);
            }
        }
    }

    public void Dispose()
    {
        foreach (var running in started) running.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static ProgramUnderTest Found()
    {
        var program = new ProgramUnderTest();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => program.Dispose();
        using var running = program.Start("serve", "--port", "0", "--lang", "en", "--no-demo");
        running.AddressAsync().GetAwaiter().GetResult();
        running.Signal(Signals.Terminate);
        return running.Wait() is { ExitCode: 0 } ? program : throw new InvalidOperationException("a first start did not end well");
    }
}

/// <summary>A running <c>serve</c>.</summary>
/// <param name="Address">On the loopback, with the real port.</param>
public sealed record RunningServer(RunningProgram Program, Uri Address) : IDisposable
{
    /// <summary>SIGKILL: what a power cut leaves, short of the disk's own cache.</summary>
    public void Kill()
    {
        Program.Signal(Signals.Kill);
        Program.Wait();
    }

    public void Dispose() => Program.Dispose();
}
