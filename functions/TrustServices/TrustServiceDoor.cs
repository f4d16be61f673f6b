using System.Net.Http.Headers;
using ECopy.Functions.Domain;

namespace ECopy.Functions.TrustServices;

/// <summary>One question over HTTP, and an answer of bounded length.</summary>
internal sealed class TrustServiceDoor(HttpClient http)
{
    /// <summary>To the network; proxies by the environment. Nobody is followed to another address than the one that is set.</summary>
    public static TrustServiceDoor Open() => new(new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan });

    /// <exception cref="TransientException">No answer, none in time, or not one that says OK.</exception>
    public async Task<ReadOnlyMemory<byte>> AskAsync(
        Uri address, (string Type, ReadOnlyMemory<byte> Body)? question, int most, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(patience);
        try
        {
            using var request = new HttpRequestMessage(question is null ? HttpMethod.Get : HttpMethod.Post, address);
            if (question is var (type, body))
            {
                request.Content = new ReadOnlyMemoryContent(body);
                request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
            }

            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop.Token);
            if (!response.IsSuccessStatusCode) throw new TransientException($"{address.Host} answered {(int)response.StatusCode}");
            await using var stream = await response.Content.ReadAsStreamAsync(stop.Token);
            return await ReadAsync(stream, address, most, stop.Token);
        }
        catch (Exception silent) when (silent is HttpRequestException or IOException || (silent is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new TransientException($"{address.Host} did not answer", silent);
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(Stream stream, Uri address, int most, CancellationToken cancellationToken)
    {
        using var answer = new MemoryStream();
        var buffer = new byte[81920];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (answer.Length + read > most) throw new TransientException($"the answer of {address.Host} is longer than any of its kind");
            answer.Write(buffer, 0, read);
        }

        return answer.ToArray();
    }
}
