using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Storage;
using ECopy.Functions.Upload;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Web;

/// <summary>A running office with a neighbour, and one HTTP client per role: shared by the tests of a class.</summary>
public sealed class ApiOffice : IAsyncLifetime
{
    internal const string Neighbour = "H99.9.2";
    internal const string NeighbourClerk = "motcua.khac";

    internal static readonly IReadOnlyDictionary<OfficeRole, string> Users = new Dictionary<OfficeRole, string>
    {
        [OfficeRole.OneStopClerk] = "motcua.linh",
        [OfficeRole.Attestor] = "lanhdao.binh",
        [OfficeRole.SealKeeper] = "vanthu.ha",
        [OfficeRole.AgencyAdmin] = "quantri.mau",
        [OfficeRole.Inspector] = "doankt.son",
    };

    private readonly Dictionary<OfficeRole, HttpClient> clients = [];

    internal TestOffice Office { get; private set; } = null!;

    /// <summary>A request of the other agency.</summary>
    internal string ForeignCopy { get; private set; } = "";

    internal HttpClient Anonymous { get; private set; } = null!;

    internal HttpClient As(OfficeRole role) => clients[role];

    public async Task InitializeAsync()
    {
        Office = await TestOffice.OpenAsync();
        Anonymous = await Office.ConnectAsync();
        foreach (var (role, user) in Users) clients[role] = await Office.ConnectAsync(user);
        await AddNeighbourAsync(Office);
        var upload = new ScanUpload(Neighbour, TestOffice.NewCopyId(), NeighbourClerk, "Giấy khai sinh", "Trần Gia Bảo Mẫu", null, [SmallScan.Png(9)]);
        ForeignCopy = (await Office.Workflow.SubmitAsync(upload, default)).Value.CopyId;
    }

    public async Task DisposeAsync()
    {
        foreach (var client in clients.Values) client.Dispose();
        Anonymous.Dispose();
        await Office.DisposeAsync();
    }

    internal static async Task AddNeighbourAsync(TestOffice office)
    {
        var own = await office.Get<OfficeDirectory>().AgencyAsync(TestOffice.Agency, default);
        await office.Store.CreateJsonAsync(BlobPaths.Person(Neighbour, NeighbourClerk), new Person(1, Neighbour, NeighbourClerk, "Lâm Thị Mẫu", [], [OfficeRole.OneStopClerk], null, null), default);
        await office.Store.CreateJsonAsync(BlobPaths.Account(Neighbour, NeighbourClerk), new Account(Account.CurrentSchema, Neighbour, NeighbourClerk, NeighbourClerk), default);
        await office.Store.CreateJsonAsync(BlobPaths.Agency(Neighbour), own with { Code = Neighbour }, default);
    }

    internal static MultipartFormDataContent Form(string? title = "Bằng tốt nghiệp", string requester = "Nguyễn Thị Ví Dụ", string? originalPages = null, params byte[][] files)
    {
        var form = new MultipartFormDataContent();
        if (title is not null) form.Add(new StringContent(title), "title");
        form.Add(new StringContent(requester), "requester");
        if (originalPages is not null) form.Add(new StringContent(originalPages), "originalPages");
        foreach (var file in files)
        {
            var part = new ByteArrayContent(file);
            part.Headers.ContentType = new MediaTypeHeaderValue("image/png");
            form.Add(part, "files", "scan.png");
        }

        return form;
    }

    internal static HttpRequestMessage Upload(HttpContent body, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/copies") { Content = body };
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        return request;
    }

    /// <summary>The code of a refusal, after its form has been looked at: problem JSON with a sentence of its own.</summary>
    internal static async Task<string> RefusalAsync(HttpResponseMessage answer, HttpStatusCode status)
    {
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        var code = problem.GetProperty("code").GetString()!;
        Assert.Equal($"urn:ecopy:{code}", problem.GetProperty("type").GetString());
        Assert.NotEqual(Texts.Sentences.Of("unexpected", Texts.Sentences.Vietnamese), problem.GetProperty("title").GetString());
        return code;
    }

    internal static async Task<JsonElement> JsonAsync(HttpResponseMessage answer, HttpStatusCode status = HttpStatusCode.OK)
    {
        Assert.True(status == answer.StatusCode, $"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }
}
