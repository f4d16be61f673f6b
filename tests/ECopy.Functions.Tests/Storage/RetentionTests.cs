using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using ECopy.Functions.Domain;
using ECopy.Functions.Storage;
using Microsoft.Extensions.Configuration;

namespace ECopy.Functions.Tests.Storage;

/// <summary>
/// What is final goes out with an immutability policy. Azurite knows none: here the request itself is looked at, and whether the
/// service then does as it says was never tried (infra/README.md).
/// </summary>
public sealed class RetentionTests
{
    private const string Page = "register/H99.9.1/2026/01-2026-SCT-BS/0001.json";

    [Theory]
    [InlineData("copies/H99.9.1/abc/1.pdf", "%PDF", true)]
    [InlineData(Page, """{"schema":1,"closed":true,"entries":[]}""", true)]
    [InlineData(Page, """{"schema":1,"closed":false,"entries":[{"closed":true}]}""", false)]
    [InlineData(Page, """{"schema":1,"entries":[{"closed":true}]}""", false)]
    [InlineData(Page, """{"schema":1,"entries":[{"number":1}],"closed":true}""", true)]
    [InlineData(Page, "rác", false)]
    [InlineData(Page, "", false)]
    [InlineData("requests/H99.9.1/abc.json", """{"closed":true}""", false)]
    [InlineData("work/H99.9.1/abc/1/composed.pdf", "%PDF", false)]
    public void Copies_and_closed_pages_are_final(string path, string content, bool expected) =>
        Assert.Equal(expected, FinalBlobs.Is(path, Encoding.UTF8.GetBytes(content)));

    [Theory]
    [InlineData(null, null, null)]
    [InlineData("0", "Locked", null)]
    [InlineData("3650", null, "3650 Unlocked")]
    [InlineData("3650", "Locked", "3650 Locked")]
    [InlineData("-1", null, "storage-setting-invalid")]
    [InlineData("mười", null, "storage-setting-invalid")]
    [InlineData("146001", null, "storage-setting-invalid")]
    [InlineData("10", "locked", "storage-setting-invalid")]
    public void It_is_set_by_days_and_mode(string? days, string? mode, string? expected)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new(Retention.Days, days), new(Retention.Mode, mode)]).Build();
        var read = Retention.From(settings);
        Assert.Equal(expected, read.Rejection?.Code ?? (read.Value is { } set ? FormattableString.Invariant($"{set.For.TotalDays} {(set.IsLocked ? "Locked" : "Unlocked")}") : null));
    }

    [Fact]
    public async Task The_policy_goes_with_the_write_itself()
    {
        var service = new RecordingService();
        var store = new AzureBlobStore(service.Client(), new ContainerPerSegment(), new Retention(TimeSpan.FromDays(3650), IsLocked: true));
        await store.CreateIfAbsentAsync("copies/H99.9.1/abc/1.pdf", "%PDF"u8.ToArray(), default);
        await store.ReplaceIfUnchangedAsync(Page, """{"closed":true}"""u8.ToArray(), "\"1\"", default);
        await store.ReplaceIfUnchangedAsync(Page, """{"closed":false}"""u8.ToArray(), "\"1\"", default);
        await store.CreateIfAbsentAsync("scans/H99.9.1/abc/001.jpg", "jpg"u8.ToArray(), default);
        // A copy too large for one request: with the list of its blocks, not with each of them.
        using (var large = new MemoryStream(new byte[(4 * 1024 * 1024) + 1])) await store.CreateIfAbsentAsync("copies/H99.9.1/abc/2.pdf", large, default);
        Assert.Equal(
            ["/ecopy-copies/H99.9.1/abc/1.pdf locked", $"/ecopy-{Page} locked", $"/ecopy-{Page}", "/ecopy-scans/H99.9.1/abc/001.jpg", "/ecopy-copies/H99.9.1/abc/2.pdf locked"],
            service.Writes);
        Assert.All(service.Ends, end => Assert.InRange(end, DateTimeOffset.UtcNow.AddDays(3649), DateTimeOffset.UtcNow.AddDays(3651)));
        Assert.Equal(3, service.Ends.Count);

        service.Writes.Clear();
        await new AzureBlobStore(service.Client(), new ContainerPerSegment()).CreateIfAbsentAsync("copies/H99.9.1/abc/1.pdf", "%PDF"u8.ToArray(), default);
        Assert.Equal(["/ecopy-copies/H99.9.1/abc/1.pdf"], service.Writes);
    }

    /// <summary>Says yes to every write and remembers what was asked for.</summary>
    private sealed class RecordingService : HttpMessageHandler
    {
        public ConcurrentQueue<string> Writes { get; } = new();

        public ConcurrentQueue<DateTimeOffset> Ends { get; } = new();

        public BlobServiceClient Client()
        {
            var options = AzureCalls.ClientOptions();
            options.Transport = new HttpClientTransport(new HttpClient(this, disposeHandler: false));
            return new BlobServiceClient(new Uri("https://records.blob.core.windows.net/"), options);
        }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var query = request.RequestUri!.Query;
            if (request.Method == HttpMethod.Head)
            {
                var missing = new HttpResponseMessage(HttpStatusCode.NotFound);
                missing.Headers.TryAddWithoutValidation("x-ms-error-code", "BlobNotFound");
                return Task.FromResult(missing);
            }

            if (!query.Contains("comp=block&", StringComparison.Ordinal))
            {
                var mode = request.Headers.TryGetValues("x-ms-immutability-policy-mode", out var modes) ? " " + modes.Single() : "";
                Writes.Enqueue((request.RequestUri.AbsolutePath + mode).ToLowerInvariant().Replace("h99", "H99", StringComparison.Ordinal).Replace("-sct-bs", "-SCT-BS", StringComparison.Ordinal));
                if (request.Headers.TryGetValues("x-ms-immutability-policy-until-date", out var ends)) Ends.Enqueue(DateTimeOffset.Parse(ends.Single(), System.Globalization.CultureInfo.InvariantCulture));
            }

            var answer = new HttpResponseMessage(HttpStatusCode.Created) { Content = new ByteArrayContent([]) };
            answer.Headers.TryAddWithoutValidation("ETag", "\"2\"");
            answer.Content.Headers.LastModified = DateTimeOffset.UtcNow;
            return Task.FromResult(answer);
        }
    }
}
