using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using ECopy.TestKit;

namespace ECopy.EndToEnd.Tests.Hosted;

/// <summary>
/// What people do, over HTTP. A call that got no answer, or one from a host whose handler is dead, is made again, as a client does:
/// uploads under their key, decisions and stops by their outcome.
/// </summary>
internal static class OfficeCalls
{
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(100);

    public static async Task<JsonElement> UploadAsync(this HttpClient clerk, string key, int seed, string title = "Bằng tốt nghiệp")
    {
        while (true)
        {
            using var form = new MultipartFormDataContent { { new StringContent(title), "title" }, { new StringContent("Nguyễn Thị Ví Dụ"), "requester" } };
            var scan = new ByteArrayContent(SmallScan.Png(seed));
            scan.Headers.ContentType = new MediaTypeHeaderValue("image/png");
            form.Add(scan, "files", "scan.png");
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/copies") { Content = form };
            request.Headers.Add("Idempotency-Key", key);
            var (status, body) = await SendAsync(clerk, request);
            if (status is HttpStatusCode.Created) return body;
            // The first sending may still be at work when the second comes.
            if (!IsLost(status) && CodeOf(body) != "upload-in-flight") Assert.Fail($"{status}: {body}");
            await Task.Delay(Again);
        }
    }

    /// <summary>Approves what waits, seeing its digest. A repeat that finds the decision made is as good.</summary>
    public static async Task DecideAsync(this HttpClient attestor, string copyId, string decision = "approved", string? reason = null)
    {
        var waiting = await attestor.WhenAsync(copyId, copy => copy.GetProperty("scanDigest").ValueKind is JsonValueKind.String && State(copy) == "waitingForReview");
        await attestor.DecideOnAsync(copyId, waiting.GetProperty("scanDigest").GetString()!, decision, reason);
    }

    public static Task DecideOnAsync(this HttpClient attestor, string copyId, string digestSeen, string decision = "approved", string? reason = null) =>
        attestor.PostAsync(copyId, "decision", new { decision, digestSeen, reasons = reason is null ? Array.Empty<string>() : [reason] }, "decision-not-waiting");

    public static Task SealAsync(this HttpClient keeper, string copyId) => keeper.PostAsync(copyId, "seal", new { }, "seal-not-waiting");

    public static Task StopAsync(this HttpClient person, string copyId, string code, string reason) => person.PostAsync(copyId, "stop", new { code, reason }, null);

    public static async Task<JsonElement> WhenAsync(this HttpClient client, string copyId, Func<JsonElement, bool> wanted)
    {
        JsonElement copy = default;
        await Until.TrueAsync(async () =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/copies/{copyId}");
            (var status, copy) = await SendAsync(client, request);
            if (IsLost(status)) return false;
            Assert.True(status is HttpStatusCode.OK, $"{status}: {copy}");
            if (wanted(copy)) return true;
            if (State(copy) == "failed") Assert.Fail(copy.ToString());
            await Task.Delay(Again);
            return false;
        });
        return copy;
    }

    public static Task<JsonElement> WhenAsync(this HttpClient client, string copyId, string state) => client.WhenAsync(copyId, copy => State(copy) == state);

    public static string State(JsonElement copy) => copy.GetProperty("state").GetString()!;

    public static string? CodeOf(JsonElement problem) => problem.ValueKind is JsonValueKind.Object && problem.TryGetProperty("code", out var code) ? code.GetString() : null;

    private static async Task PostAsync(this HttpClient client, string copyId, string action, object body, string? done)
    {
        for (var tries = 0; ; tries++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/copies/{copyId}/{action}") { Content = JsonContent.Create(body) };
            var (status, answer) = await SendAsync(client, request);
            // Stored, and the answer lost: the second time there is nothing left to decide.
            if (status is HttpStatusCode.OK || (tries > 0 && done is not null && CodeOf(answer) == done)) return;
            if (!IsLost(status)) Assert.Fail($"{action} {status}: {answer}");
            await Task.Delay(Again);
        }
    }

    private static bool IsLost(HttpStatusCode? status) => status is null or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable;

    private static async Task<(HttpStatusCode? Status, JsonElement Body)> SendAsync(HttpClient client, HttpRequestMessage request)
    {
        try
        {
            using var answer = await client.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            return (answer.StatusCode, text.StartsWith('{') ? JsonDocument.Parse(text).RootElement : default);
        }
        catch (Exception lost) when (lost is HttpRequestException or IOException)
        {
            return (null, default);
        }
    }
}
