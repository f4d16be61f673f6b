using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Storage;
using ECopy.TestKit;
using Microsoft.Extensions.Configuration;

namespace ECopy.Functions.Tests.Storage;

/// <summary>What is said of a storage account: every start writes it into the log.</summary>
public sealed class StorePlaceTests : IDisposable
{
    private const string Signature = "sig=c2VjcmV0LXNlY3JldC1zZWNyZXQ%3D";
    private const string Shared = $"BlobEndpoint=https://so.example.net/;SharedAccessSignature=sv=2024-08-04&ss=b&srt=sco&sp=rwdlac&se=2030-01-01T00%3A00%3A00Z&{Signature}";
    private readonly TemporaryFolder folder = new(inMemory: true);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_shared_access_signature_is_in_no_name_of_the_store()
    {
        var place = StorePlace.From(Settings((StorePlace.Connection, Shared))).Value;
        Assert.Equal("https://so.example.net/ecopy-*", place.NameFor(""));
        Assert.Equal("https://so.example.net/ecopy-copies/a/1.pdf", place.AddressOf("", "copies/a/1.pdf"));
    }

    [Fact]
    public async Task A_shared_access_signature_is_in_no_name_of_the_witness_and_hides_no_account()
    {
        using var data = (await DataFolder.OpenAsync(folder.Below("data"), StoreKind.Demo, TimeProvider.System, default)).Value;
        var witness = WitnessPlace.From(Settings((WitnessPlace.Connection, Shared)), null).Value;
        Assert.Equal($"https://so.example.net/register-witness/{data.Identity.StoreId}", witness.NameFor(data).Value);
        Assert.Equal("https://so.example.net/", StorePlace.From(Settings((StorePlace.Connection, Shared))).Value.Account!.Address.AbsoluteUri);
    }

    [Theory]
    [InlineData("AccountName=so;AccountKey=bí mật dài")]
    [InlineData("AccountName=so;AccountKey=c2VjcmV0;AccountKey=c2VjcmV0")]
    [InlineData("AccountKey=c2VjcmV0")]
    [InlineData("c2VjcmV0")]
    [InlineData("BlobEndpoint=c2VjcmV0;SharedAccessSignature=c2VjcmV0")]
    public void A_connection_string_that_cannot_be_used_is_not_repeated(string connection)
    {
        var place = StorePlace.From(Settings((StorePlace.Connection, connection)));
        Assert.Equal("storage-setting-invalid", place.Rejection?.Code);
        Assert.DoesNotContain("c2VjcmV0", place.Rejection!.Details!["cause"], StringComparison.Ordinal);
        Assert.DoesNotContain("bí mật", place.Rejection.Details["cause"], StringComparison.Ordinal);
    }

    private static IConfiguration Settings(params (string Name, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value))).Build();
}
