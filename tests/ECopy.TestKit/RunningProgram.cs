using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace ECopy.TestKit;

public static class Signals
{
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Terminate = 15;
}

/// <summary>One process of the program: what it said so far, signals, its end.</summary>
public sealed partial class RunningProgram : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly Process process;
    private readonly StringBuilder error = new();
    private readonly Task<string> output;
    private readonly Task errors;
    private bool disposed;

    public RunningProgram(ProcessStartInfo start)
    {
        ArgumentNullException.ThrowIfNull(start);
        process = Process.Start(start)!;
        process.StandardInput.Close();
        output = process.StandardOutput.ReadToEndAsync();
        errors = ReadErrorsAsync();
    }

    public int Pid => process.Id;

    public bool IsRunning => !process.HasExited;

    /// <summary>What stands on stderr by now.</summary>
    public string Error
    {
        get
        {
            lock (error) return error.ToString();
        }
    }

    public void Signal(int signal)
    {
        // Gone already is what a kill wants.
        if (kill(process.Id, signal) != 0 && !process.HasExited) throw new InvalidOperationException($"kill({process.Id}, {signal}) failed");
    }

    /// <summary>Its end; a program that does not come to one is killed and reported with what it said.</summary>
    public ProgramAnswer Wait(TimeSpan? within = null)
    {
        if (!process.WaitForExit(within ?? Patience))
        {
            Signal(Signals.Kill);
            process.WaitForExit();
            Task.WaitAll(output, errors);
            throw new TimeoutException($"the program did not end: {new ProgramAnswer(process.ExitCode, output.Result, Error)}");
        }

        Task.WaitAll(output, errors);
        return new ProgramAnswer(process.ExitCode, output.Result, Error);
    }

    /// <summary>Where it says that it listens.</summary>
    public async Task<Uri> AddressAsync()
    {
        await Until.TrueAsync(() => Listening().IsMatch(Error) || process.HasExited, () => Error);
        var match = Listening().Match(Error);
        return match.Success ? new Uri($"http://127.0.0.1:{match.Groups[1].Value}/") : throw new InvalidOperationException($"it does not listen: {Wait()}");
    }

    public void Dispose()
    {
        if (disposed) return;
        disposed = true;
        if (!process.HasExited)
        {
            Signal(Signals.Kill);
            process.WaitForExit();
        }

        Task.WaitAll(output, errors);
        process.Dispose();
    }

    private async Task ReadErrorsAsync()
    {
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            lock (error) error.Append(line).Append('\n');
        }
    }

    [GeneratedRegex("http://localhost:([0-9]+)")]
    private static partial Regex Listening();

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int pid, int signal);
}

/// <summary>Waits for conditions, never for time.</summary>
public static class Until
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    public static async Task TrueAsync(Func<bool> condition, Func<string> otherwise)
    {
        ArgumentNullException.ThrowIfNull(condition);
        ArgumentNullException.ThrowIfNull(otherwise);
        var began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(began) > Patience) throw new TimeoutException(otherwise());
            await Task.Delay(Look);
        }
    }

    public static async Task TrueAsync(Func<Task<bool>> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var began = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(began) > Patience) throw new TimeoutException("the condition did not come true");
            await Task.Delay(Look);
        }
    }

    /// <summary>The same at full attention, where the next moment counts: a kill is to hit just this one.</summary>
    public static void TrueAtOnce(Func<bool> condition, Func<string> otherwise)
    {
        ArgumentNullException.ThrowIfNull(condition);
        ArgumentNullException.ThrowIfNull(otherwise);
        var began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(began) > Patience) throw new TimeoutException(otherwise());
            Thread.Yield();
        }
    }
}
