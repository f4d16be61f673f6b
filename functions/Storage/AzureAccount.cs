using Azure.Identity;
using Azure.Storage.Blobs;
using ECopy.Functions.Domain;

namespace ECopy.Functions.Storage;

/// <summary>A storage account as it is configured: by connection string, or by address with the identity that the platform gives.</summary>
internal sealed class AzureAccount
{
    private AzureAccount(BlobServiceClient service) => Service = service;

    public BlobServiceClient Service { get; }

    /// <summary>Of its blobs, as it may be said: a shared access signature is part of the client's own address.</summary>
    public Uri Address => new(Service.Uri.GetLeftPart(UriPartial.Path));

    /// <summary>Null where neither is set. Rejects <c>storage-setting-invalid</c> (setting, cause).</summary>
    /// <param name="connection">Name of the setting with a connection string (<c>UseDevelopmentStorage=true</c> too).</param>
    /// <param name="url">Name of the setting with the address of the account's blobs, for a managed identity.</param>
    public static Result<AzureAccount?> From(IConfiguration settings, string connection, string url)
    {
        ArgumentNullException.ThrowIfNull(settings);
        try
        {
            if (settings[connection] is { Length: > 0 } text) return new AzureAccount(new BlobServiceClient(text, AzureCalls.ClientOptions()));
        }
        catch (Exception invalid) when (invalid is FormatException or ArgumentException or InvalidOperationException)
        {
            return Invalid(connection, invalid.Message);
        }

        if (settings[url] is not { Length: > 0 } address) return (AzureAccount?)null;
        // A token is for this service alone, and never goes out in the clear.
        return Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps
            ? new AzureAccount(new BlobServiceClient(uri, new DefaultAzureCredential(), AzureCalls.ClientOptions()))
            : Invalid(url, "https://…");
    }

    /// <summary>An account over a client that exists already.</summary>
    public static AzureAccount Of(BlobServiceClient service) => new(service);

    private static Rejection Invalid(string setting, string cause) =>
        new("storage-setting-invalid", new Dictionary<string, string> { ["setting"] = setting, ["cause"] = cause.Split('\n')[0] });
}
