using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using Azure.Core;

namespace ECopy.Functions.KeyVault;

/// <summary>An answer, read to its end.</summary>
/// <param name="RetryAfter">How long the vault wants to be left alone.</param>
internal sealed record VaultAnswer(HttpStatusCode Status, ReadOnlyMemory<byte> Body, TimeSpan? RetryAfter);

/// <summary>
/// Sends one request with a token. The vault itself says by its challenge which token it wants; until that is known, what is
/// sent has no body, so that nothing of an order is shown to whoever does not ask for a token.
/// </summary>
internal sealed class VaultDoor(HttpClient http, TokenCredential credential, TimeProvider clock)
{
    private const int MostAnswer = 256 * 1024;

    /// <summary>A token is fetched anew this long before it ends.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<Uri, (VaultChallenge Challenge, AccessToken Token)> known = new();

    /// <summary>401 comes out only after a fresh token was refused too.</summary>
    public async Task<VaultAnswer> SendAsync(Uri vault, HttpMethod method, string path, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (!known.TryGetValue(vault, out var entry))
        {
            using var asked = await AskAsync(vault, method, path, default, null, cancellationToken);
            if (asked.StatusCode != HttpStatusCode.Unauthorized || VaultChallenge.Of(asked.Headers, vault) is not { } challenge)
                // Busy, gone, or no vault at all: an answer that nobody had to sign in for is not taken for a success.
                return await ReadAsync(asked, cancellationToken) is var early && (int)early.Status is >= 200 and < 300 ? early with { Status = HttpStatusCode.Unauthorized } : early;
            entry = await RenewAsync(vault, challenge, cancellationToken);
        }
        else if (entry.Token.ExpiresOn - Margin <= clock.GetUtcNow())
        {
            entry = await RenewAsync(vault, entry.Challenge with { Claims = null }, cancellationToken);
        }

        using var answer = await AskAsync(vault, method, path, body, entry.Token.Token, cancellationToken);
        // Withdrawn before its time, or the vault moved to another tenant: the new challenge says what is wanted now.
        if (answer.StatusCode != HttpStatusCode.Unauthorized || VaultChallenge.Of(answer.Headers, vault) is not { } anew) return await ReadAsync(answer, cancellationToken);
        known.TryRemove(vault, out _);
        entry = await RenewAsync(vault, anew, cancellationToken);
        using var last = await AskAsync(vault, method, path, body, entry.Token.Token, cancellationToken);
        if (last.StatusCode == HttpStatusCode.Unauthorized) known.TryRemove(vault, out _);
        return await ReadAsync(last, cancellationToken);
    }

    private async Task<(VaultChallenge, AccessToken)> RenewAsync(Uri vault, VaultChallenge challenge, CancellationToken cancellationToken) =>
        known[vault] = (challenge, await credential.GetTokenAsync(challenge.Request(), cancellationToken));

    private async Task<HttpResponseMessage> AskAsync(Uri vault, HttpMethod method, string path, ReadOnlyMemory<byte> body, string? token, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(vault, path));
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (method == HttpMethod.Post)
        {
            request.Content = new ReadOnlyMemoryContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    private async Task<VaultAnswer> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[MostAnswer + 1];
        var read = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        if (read > MostAnswer) throw new HttpRequestException("the answer is longer than a vault's");
        TimeSpan? pause = response.Headers.RetryAfter switch
        {
            { Delta: { } seconds } => seconds,
            { Date: { } at } => at - clock.GetUtcNow() is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero,
            _ => null,
        };
        return new VaultAnswer(response.StatusCode, buffer.AsMemory(0, read), pause);
    }
}
