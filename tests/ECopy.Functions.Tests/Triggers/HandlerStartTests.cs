using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Triggers;

/// <summary>The program as the Functions host starts it, while what it needs does not answer.</summary>
public sealed class HandlerStartTests
{
    [Fact]
    public async Task A_witness_that_does_not_answer_is_waited_for_since_the_host_gives_a_handler_up_that_ends()
    {
        using var program = new ProgramUnderTest();
        // Ports at which nobody listens, as far as this moment goes.
        var (port, nobody) = (FreePort(), FreePort());
        program.Settings["FUNCTIONS_CUSTOMHANDLER_PORT"] = port.ToString(CultureInfo.InvariantCulture);
        program.Settings["PublicUrl"] = "https://saoy.mauan.example/";
        program.Settings["Store__Kind"] = "production";
        program.Settings["Storage__QueueUrl"] = $"https://127.0.0.1:{nobody}/";
        program.Settings["Register__WitnessConnectionString"] = $"DefaultEndpointsProtocol=http;AccountName=w;AccountKey=a2V5LWtleS1rZXk=;BlobEndpoint=http://127.0.0.1:{nobody}/w";
        using var handler = program.Start("--lang", "en", "--data", program.Data);
        await Until.TrueAsync(() => handler.Error.Contains("The store cannot be used now", StringComparison.Ordinal) || !handler.IsRunning, () => handler.Error);
        Assert.True(handler.IsRunning, handler.Error);
        using var host = new HttpClient();
        using var answer = await host.GetAsync(new Uri($"http://127.0.0.1:{port}/"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.DoesNotContain("a2V5", handler.Error, StringComparison.Ordinal);
        handler.Signal(Signals.Kill);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
