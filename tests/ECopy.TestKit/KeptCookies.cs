using System.Collections.Concurrent;

namespace ECopy.TestKit;

/// <summary>Keeps every cookie and sends it back, secure ones too: the socket has no TLS, the pages behind it are told they have.</summary>
internal sealed class KeptCookies(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private readonly ConcurrentDictionary<string, string> kept = new(StringComparer.Ordinal);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!kept.IsEmpty) request.Headers.Add("Cookie", string.Join("; ", kept.Select(cookie => $"{cookie.Key}={cookie.Value}")));
        var answer = await base.SendAsync(request, cancellationToken);
        if (!answer.Headers.TryGetValues("Set-Cookie", out var set)) return answer;
        foreach (var cookie in set)
        {
            var parts = cookie.Split(';')[0].Split('=', 2);
            if (parts[1].Length > 0) kept[parts[0]] = parts[1];
            else kept.TryRemove(parts[0], out _);
        }

        return answer;
    }
}
