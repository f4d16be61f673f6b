using System.Text.Json;
using System.Text.Json.Nodes;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Web;

/// <summary>What others build on does not change unnoticed. Renew with ECOPY_RENEW=1 and look at the difference.</summary>
public sealed class ApiDescriptionTests(ApiOffice api) : IClassFixture<ApiOffice>
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task The_description_of_the_api_is_the_stored_one()
    {
        var given = JsonNode.Parse(await api.Anonymous.GetStringAsync("/openapi/v1.json"))!;
        var file = Path.Combine(SourceFolder.Root, "tests", "ECopy.Functions.Tests", "Web", "openapi.v1.json");
        if (Environment.GetEnvironmentVariable("ECOPY_RENEW") == "1") await File.WriteAllTextAsync(file, given.ToJsonString(Indented) + "\n");
        var stored = JsonNode.Parse(await File.ReadAllTextAsync(file));
        Assert.True(JsonNode.DeepEquals(stored, given), $"differs from {file}; renew with ECOPY_RENEW=1:\n{given.ToJsonString(Indented)}");
    }
}
