using System.Net.Http.Json;
using System.Text.Json;
using ECopy.Functions.Web;
using ECopy.TestKit;

namespace ECopy.EndToEnd.Tests;

/// <summary>Orders through the socket, as the command line sends them, but many from one process.</summary>
internal static class LocalOrders
{
    public static HttpClient Connect(ProgramUnderTest program) => LocalSocket.Connect(program.Data);

    public static LocalCertifyOrder Order(int seed, string? copyId = null) =>
        new(copyId ?? Guid.CreateVersion7().ToString("N"), FormattableString.Invariant($"Giấy chứng nhận số {seed}"), null, null, [SmallScan.Png(seed)]);

    /// <summary>The copy; null when the server went away before it was made.</summary>
    /// <exception cref="InvalidOperationException">It was refused.</exception>
    public static async Task<Certified?> SendAsync(HttpClient socket, LocalCertifyOrder order)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, CertifyEndpoint.Route) { Content = JsonContent.Create(order, options: CertifyEndpoint.Json) };
            using var response = await socket.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            if (!response.IsSuccessStatusCode) throw new InvalidOperationException($"{response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
            using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());
            while (await lines.ReadLineAsync() is { } text)
            {
                var line = JsonSerializer.Deserialize<LocalCertifyLine>(text, CertifyEndpoint.Json)!;
                if (line.Rejection is { } rejection) throw new InvalidOperationException(rejection.ToString());
                if (line.Copy is { } copy)
                    return new Certified(copy.CopyId, copy.VerificationCode, copy.DossierCode, copy.RegisterNumber, copy.Book, copy.Sha256, copy.Path);
            }

            return null;
        }
        catch (Exception gone) when (gone is HttpRequestException or IOException)
        {
            return null;
        }
    }
}
