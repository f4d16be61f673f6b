using ECopy.Functions.Domain;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Ledger;

/// <summary>Where the high-water marks are kept: a folder, or a storage account that is not the store's.</summary>
/// <param name="Folder">As configured; null: the account's state folder.</param>
/// <param name="Account">Before the folder.</param>
internal sealed record WitnessPlace(string? Folder = null, AzureAccount? Account = null)
{
    public const string FolderSetting = "Register:Witness";
    public const string Connection = "Register:WitnessConnectionString";
    public const string Url = "Register:WitnessUrl";

    /// <summary>One for all the stores that are witnessed there, each below its id.</summary>
    private const string Container = "register-witness";

    /// <param name="folder">Named on the command line, before what is set.</param>
    public static Result<WitnessPlace> From(IConfiguration settings, string? folder)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (folder is not null) return new WitnessPlace(folder);
        var account = AzureAccount.From(settings, Connection, Url);
        return account.IsRejected ? account.Rejection! : new WitnessPlace(settings[FolderSetting], account.Value);
    }

    /// <summary>For people. Rejects <c>witness-inside-data-folder</c> (folder, dataFolder) and <c>witness-in-store-account</c> (account).</summary>
    public Result<string> NameFor(DataFolder data)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (Account is null) return WitnessFolder.Locate(data.FullPath, Folder, data.Identity.StoreId);
        // Whoever can put one account back to an earlier state would put both back.
        return data.Place.Account is { } store && store.Address == Account.Address
            ? new Rejection("witness-in-store-account", "account", Account.Address.AbsoluteUri)
            : $"{Account.Address.AbsoluteUri.TrimEnd('/')}/{Container}/{data.Identity.StoreId}";
    }

    public IBlobStore Open(DataFolder data, string name)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (Account is null) return data.IsOwner ? FileBlobStore.Open(name, data.AfterCrash) : data.MayWrite ? FileBlobStore.OpenShared(name) : FileBlobStore.OpenReadOnly(name);
        var store = new AzureBlobStore(Account.Service, new OneContainer(Container, data.Identity.StoreId));
        return data.MayWrite ? store : new ReadOnlyBlobStore(store);
    }
}
