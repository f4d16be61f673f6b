using System.Text.Json;
using ECopy.Functions.Storage;
using ECopy.TestKit;

namespace ECopy.EndToEnd.Tests.Hosted;

/// <summary>How somebody of the demo signs in.</summary>
public sealed record DemoPerson(string Role, string UserName, string Agency, string Token);

/// <summary>The program over a demo store, as its callers see it: an address, people, the command line beside it. In one mode or the other.</summary>
public abstract class RunningOffice : IAsyncLifetime
{
    public const string MauAn = "H99.9.1";
    public const string ViDu = "H99.9.2";

    private IReadOnlyList<DemoPerson> people = [];

    public abstract Uri Address { get; }

    /// <summary>What the program said so far, for whoever looks at a failure.</summary>
    public abstract string Log { get; }

    /// <summary>The blobs, read without the program.</summary>
    internal abstract IBlobStore Store { get; }

    protected abstract string AccountsFile { get; }

    /// <summary>A verb of the command line over the same store, in a process of its own.</summary>
    public abstract ProgramAnswer Ask(params string[] arguments);

    public async Task InitializeAsync()
    {
        await StartAsync();
        // A first start answers long before it has hashed the passwords.
        await Until.TrueAsync(() => (people = ReadPeople()).Count > 0, () => $"no accounts are made: {Log}");
        foreach (var person in people)
        {
            using var client = Client(person);
            await Until.TrueAsync(async () =>
            {
                using var answer = await client.GetAsync("/api/copies?limit=1");
                return answer.IsSuccessStatusCode;
            });
        }
    }

    public abstract Task DisposeAsync();

    public HttpClient As(string role, string agency = MauAn) => Client(Person(role, agency));

    public DemoPerson Person(string role, string agency = MauAn) => people.First(person => person.Role == role && person.Agency == agency);

    protected abstract Task StartAsync();

    private HttpClient Client(DemoPerson person)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = Address, Timeout = TimeSpan.FromMinutes(3) };
        client.DefaultRequestHeaders.Authorization = new("Bearer", person.Token);
        return client;
    }

    private IReadOnlyList<DemoPerson> ReadPeople()
    {
        if (!File.Exists(AccountsFile)) return [];
        using var file = JsonDocument.Parse(File.ReadAllBytes(AccountsFile));
        return [.. file.RootElement.GetProperty("accounts").EnumerateArray().Select(one =>
        {
            string Text(string member) => one.GetProperty(member).GetString()!;
            return new DemoPerson(Text("role"), Text("userName"), Text("agency"), Text("token"));
        })];
    }
}

/// <summary>The program by itself: embedded hub, files in a folder.</summary>
public sealed class EmbeddedOffice : RunningOffice
{
    private RunningServer server = null!;

    private ProgramUnderTest Program { get; } = ProgramUnderTest.OverDemoStore();

    public override Uri Address => server.Address;

    public override string Log => server.Program.Error;

    internal override IBlobStore Store => FileBlobStore.OpenReadOnly(Program.Data);

    protected override string AccountsFile => Path.Combine(Program.Data, "keys", "demo-accounts.json");

    public override ProgramAnswer Ask(params string[] arguments) => Program.Run(arguments);

    public override Task DisposeAsync()
    {
        Program.Dispose();
        return Task.CompletedTask;
    }

    protected override async Task StartAsync() => server = await Program.ServeAsync();
}
