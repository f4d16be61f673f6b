using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using ECopy.Functions;
using ECopy.Functions.Demo;
using ECopy.Functions.Domain;
using ECopy.Functions.Hub;
using ECopy.Functions.Hub.Embedded;
using ECopy.Functions.Ledger;
using ECopy.Functions.Office;
using ECopy.Functions.Register;
using ECopy.Functions.Requests;
using ECopy.Functions.Review;
using ECopy.Functions.Storage;
using ECopy.Functions.Upload;
using ECopy.Functions.Web;
using ECopy.Functions.Workflow;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ECopy.TestKit;

/// <summary>
/// The whole program over a demo store of its own in a temporary folder: real files, real hub, real keys. Keys are made once a
/// run and copied. Can be stopped and started again over the same folder, in order or as a crash would.
/// </summary>
internal sealed class TestOffice : IAsyncDisposable
{
    public const string Agency = DemoOffice.AgencyCode;
    private static readonly Lazy<Task<string>> Template = new(MakeTemplateAsync);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly string folder = Directory.CreateTempSubdirectory("ecopy-test-").FullName;
    private readonly List<Action<IServiceCollection>> changes = [];
    private DataFolder? data;
    private Witness? witness;
    private bool adoptsBooks;

    private TestOffice(TimeProvider clock) => Clock = clock;

    public TimeProvider Clock { get; }

    public WebApplication App { get; private set; } = null!;

    /// <summary>Every turn that the hub stored, of every start of this office.</summary>
    public ConcurrentQueue<RecordedTurn> Turns { get; } = new();

    public string DataPath => Path.Combine(folder, "data");

    public string WitnessPath => Path.Combine(folder, "witness");

    public IBlobStore Store => App.Services.GetRequiredService<IBlobStore>();

    public CopyWorkflow Workflow => App.Services.GetRequiredService<CopyWorkflow>();

    public CopyRequests Requests => App.Services.GetRequiredService<CopyRequests>();

    public CertificationRegister Register => App.Services.GetRequiredService<CertificationRegister>();

    /// <summary>A round of the sweeper, now.</summary>
    public Task SweepAsync() => App.Services.GetRequiredService<Sweeper>().SweepAsync(Hub, default);

    public DurableTaskClient Hub => App.Services.GetRequiredService<DurableTaskClient>();

    /// <summary>Speaks HTTP with the program over its socket; with a new token of an account when one is named.</summary>
    public async Task<HttpClient> ConnectAsync(string? userName = null, string agency = Agency)
    {
        if (userName is null) return ConnectWith(null);
        var token = ApiTokens.Draw();
        var added = await Get<ApiTokens>().AddAsync(agency, userName, "test", token, userName, default);
        return added.IsRejected ? throw new InvalidOperationException(added.Rejection!.Code) : ConnectWith(token);
    }

    /// <summary>A browser that has never been here: follows nothing by itself, keeps cookies unless told otherwise.</summary>
    public HttpClient Browse(bool cookies = true)
    {
        var handler = LocalSocket.HandlerTo(DataPath);
        handler.UseCookies = false;
        handler.AllowAutoRedirect = false;
        var browser = new HttpClient(cookies ? new KeptCookies(handler) : handler) { BaseAddress = LocalSocket.Address };
        browser.DefaultRequestHeaders.Add("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");
        return browser;
    }

    public HttpClient ConnectWith(string? token)
    {
        var client = LocalSocket.Connect(DataPath);
        if (token is not null) client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>Opens an office. <paramref name="change"/> replaces services, at every start.</summary>
    /// <param name="prepare">Makes the data folder, and perhaps the witness's; without a witness its books are taken as they are.</param>
    public static async Task<TestOffice> OpenAsync(TimeProvider? clock = null, Action<IServiceCollection>? change = null, Func<string, string, Task>? prepare = null)
    {
        var office = new TestOffice(clock ?? TimeProvider.System);
        if (change is not null) office.changes.Add(change);
        if (prepare is null) await CopyTemplateAsync(office.DataPath);
        else await prepare(office.DataPath, office.WitnessPath);
        office.adoptsBooks = prepare is not null && !Directory.Exists(office.WitnessPath);
        await office.StartAsync();
        return office;
    }

    /// <summary>A demo store with its office and keys, in a new folder.</summary>
    public static async Task CopyTemplateAsync(string to) => CopyFolder(await Template.Value, to);

    public T Get<T>()
        where T : notnull => App.Services.GetRequiredService<T>();

    public async Task StartAsync()
    {
        data = (await DataFolder.OpenAsync(DataPath, StoreKind.Demo, Clock, default)).Value;
        witness = (await Witness.OpenAsync(data, WitnessPath, adoptsBooks, Clock, default)).Value;
        App = ECopyHost.Build(data, witness, new HostOptions(null, new Uri("https://saoy.mauan.example/")), services =>
        {
            services.Replace(ServiceDescriptor.Singleton(Clock));
            var hub = (EmbeddedHubOptions)services.Single(service => service.ServiceType == typeof(EmbeddedHubOptions)).ImplementationInstance!;
            services.Replace(ServiceDescriptor.Singleton(hub with { OnTurn = Turns.Enqueue }));
            // Tests that are about something else must not meet the limits of one address.
            services.Replace(ServiceDescriptor.Singleton(new GuardLimits(Off: true)));
            foreach (var change in changes) change(services);
        });
        await App.Services.GetRequiredService<EmbeddedHub>().StartAsync(default);
        await App.StartAsync();
    }

    /// <summary>Stops in order, as at Ctrl-C.</summary>
    public async Task StopAsync()
    {
        await App.StopAsync();
        await App.Services.GetRequiredService<EmbeddedHub>().StopAsync(default);
        await LetGoAsync();
    }

    /// <summary>Drops everything in memory and what the hub had not stored yet.</summary>
    public async Task CrashAsync()
    {
        await App.Services.GetRequiredService<EmbeddedHub>().DisposeAsync();
        await App.StopAsync();
        await LetGoAsync();
    }

    public Task<Result<CopyRequest>> SubmitAsync(string title = "Bằng tốt nghiệp", string? copyId = null, params byte[][] files) =>
        Workflow.SubmitAsync(
            new ScanUpload(Agency, copyId ?? NewCopyId(), DemoOffice.Clerk, title, "Nguyễn Thị Ví Dụ", null, [.. (files.Length > 0 ? files : [SmallScan.Png(1)]).Select(file => new ReadOnlyMemory<byte>(file))]),
            default);

    public static string NewCopyId() => Guid.CreateVersion7().ToString("N");

    public async Task<Result<CopyRequest>> DecideAsync(
        string copyId, ReviewDecision kind = ReviewDecision.Approved, string person = DemoOffice.Attestor, string? digest = null, params string[] reasons)
    {
        var request = await Requests.FindAsync(Agency, copyId, default);
        return await Workflow.DecideAsync(new DecisionOrder(Agency, copyId, person, kind, digest ?? request?.ScanDigest ?? "", reasons), default);
    }

    /// <summary>Waits until the request is as wanted, and returns it.</summary>
    public async Task<CopyRequest> WhenAsync(string copyId, Func<CopyRequest, bool> wanted)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var request = await Requests.FindAsync(Agency, copyId, default) ?? throw new InvalidOperationException($"no request {copyId}");
            if (wanted(request)) return request;
            if (Stopwatch.GetElapsedTime(began) > Patience)
                throw new TimeoutException($"{copyId} stands at {request.State}, failure {request.Failure}, attempt {request.Attempt}");
            await Task.Delay(5);
        }
    }

    public Task<CopyRequest> WhenStateAsync(string copyId, CopyState state) => WhenAsync(copyId, request => request.State == state);

    /// <summary>From the upload to the registered copy.</summary>
    public async Task<CopyRequest> CertifyAsync(string title = "Bằng tốt nghiệp", params byte[][] files)
    {
        var copyId = (await SubmitAsync(title, null, files)).Value.CopyId;
        await WhenStateAsync(copyId, CopyState.WaitingForReview);
        await DecideAsync(copyId);
        var registered = await WhenStateAsync(copyId, CopyState.Registered);
        // The marker goes last.
        await Hub.WaitForInstanceCompletionAsync(CopyWorkflow.InstanceId(copyId, registered.Attempt));
        return registered;
    }

    public async Task<IReadOnlyList<RegisterEntry>> BookAsync()
    {
        var entries = new List<RegisterEntry>();
        await foreach (var book in Register.ListBooksAsync(Agency, default))
        {
            await foreach (var entry in Register.ReadBookAsync(Agency, book, default)) entries.Add(entry);
        }

        return entries;
    }

    public async Task<IReadOnlyList<string>> PathsAsync(string prefix)
    {
        var paths = new List<string>();
        await foreach (var path in Store.ListAsync(prefix, default)) paths.Add(path);
        return paths;
    }

    public async Task<IReadOnlyList<AuditEntry>> TrailAsync()
    {
        var entries = new List<AuditEntry>();
        await foreach (var entry in Get<AuditTrail>().ReadAsync(Agency, default)) entries.Add(entry);
        return entries;
    }

    /// <summary>No request is open any more: markers go last.</summary>
    public async Task WhenSettledAsync()
    {
        var began = Stopwatch.GetTimestamp();
        while (await PathsAsync(BlobPaths.OpenMarkers) is { Count: > 0 } open)
        {
            if (Stopwatch.GetElapsedTime(began) > Patience) throw new TimeoutException($"still open: {string.Join(' ', open)}");
            await Task.Delay(5);
        }
    }

    public Task<AuditReport> AuditAsync() => Get<StoreAudit>().RunAsync(default);

    public async ValueTask DisposeAsync()
    {
        // Every history of every test is replayed, whole and in every split.
        if (data is not null)
        {
            RecordedHistories.Check(this);
            await StopAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    private static async Task<string> MakeTemplateAsync()
    {
        var template = Directory.CreateTempSubdirectory("ecopy-template-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(template, recursive: true);
        using var data = (await DataFolder.OpenAsync(template, StoreKind.Demo, TimeProvider.System, default)).Value;
        await new DemoOffice(
            data.Blobs,
            new KeyFiles(FileBlobStore.Open(Path.Combine(template, "authority"))),
            new KeyFiles(FileBlobStore.Open(Path.Combine(template, "keys"))),
            new ShiftedTime(new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.Zero))).EnsureAsync(default);
        return template;
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from))
        {
            if (Path.GetFileName(file) is not "owner.lock") File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        foreach (var inner in Directory.EnumerateDirectories(from)) CopyFolder(inner, Path.Combine(to, Path.GetFileName(inner)));
    }

    private async Task LetGoAsync()
    {
        await App.DisposeAsync();
        witness!.Dispose();
        data!.Dispose();
        data = null;
    }
}
