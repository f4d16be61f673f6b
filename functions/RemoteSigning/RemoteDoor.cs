using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ECopy.Functions.Domain;

namespace ECopy.Functions.RemoteSigning;

/// <summary>An answer, read to its end.</summary>
/// <param name="RetryAfter">How long the service wants to be left alone.</param>
internal sealed record RemoteAnswer(HttpStatusCode Status, ReadOnlyMemory<byte> Body, TimeSpan? RetryAfter = null);

/// <summary>No whole answer came, and whether the service has done what it was asked is not known.</summary>
internal sealed class UnansweredException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// Sends one order to a service, once, with an access token. A token is got before and may be got anew, since that authorises
/// nothing; the order itself is repeated by nobody here.
/// </summary>
internal sealed class RemoteDoor(TimeProvider clock) : IDisposable
{
    private const int MostAnswer = 1024 * 1024;

    /// <summary>A token is fetched anew this long before it ends.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(30);

    /// <summary>RFC 6749, 5.1 recommends to say it; CSC's default is an hour.</summary>
    private static readonly TimeSpan UsualLife = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, (string Token, DateTimeOffset Until)> tokens = new(StringComparer.Ordinal);

    // Certificates of servers are checked as the platform does, always. A service redirects nobody; what follows would carry the order elsewhere.
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) }) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>401 comes out only after a fresh token was refused too, or none was given.</summary>
    /// <exception cref="TransientException">The order was surely not taken.</exception>
    /// <exception cref="UnansweredException">It may have been.</exception>
    public async Task<RemoteAnswer> PostAsync(RemoteService service, string method, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(service);
        for (var last = false; ; last = true)
        {
            var token = await TokenAsync(service, cancellationToken);
            if (token.Refused is { } refused) return refused;
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(service.Address, method));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Token);
            request.Content = new ReadOnlyMemoryContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            var answer = await SendAsync(service, request, cancellationToken);
            // 401 is given before an order is looked at: with a token that was withdrawn before its time, nothing has been done.
            if (answer.Status != HttpStatusCode.Unauthorized || last) return answer;
            tokens.TryRemove(service.Name, out _);
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<(string? Token, RemoteAnswer? Refused)> TokenAsync(RemoteService service, CancellationToken cancellationToken)
    {
        if (tokens.TryGetValue(service.Name, out var known) && known.Until - Margin > clock.GetUtcNow()) return (known.Token, null);
        using var request = new HttpRequestMessage(HttpMethod.Post, service.TokenAddress);
        request.Content = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["scope"] = "service",
            ["client_id"] = service.ClientId,
            ["client_secret"] = service.ClientSecret,
        });
        try
        {
            var answer = await SendAsync(service, request, cancellationToken);
            if (answer.Status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout || (int)answer.Status >= 500)
                throw new TransientException(FormattableString.Invariant($"{service.Name}: no token (HTTP {(int)answer.Status})"));
            // Wrong or expired client credentials: RFC 6749, 5.2 gives 400 or 401; either way nobody lets us in.
            if (answer.Status != HttpStatusCode.OK) return (null, answer with { Status = HttpStatusCode.Unauthorized });
            using var said = JsonDocument.Parse(answer.Body);
            var token = said.RootElement.GetProperty("access_token").GetString() ?? throw new JsonException("no token");
            var life = said.RootElement.TryGetProperty("expires_in", out var seconds) && seconds.TryGetDouble(out var given) ? TimeSpan.FromSeconds(Math.Clamp(given, 0, 86400)) : UsualLife;
            tokens[service.Name] = (token, clock.GetUtcNow() + life);
            return (token, null);
        }
        catch (Exception fault) when (fault is UnansweredException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new TransientException($"{service.Name}: no token", fault);
        }
    }

    private async Task<RemoteAnswer> SendAsync(RemoteService service, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(service.AnswerWithin);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            return await ReadAsync(service, response, limit.Token);
        }
        catch (HttpRequestException never) when (never.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError)
        {
            throw new TransientException($"{service.Name}: {never.HttpRequestError}", never);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            throw new UnansweredException($"{service.Name}: {(broken as HttpRequestException)?.HttpRequestError.ToString() ?? "the line was cut"}", broken);
        }
        catch (OperationCanceledException slow) when (!cancellationToken.IsCancellationRequested)
        {
            throw new UnansweredException($"{service.Name}: no answer in time", slow);
        }
    }

    private async Task<RemoteAnswer> ReadAsync(RemoteService service, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var content = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int read; (read = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (content.Length + read > MostAnswer) throw new UnansweredException($"{service.Name}: the answer is too long");
            content.Write(buffer, 0, read);
        }

        TimeSpan? pause = response.Headers.RetryAfter switch
        {
            { Delta: { } seconds } => seconds,
            { Date: { } at } => at - clock.GetUtcNow() is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero,
            _ => null,
        };
        return new RemoteAnswer(response.StatusCode, content.ToArray(), pause);
    }
}
