using System.Text;
using System.Xml;
using System.Xml.Linq;
using ECopy.Functions.Domain;
using ECopy.Functions.Storage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace ECopy.Functions.Web;

/// <summary>
/// The keys that protect cookies and forms, in the store: every process over the same store can read what another one
/// handed out. Whoever reads the store reads them; they sign nothing that outlives a session.
/// </summary>
internal sealed class StoredProtectionKeys(IBlobStore store) : IXmlRepository
{
    private const string Name = "ECopy";

    // The framework asks synchronously, at the first cookie of a process and when a key is renewed (every 90 days).
    public IReadOnlyCollection<XElement> GetAllElements() => ReadAllAsync().GetAwaiter().GetResult();

    public void StoreElement(XElement element, string friendlyName)
    {
        ArgumentNullException.ThrowIfNull(element);
        store.CreateIfAbsentAsync(BlobPaths.ProtectionKey(friendlyName), Encoding.UTF8.GetBytes(element.ToString(SaveOptions.DisableFormatting)), CancellationToken.None)
            .GetAwaiter().GetResult();
    }

    private async Task<IReadOnlyCollection<XElement>> ReadAllAsync()
    {
        var keys = new List<XElement>();
        await foreach (var path in store.ListAsync(BlobPaths.ProtectionKeys, CancellationToken.None))
        {
            if (await store.ReadAsync(path, CancellationToken.None) is { } stored) keys.Add(ElementOf(path, stored.Content));
        }

        return keys;
    }

    private static XElement ElementOf(string path, ReadOnlyMemory<byte> stored)
    {
        try
        {
            return XElement.Parse(Encoding.UTF8.GetString(stored.Span));
        }
        catch (XmlException damaged)
        {
            throw new IntegrityException(path, $"holds no key ({damaged.Message})");
        }
    }

    public static void Add(IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName(Name);
        services.AddOptions<KeyManagementOptions>().Configure<IBlobStore>((options, store) => options.XmlRepository = new StoredProtectionKeys(store));
    }
}
