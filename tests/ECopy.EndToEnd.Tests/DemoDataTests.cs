using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ECopy.TestKit;

namespace ECopy.EndToEnd.Tests;

/// <summary>The first run: what a visitor finds, and that nothing which comes in between spoils it.</summary>
[Collection(TheKilledProgram.Name)]
public sealed partial class DemoDataTests : IDisposable
{
    private const int Copies = 49;
    private readonly ProgramUnderTest program = new();

    [Fact]
    public async Task Killed_twice_and_worked_with_meanwhile_the_demo_data_are_whole_and_there_once()
    {
        var server = await program.ServeAsync(demo: true);
        using var anyone = new HttpClient();
        Assert.Contains("<progress", await anyone.GetStringAsync(server.Address), StringComparison.Ordinal);
        await WhenDoneAsync(server, 8);
        // A citizen comes to the counter while the past is being made, and the power goes.
        var uploaded = await UploadAsync(server);
        server.Kill();
        await new StoredCopies(program).RequireCleanAsync();

        server = await program.ServeAsync(demo: true);
        var waiting = await WhenReceivedAsync(server, "Lương Văn Ví Dụ");
        await DecideAsync(server, waiting);
        server.Kill();
        await new StoredCopies(program).RequireCleanAsync();

        server = await program.ServeAsync(demo: true);
        await Until.TrueAsync(() => Past()?["completedAt"] is not null, () => $"{Past()} {server.Program.Error}");
        await Until.TrueAsync(() => StateOf(uploaded) == "waitingForReview" && StateOf(waiting) == "registered", () => $"{StateOf(uploaded)} {StateOf(waiting)} {server.Program.Error}");
        await Until.TrueAsync(() => !SayingsOf(anyone, server).Contains("<progress", StringComparison.Ordinal), () => server.Program.Error);

        RequireWhole(uploaded, waiting);
        await RequireSamplesAsync(anyone, server);
        server.Kill();
        await new StoredCopies(program).RequireCleanAsync();
        Assert.False(File.Exists(program.PathOf("demo-hub.sqlite")));

        // Made once: another start finds everything done.
        var before = Requests().Count;
        server = await program.ServeAsync(demo: true);
        Assert.DoesNotContain("<progress", await anyone.GetStringAsync(server.Address), StringComparison.Ordinal);
        Assert.Equal(before, Requests().Count);
    }

    public void Dispose() => program.Dispose();

    private static string SayingsOf(HttpClient client, RunningServer server) => client.GetStringAsync(server.Address).GetAwaiter().GetResult();

    private void RequireWhole(params string[] ofPersons)
    {
        var requests = Requests();
        Assert.Equal(Copies + 1, requests.Count);
        // Two originals came in one visit.
        Assert.Equal(requests.Count - 1, requests.Select(request => request["dossierCode"]!.GetValue<string>()).Distinct().Count());
        var states = requests.CountBy(request => request["state"]!.GetValue<string>()).ToDictionary();
        // Four papers and a neighbour's wait for the official, the visitor's too; the late one was approved by a person.
        Assert.Equal(
            new Dictionary<string, int> { ["registered"] = 39, ["waitingForReview"] = 7, ["waitingForSeal"] = 1, ["returned"] = 1, ["refused"] = 2 },
            states);

        // A kill does not bring the past into the present.
        Assert.All(requests.Where(request => request["reservation"] is not null && !ofPersons.Contains(request["copyId"]!.GetValue<string>())), request =>
            Assert.Equal(request["receivedAt"]!.GetValue<DateTimeOffset>().ToOffset(TimeSpan.FromHours(7)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), request["reservation"]!["date"]!.GetValue<string>()));
        Assert.True(requests.Count(request => request["receivedAt"]!.GetValue<DateTimeOffset>() < DateTimeOffset.UtcNow.AddDays(-7)) >= 30);

        var stored = new StoredCopies(program);
        var year = DateTime.UtcNow.AddHours(7).Year;
        var books = stored.Files("register").GroupBy(path => Path.GetDirectoryName(path)!).ToDictionary(
            book => Path.GetRelativePath(program.PathOf("register"), book.Key),
            book => book.Order(StringComparer.Ordinal).Select(path => JsonNode.Parse(File.ReadAllBytes(path))!).ToList());
        Assert.All(books.Values, pages =>
        {
            var entries = pages.SelectMany(page => page["entries"]!.AsArray()).ToList();
            Assert.Equal(Enumerable.Range(1, entries.Count), entries.Select(entry => entry!["number"]!.GetValue<int>()));
            var dates = entries.Select(entry => entry!["date"]!.GetValue<string>()).ToList();
            Assert.Equal(dates.Order(StringComparer.Ordinal), dates);
        });
        var entries = books.Values.SelectMany(pages => pages).SelectMany(page => page["entries"]!.AsArray()).ToList();
        var spoilt = Assert.Single(entries, entry => entry!["state"]!.GetValue<string>() == "void");
        Assert.Equal(9, spoilt!["number"]!.GetValue<int>());
        Assert.Equal(40, entries.Count(entry => entry!["state"]!.GetValue<string>() is "issued" or "reserved"));
        Assert.Contains(books, book => book.Key.Contains(FormattableString.Invariant($"01-{year - 1}"), StringComparison.Ordinal));
    }

    private static async Task RequireSamplesAsync(HttpClient client, RunningServer server)
    {
        var codes = Sample().Matches(await client.GetStringAsync(server.Address)).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(3, codes.Distinct().Count());
        foreach (var code in codes)
        {
            var verdict = JsonNode.Parse(await client.GetStringAsync(new Uri(server.Address, $"api/verify/{code}")))!;
            Assert.Contains("regist", verdict.ToJsonString(), StringComparison.OrdinalIgnoreCase);
        }
    }

    private async Task<string> UploadAsync(RunningServer server)
    {
        using var client = As(server, "motcua.linh");
        using var form = new MultipartFormDataContent { { new StringContent("Sổ hộ khẩu"), "title" }, { new StringContent("Từ Văn Ví Dụ"), "requester" } };
        var page = new ByteArrayContent(SmallScan.Png(4));
        page.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        form.Add(page, "files", "scan.png");
        using var answer = await client.PostAsync(new Uri("api/copies", UriKind.Relative), form);
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, body);
        return JsonNode.Parse(body)!["copyId"]!.GetValue<string>();
    }

    private async Task DecideAsync(RunningServer server, string copyId)
    {
        using var client = As(server, "chutich.an");
        var digest = new StoredCopies(program).Request(copyId)!["scanDigest"]!.GetValue<string>();
        using var answer = await client.PostAsJsonAsync(new Uri($"api/copies/{copyId}/decision", UriKind.Relative), new { decision = "approved", digestSeen = digest });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private HttpClient As(RunningServer server, string user)
    {
        var account = new StoredCopies(program).Read("keys/demo-accounts.json")!["accounts"]!.AsArray().Single(one => one!["userName"]!.GetValue<string>() == user)!;
        var client = new HttpClient { BaseAddress = server.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", account["token"]!.GetValue<string>());
        return client;
    }

    private JsonNode? Past() => new StoredCopies(program).Read("demo/past.json");

    private Task WhenDoneAsync(RunningServer server, int acts) =>
        Until.TrueAsync(() => Past()?["done"]?.GetValue<int>() >= acts, () => $"{Past()} {server.Program.Error}");

    private async Task<string> WhenReceivedAsync(RunningServer server, string requester)
    {
        JsonNode? found = null;
        await Until.TrueAsync(
            () => (found = Requests().Find(request => request["requester"]!.GetValue<string>() == requester && request["state"]!.GetValue<string>() == "waitingForReview")) is not null,
            () => server.Program.Error);
        return found!["copyId"]!.GetValue<string>();
    }

    private string? StateOf(string copyId) => new StoredCopies(program).Request(copyId)?["state"]?.GetValue<string>();

    private List<JsonNode> Requests() => [.. new StoredCopies(program).Files("requests").Select(path => JsonNode.Parse(File.ReadAllBytes(path))!)];

    [GeneratedRegex("<a class=\"figures\" href=\"/v/([0-9A-Z-]+)\"")]
    private static partial Regex Sample();
}
