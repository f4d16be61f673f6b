using System.Diagnostics;
using System.Globalization;

namespace ECopy.Functions.Storage;

/// <summary>Who holds a store: as written beside its lease.</summary>
internal sealed record LeaseHolder(string Machine, int Pid, string Run, TimeSpan Duration)
{
    /// <summary>This run of this process, on this machine; a process of the same number may have been here before.</summary>
    private static readonly string ThisRun = Guid.NewGuid().ToString("N");

    public static LeaseHolder Ours(TimeSpan duration) => new(Environment.MachineName, Environment.ProcessId, ThisRun, duration);

    /// <summary>True where it can be told: it is this process, or one of this machine that runs. Else a killed one looks just like it.</summary>
    public bool IsAlive
    {
        get
        {
            if (Machine != Environment.MachineName) return false;
            if (Pid == Environment.ProcessId) return Run == ThisRun;
            try
            {
                using var there = Process.GetProcessById(Pid);
                using var self = Process.GetCurrentProcess();
                return there.ProcessName == self.ProcessName;
            }
            catch (ArgumentException)
            {
                return false;
            }
        }
    }

    public Dictionary<string, string> ToMetadata() => new()
    {
        ["machine"] = Uri.EscapeDataString(Machine),
        ["pid"] = Pid.ToString(CultureInfo.InvariantCulture),
        ["run"] = Run,
        ["seconds"] = ((int)Duration.TotalSeconds).ToString(CultureInfo.InvariantCulture),
    };

    public static LeaseHolder FromMetadata(IDictionary<string, string> metadata) => new(
        metadata.TryGetValue("machine", out var machine) ? Uri.UnescapeDataString(machine) : "?",
        Number(metadata, "pid"),
        metadata.TryGetValue("run", out var run) ? run : "",
        TimeSpan.FromSeconds(Math.Clamp(Number(metadata, "seconds"), 15, 60)));

    private static int Number(IDictionary<string, string> metadata, string name) =>
        metadata.TryGetValue(name, out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
