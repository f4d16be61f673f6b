using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ECopy.TestKit.FunctionsHost;

/// <summary>
/// Keeps one process of the handler running: starts it on a free port, asks <c>GET /</c> until anything is answered, and starts
/// another one on another port when it is dead. The real host gives up after three deaths; this one does not, since killing is what it is for.
/// </summary>
internal sealed class HandlerKeeper : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly FunctionsApp app;
    private readonly IReadOnlyDictionary<string, string> settings;
    private readonly CancellationTokenSource stopping = new();
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly Lock gate = new();
    private readonly List<RunningProgram> started = [];
    private readonly Task keeping;
    private TaskCompletionSource<Uri> ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RunningProgram? running;
    private bool killed;

    public HandlerKeeper(FunctionsApp app, IReadOnlyDictionary<string, string> settings)
    {
        (this.app, this.settings) = (app, settings);
        keeping = Task.Run(KeepAsync);
    }

    public int Kills { get; private set; }

    /// <summary>What the handler said before it died by itself; empty when only this host killed it.</summary>
    public List<string> Deaths { get; } = [];

    /// <summary>All that the handlers of this host wrote to stderr.</summary>
    public string Log
    {
        get
        {
            lock (gate) return string.Concat(started.Select(program => program.Error));
        }
    }

    public int? Pid
    {
        get
        {
            lock (gate) return running?.Pid;
        }
    }

    /// <summary>The address of a handler that answers, or did a moment ago: its death is noticed by whoever calls it first.</summary>
    public Task<Uri> AddressAsync(CancellationToken cancellationToken)
    {
        lock (gate) return ready.Task.WaitAsync(Patience, cancellationToken);
    }

    /// <summary>SIGKILL, as the host does it at a function's timeout and the platform at every whim.</summary>
    public async Task KillAsync()
    {
        RunningProgram victim;
        lock (gate)
        {
            if (running is null) return;
            victim = running;
            killed = true;
            Kills++;
        }

        victim.Signal(Signals.Kill);
        await Until.TrueAsync(() => !victim.IsRunning, () => "the handler survived SIGKILL");
        // What is called from now on waits for the next one; what was under way, or had the address already, is lost.
        lock (gate)
        {
            if (running == victim) Withdraw();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await keeping;
        foreach (var program in started) program.Dispose();
        http.Dispose();
        stopping.Dispose();
    }

    private void Withdraw()
    {
        if (ready.Task.IsCompleted) ready = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private async Task KeepAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            var port = FreePort();
            var program = new RunningProgram(StartOf(port));
            lock (gate)
            {
                started.Add(program);
                running = program;
            }

            if (await AnswersAsync(program, port) && program.IsRunning)
            {
                lock (gate) ready.TrySetResult(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/")));
            }

            while (program.IsRunning && !stopping.IsCancellationRequested) await Task.Delay(Look);
            lock (gate)
            {
                running = null;
                Withdraw();
                if (!killed && !stopping.IsCancellationRequested) Deaths.Add(program.Wait().ToString());
                killed = false;
            }
        }
    }

    /// <summary>False when it died before it said a word.</summary>
    private async Task<bool> AnswersAsync(RunningProgram program, int port)
    {
        var began = Stopwatch.GetTimestamp();
        while (program.IsRunning && !stopping.IsCancellationRequested)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/")), HttpCompletionOption.ResponseHeadersRead, stopping.Token);
                return true;
            }
            catch (HttpRequestException)
            {
                // Not yet. Only a connection that cannot be made counts as that; every answer is an answer.
            }
            catch (OperationCanceledException)
            {
                return false;
            }

            if (Stopwatch.GetElapsedTime(began) > Patience) program.Signal(Signals.Kill);
            await Task.Delay(Look);
        }

        return false;
    }

    private ProcessStartInfo StartOf(int port)
    {
        var start = new ProcessStartInfo(app.Host.Executable)
        {
            WorkingDirectory = app.Host.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in app.Host.Arguments) start.ArgumentList.Add(argument);
        foreach (var inherited in (string[])["Register__Witness", "PublicUrl", "Storage__ConnectionString"]) start.Environment.Remove(inherited);
        foreach (var (name, value) in settings) start.Environment[name] = value;
        var worker = Guid.NewGuid().ToString();
        start.Environment["FUNCTIONS_CUSTOMHANDLER_PORT"] = start.Environment["FUNCTIONS_HTTPWORKER_PORT"] = port.ToString(CultureInfo.InvariantCulture);
        start.Environment["FUNCTIONS_CUSTOMHANDLER_WORKER_ID"] = start.Environment["FUNCTIONS_HTTPWORKER_ID"] = worker;
        start.Environment["FUNCTIONS_APP_ROOT_PATH"] = app.Folder;
        return start;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
