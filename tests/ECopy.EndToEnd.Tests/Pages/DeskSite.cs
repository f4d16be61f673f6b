using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using ECopy.TestKit;

namespace ECopy.EndToEnd.Tests.Pages;

/// <summary>An office whose dossiers come in over the API, so that the desks of the official and the clerical officer have work.</summary>
public sealed class DeskSite : BrowserSite
{
    /// <summary>Uploads a scan in the clerk's name and waits until the official may decide it.</summary>
    public async Task<string> ReceiveAsync(string title, params byte[][] pages)
    {
        using var clerk = ApiAs("motcua.linh");
        using var form = new MultipartFormDataContent { { new StringContent(title), "title" }, { new StringContent("Nguyễn Thị Ví Dụ 096200000001"), "requester" } };
        foreach (var page in pages) form.Add(new ByteArrayContent(page), "files", "trang");
        using var answer = await clerk.PostAsync(new Uri("api/copies", UriKind.Relative), form);
        var copyId = (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>()).GetProperty("copyId").GetString()!;
        await WhenAsync(copyId, "waitingForReview");
        return copyId;
    }

    public async Task<JsonElement> CopyAsync(string copyId)
    {
        using var clerk = ApiAs("motcua.linh");
        return await clerk.GetFromJsonAsync<JsonElement>(new Uri($"api/copies/{copyId}", UriKind.Relative));
    }

    public async Task<JsonElement> WhenAsync(string copyId, string state)
    {
        var found = default(JsonElement);
        await Until.TrueAsync(async () => (found = await CopyAsync(copyId)).GetProperty("state").GetString() == state);
        return found;
    }

    public async Task ApproveAsync(string copyId, string official)
    {
        var digest = (await CopyAsync(copyId)).GetProperty("scanDigest").GetString();
        using var api = ApiAs(official);
        using var answer = await api.PostAsJsonAsync(new Uri($"api/copies/{copyId}/decision", UriKind.Relative), new { decision = "approved", digestSeen = digest });
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>The agency's setting, rewritten where the program reads it.</summary>
    public void SealAutomatically(bool automatic)
    {
        var path = Program.PathOf("office/agencies/H99.9.1.json");
        var agency = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        agency["policies"]!["automaticSeal"] = automatic;
        File.WriteAllText(path, agency.ToJsonString());
    }

    /// <summary>The agency's key, as if its medium had been pulled out; put back when disposed.</summary>
    public IDisposable WithoutSealKey() => new MovedFile(Program.PathOf("keys/seal.p12"));

    private sealed class MovedFile : IDisposable
    {
        private readonly string path;

        public MovedFile(string path)
        {
            this.path = path;
            File.Move(path, path + ".away");
        }

        public void Dispose()
        {
            if (File.Exists(path + ".away")) File.Move(path + ".away", path);
        }
    }
}

[CollectionDefinition(Name)]
public sealed class TheDesks : ICollectionFixture<DeskSite>
{
    public const string Name = "the desks";
}
