using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ECopy.Functions.Domain;
using ECopy.TestKit;

namespace ECopy.EndToEnd.Tests;

/// <summary>The public addresses of a running server: verdicts, and refusals as problem details, never a 500.</summary>
[Collection(TheProgram.Name)]
public sealed class WebTests(IssuedCopies issued, ServedCopies served) : IClassFixture<ServedCopies>
{
    private readonly ProgramUnderTest program = served.Program;
    private readonly HttpClient client = served.Client;

    [Fact]
    public async Task Health_and_verdicts()
    {
        Assert.Equal("live", (await JsonAsync(await client.GetAsync("health/live"))).GetProperty("status").GetString());

        var copy = issued.PhotoCopy;
        foreach (var typed in (string[])[copy.VerificationCode, copy.VerificationCode.ToLowerInvariant(), copy.VerificationCode.Replace("-", "", StringComparison.Ordinal), copy.VerificationCode.Replace("-", "%20", StringComparison.Ordinal)])
            RequireVerdict("codeOnly", await client.GetAsync($"api/verify/{typed}"), copy);
        RequireVerdict("notRegistered", await client.GetAsync($"api/verify/{VerificationCode.Draw()}"));
        RequireVerdict("mistyped", await client.GetAsync($"api/verify/{copy.VerificationCode[..^1]}"));

        var bytes = await File.ReadAllBytesAsync(copy.Path);
        var unchanged = RequireVerdict("unchanged", await PostAsync(bytes, "application/pdf"), copy);
        Assert.Equal("TOTAL-PASSED", unchanged.GetProperty("signatures").GetProperty("indication").GetString());
        RequireVerdict("unchanged", await PostAsync(bytes, "application/octet-stream"), copy);
        using var form = new MultipartFormDataContent();
        using var part = new ByteArrayContent(bytes);
        form.Add(part, "file", "bản sao.pdf");
        RequireVerdict("unchanged", await client.PostAsync("api/verify", form), copy);
        RequireVerdict("unchanged", await client.PostAsJsonAsync("api/verify", new { sha256 = copy.Sha256 }), copy);
        RequireVerdict("codeOnly", await client.PostAsJsonAsync("api/verify", new { code = copy.VerificationCode }), copy);
        RequireVerdict("notRegistered", await client.PostAsJsonAsync("api/verify", new { sha256 = new string('a', 64) }));

        var appended = RequireVerdict("changed", await PostAsync([.. bytes, 10], "application/pdf"), copy);
        Assert.True(appended.GetProperty("appended").GetBoolean());
        bytes[bytes.Length / 2] ^= 1;
        RequireVerdict("changed", await PostAsync(bytes, "application/pdf"), copy);
        RequireVerdict("notRegistered", await PostAsync("no PDF at all"u8.ToArray(), "application/pdf"));
    }

    [Fact]
    public async Task A_verdict_speaks_the_readers_language_and_is_kept_by_nobody()
    {
        using var english = await AskAsync(HttpMethod.Get, $"api/verify/{issued.PhotoCopy.VerificationCode}", "en-GB,en;q=0.9,vi;q=0.8");
        Assert.Equal("The code is registered. Compare the PDF; a print may have been altered.", (await JsonAsync(english)).GetProperty("sentence").GetString());
        Assert.Equal("no-store", english.Headers.CacheControl?.ToString());
        foreach (var language in (string?[])["vi-VN,vi;q=0.9,en;q=0.5", "fr", null])
        {
            using var vietnamese = await AskAsync(HttpMethod.Get, $"api/verify/{issued.PhotoCopy.VerificationCode}", language);
            Assert.Equal("Mã này có trong sổ chứng thực. Hãy đối chiếu tệp PDF; bản in có thể đã bị sửa.", (await JsonAsync(vietnamese)).GetProperty("sentence").GetString());
        }
    }

    [Fact]
    public async Task A_verdict_names_no_requester()
    {
        using var response = await client.GetAsync($"api/verify/{issued.PhotoCopy.VerificationCode}");
        var text = await response.Content.ReadAsStringAsync();
        Assert.DoesNotContain("Ví Dụ", text, StringComparison.Ordinal);
        Assert.Equal(
            ["code", "issuer", "document", "registerNumber", "book", "date", "officialName", "officialTitle", "pages", "isTest", "sha256", "registeredAt", "endedOn", "endReason", "replacedBy"],
            JsonDocument.Parse(text).RootElement.GetProperty("copy").EnumerateObject().Select(member => member.Name));
    }

    [Fact]
    public async Task What_cannot_be_answered_is_a_problem_with_a_code_and_a_sentence()
    {
        await RequireProblemAsync(HttpStatusCode.BadRequest, "body-missing", "Gửi tệp PDF, hoặc JSON có \"code\" hay \"sha256\".", "Send a PDF, or JSON with \"code\" or \"sha256\".",
            language => PostAsync([], "application/pdf", language));
        await RequireProblemAsync(HttpStatusCode.BadRequest, "body-missing", null, null, language => PostAsync("[1,2"u8.ToArray(), "application/json", language));
        await RequireProblemAsync(HttpStatusCode.BadRequest, "body-missing", null, null, language => PostAsync("{}"u8.ToArray(), "application/json", language));
        await RequireProblemAsync(HttpStatusCode.BadRequest, "body-missing", null, null, language => PostAsync("null"u8.ToArray(), "application/json", language));
        await RequireProblemAsync(HttpStatusCode.BadRequest, "body-missing", null, null, language => PostAsync("{\"code\":17}"u8.ToArray(), "application/json", language));
        await RequireProblemAsync(HttpStatusCode.BadRequest, "body-missing", null, null, language => PostAsync(Encoding.ASCII.GetBytes(new string('[', 100_000)), "application/json", language));
        await RequireProblemAsync(HttpStatusCode.BadRequest, "body-missing", null, null, language => PostAsync("{\"sha256\":\"\\ud800\"}"u8.ToArray(), "application/json", language));
        await RequireProblemAsync(HttpStatusCode.BadRequest, "body-missing", null, null, language => PostAsync([0xEF, 0xBB, 0xBF, 0xFF, 0xFE], "application/json", language));
        await RequireProblemAsync(HttpStatusCode.BadRequest, "digest-invalid", "SHA-256 phải gồm 64 chữ số thập lục phân.", "A SHA-256 has 64 hexadecimal digits.",
            language => PostAsync("{\"sha256\":\"abc\"}"u8.ToArray(), "application/json", language));
        await RequireProblemAsync(HttpStatusCode.BadRequest, "request-invalid", "Yêu cầu không hợp lệ.", "The request is not valid.",
            language => PostAsync("not a form"u8.ToArray(), "multipart/form-data; boundary=x", language));
        await RequireProblemAsync(HttpStatusCode.BadRequest, "body-missing", null, null,
            language => PostAsync("--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--x--\r\n"u8.ToArray(), "multipart/form-data; boundary=x", language));
        await RequireProblemAsync(HttpStatusCode.NotFound, "not-found", "Không có trang này.", "There is no such page.",
            language => AskAsync(HttpMethod.Get, "no/such/page", language));
        await RequireProblemAsync(HttpStatusCode.NotFound, "not-found", null, null, language => AskAsync(HttpMethod.Get, "api/verify/a/b", language));
        foreach (var method in (HttpMethod[])[HttpMethod.Put, HttpMethod.Delete, HttpMethod.Patch])
        {
            await RequireProblemAsync(HttpStatusCode.MethodNotAllowed, "method-not-allowed", "Địa chỉ này không nhận phương thức đó.", "This address does not take that method.",
                language => AskAsync(method, "api/verify", language));
        }
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused_whether_or_not_it_says_so()
    {
        const string vietnamese = "Bản quét lớn quá 50 MB. Hãy quét lại ở 200–300 dpi.";
        const string english = "The scan is larger than 50 MB. Scan again at 200 to 300 dpi.";
        foreach (var type in (string[])["application/pdf", "multipart/form-data; boundary=x"])
        {
            // Said in the header: answered before any of it is sent.
            await RequireProblemAsync(HttpStatusCode.RequestEntityTooLarge, "file-too-large", vietnamese, english, language =>
                RawAsync($"POST /api/verify HTTP/1.1\r\nContent-Type: {type}\r\nContent-Length: 52000000\r\nAccept-Language: {language ?? "*"}"));

            // Not said: cut off at the limit.
            await RequireProblemAsync(HttpStatusCode.RequestEntityTooLarge, "file-too-large", vietnamese, english, async language =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, "api/verify") { Content = new TooLargeContent(type) };
                request.Headers.TransferEncodingChunked = true;
                request.Headers.TryAddWithoutValidation("Accept-Language", language ?? "*");
                return await client.SendAsync(request);
            });
        }
    }

    [Theory]
    [InlineData("..%2f..%2fstore.json")]
    [InlineData("%00")]
    [InlineData("%ff%fe")]
    [InlineData("%2e%2e")]
    [InlineData("AAAA%0aBBBB")]
    [InlineData("%F0%9F%98%80")]
    [InlineData("long")]
    public async Task A_hostile_code_gets_an_answer(string code)
    {
        using var response = await RawAsync($"GET /api/verify/{(code == "long" ? new string('0', 7000) : code)} HTTP/1.1");
        Assert.InRange((int)response.StatusCode, 200, 499);
        if (response.StatusCode == HttpStatusCode.OK) Assert.Equal("mistyped", (await JsonAsync(response)).GetProperty("verdict").GetString());
    }

    [Fact]
    public async Task Certifying_has_no_address_outside_of_the_socket()
    {
        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Post, HttpMethod.Put, HttpMethod.Options])
            await RequireProblemAsync(HttpStatusCode.NotFound, "not-found", null, null, language => AskAsync(method, "local/certify", language));
        using var order = await client.PostAsJsonAsync("local/certify", new { copyId = new string('0', 32), title = "A", files = new[] { DrawnScans.Marks(1) } });
        Assert.Equal(HttpStatusCode.NotFound, order.StatusCode);
        Assert.False(new StoredCopies(program).HasRequest(new string('0', 32)));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"copyId\":\"../../x\",\"title\":\"A\",\"files\":[\"AAAA\"]}")]
    [InlineData("{\"copyId\":null,\"title\":null,\"files\":null}")]
    [InlineData("{\"copyId\":\"0123456789abcdef0123456789abcdef\",\"title\":\"A\",\"files\":[\"not base64\"]}")]
    public async Task Rubbish_through_the_socket_is_refused_in_order(string body)
    {
        using var socket = LocalOrders.Connect(program);
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await socket.PostAsync("local/certify", content);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("request-invalid", (await JsonAsync(response)).GetProperty("code").GetString());
        Assert.Equal(3, new StoredCopies(program).Files("requests").Count);
    }

    [Fact]
    public async Task Verify_and_audit_read_beside_a_running_server()
    {
        Assert.Equal(0, program.Run("verify", issued.PhotoCopy.Path).ExitCode);
        Assert.Equal(0, program.Run("verify", issued.PhotoCopy.VerificationCode).ExitCode);
        var audit = program.Run("audit", "--json");
        Assert.Equal(0, audit.ExitCode);
        Assert.Equal("clean", JsonDocument.Parse(audit.Output).RootElement.GetProperty("verdict").GetString());
        Assert.Equal(3, JsonDocument.Parse(audit.Output).RootElement.GetProperty("registerEntries").GetInt32());
        using var live = await client.GetAsync("health/live");
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
    }

    [Fact]
    public void The_socket_is_for_its_owner_only()
    {
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(program.PathOf("ecopy.sock")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(program.Data));
    }

    private static JsonElement RequireVerdict(string expected, HttpResponseMessage response, Certified? copy = null)
    {
        using (response)
        {
            var verdict = JsonDocument.Parse(response.Content.ReadAsStringAsync().Result).RootElement;
            Assert.True(response.StatusCode == HttpStatusCode.OK, verdict.ToString());
            Assert.Equal(expected, verdict.GetProperty("verdict").GetString());
            if (copy is not null) Assert.Equal(copy.VerificationCode, verdict.GetProperty("copy").GetProperty("code").GetString());
            else Assert.Equal(JsonValueKind.Null, verdict.GetProperty("copy").ValueKind);
            return verdict;
        }
    }

    private static async Task RequireProblemAsync(
        HttpStatusCode status, string code, string? vietnamese, string? english, Func<string?, Task<HttpResponseMessage>> ask)
    {
        foreach (var (language, sentence) in ((string?, string?)[])[(null, vietnamese), ("vi", vietnamese), ("en", english)])
        {
            using var response = await ask(language);
            var text = await response.Content.ReadAsStringAsync();
            Assert.True(response.StatusCode == status, $"{response.StatusCode}: {text}");
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            var problem = JsonDocument.Parse(text).RootElement;
            Assert.Equal(code, problem.GetProperty("code").GetString());
            Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
            Assert.NotEqual("", problem.GetProperty("title").GetString());
            if (sentence is not null) Assert.Equal(sentence, problem.GetProperty("title").GetString());
            Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        }
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage response) => JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;

    private Task<HttpResponseMessage> PostAsync(byte[] body, string type, string? language = null)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        return AskAsync(HttpMethod.Post, "api/verify", language, content);
    }

    private async Task<HttpResponseMessage> AskAsync(HttpMethod method, string path, string? language, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (language is not null) request.Headers.TryAddWithoutValidation("Accept-Language", language);
        return await client.SendAsync(request);
    }

    /// <summary>The request line as it is: HttpClient would tidy the address.</summary>
    private async Task<HttpResponseMessage> RawAsync(string line)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, client.BaseAddress!.Port);
        var stream = connection.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{line}\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
        var answer = await ReadAsync(stream);
        var head = answer[..answer.IndexOf("\r\n\r\n", StringComparison.Ordinal)];
        var body = answer[(head.Length + 4)..];
        // Chunked answers end with a line of their own; the verdict is the one JSON object in between.
        var json = body.IndexOf('{', StringComparison.Ordinal) is var from and >= 0 ? body[from..(body.LastIndexOf('}') + 1)] : "";
        var content = new StringContent(json);
        content.Headers.ContentType = head.Contains("application/problem+json", StringComparison.Ordinal) ? new MediaTypeHeaderValue("application/problem+json") : null;
        return new HttpResponseMessage((HttpStatusCode)int.Parse(head.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture)) { Content = content };
    }

    /// <summary>To its last chunk, or to the end of the connection: where a body is still owed, the server keeps it open for a while.</summary>
    private static async Task<string> ReadAsync(Stream stream)
    {
        var answer = new StringBuilder();
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var buffer = new char[4096];
        while (await reader.ReadAsync(buffer) is > 0 and var read)
        {
            answer.Append(buffer, 0, read);
            if (answer.ToString().EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal)) break;
        }

        return answer.ToString();
    }

    /// <summary>A form with one file, just past the limit: little is left unread when the answer comes.</summary>
    private sealed class TooLargeContent : HttpContent
    {
        public TooLargeContent(string type) => Headers.ContentType = MediaTypeHeaderValue.Parse(type);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n"));
            var block = new byte[1_000_000];
            for (var sent = 0; sent < 51; sent++) await stream.WriteAsync(block);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}

/// <summary>A server over a store like that of <see cref="IssuedCopies"/>.</summary>
public sealed class ServedCopies(IssuedCopies issued) : IAsyncLifetime
{
    private RunningServer server = null!;

    public ProgramUnderTest Program { get; } = new();

    public HttpClient Client { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        issued.Program.CopyStoreTo(Program);
        server = await Program.ServeAsync();
        Client = new HttpClient { BaseAddress = server.Address };
    }

    public Task DisposeAsync()
    {
        var said = server.Program.Error;
        Client.Dispose();
        Program.Dispose();
        // Whatever was asked of it was foreseen: nothing of it is a fault in the log.
        Assert.DoesNotContain("fail:", said, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", said, StringComparison.Ordinal);
        return Task.CompletedTask;
    }
}
