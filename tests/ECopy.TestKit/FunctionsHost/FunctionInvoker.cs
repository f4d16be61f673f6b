using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace ECopy.TestKit.FunctionsHost;

/// <summary>A call that went wrong. What the handler said about it is lost on the way, as in the real host: only the status survives.</summary>
/// <param name="status">Null when the connection broke or the answer could not be read.</param>
internal sealed class FunctionFailedException(string function, HttpStatusCode? status, bool lostConnection)
    : Exception($"Exception while executing function: Functions.{function}")
{
    public HttpStatusCode? Status { get; } = status;

    /// <summary>The handler died, or was dead: nobody's fault but the killer's.</summary>
    public bool LostConnection { get; } = lostConnection;

    public string Inner => (Status, LostConnection) switch
    {
        ({ } code, _) => string.Create(CultureInfo.InvariantCulture, $"Response status code does not indicate success: {(int)code} ({code})."),
        (null, true) => "An error occurred while sending the request.",
        (null, false) => "Unexpected character encountered while parsing value.",
    };
}

/// <summary>Calls functions with the JSON payload.</summary>
/// <param name="handler">Where the handler listens at this moment.</param>
/// <param name="client">What a durableClient binding holds at this moment.</param>
internal sealed class FunctionInvoker(Func<CancellationToken, Task<Uri>> handler, TimeSpan timeout, Func<FunctionBinding, string> client) : IDisposable
{
    public const string HostVersion = "4.1036.2.2";
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false }) { Timeout = timeout };

    /// <exception cref="FunctionFailedException">Not 2xx, not JSON, or no answer.</exception>
    public async Task<JsonNode?> InvokeAsync(FunctionEntry function, JsonObject data, JsonObject metadata, CancellationToken cancellationToken)
    {
        var address = await handler(cancellationToken);
        if (function.Client is { } binding) data[binding.Name] = JsonPayload.Text(client(binding));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, function.Name))
        {
            Content = new StringContent(JsonPayload.Invocation(function.Name, data, metadata, DateTimeOffset.UtcNow).ToJsonString(), Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
        };
        request.Headers.TryAddWithoutValidation("User-Agent", $"Azure-Functions-Host/{HostVersion}");
        request.Headers.Add("X-Azure-Functions-HostVersion", HostVersion);
        request.Headers.Add("X-Azure-Functions-InvocationId", Guid.NewGuid().ToString());
        HttpStatusCode status;
        string body;
        try
        {
            using var answer = await http.SendAsync(request, cancellationToken);
            status = answer.StatusCode;
            body = await answer.Content.ReadAsStringAsync(cancellationToken);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            throw new FunctionFailedException(function.Name, null, lostConnection: true);
        }

        if ((int)status is < 200 or > 299) throw new FunctionFailedException(function.Name, status, lostConnection: false);
        return JsonPayload.TryReadReturnValue(body, out var value) ? value : throw new FunctionFailedException(function.Name, null, lostConnection: false);
    }

    public void Dispose() => http.Dispose();
}
