using ECopy.Functions.Domain;

namespace ECopy.Functions.Storage;

/// <summary>
/// Where a store's blobs lie: in the data folder, or in an Azure storage account. Keys, the hub's database and the command socket
/// are in the data folder either way.
/// </summary>
internal sealed class StorePlace
{
    public const string Connection = "Storage:ConnectionString";
    public const string Url = "Storage:AccountUrl";
    public const string Containers = "Storage:ContainerPrefix";
    public const string LeaseSeconds = "Storage:LeaseSeconds";

    public static readonly StorePlace InFolder = new(null, ContainerPerSegment.UsualPrefix, StoreLease.UsualDuration, null);
    private readonly string prefix;
    private readonly Retention? retention;

    private StorePlace(AzureAccount? account, string prefix, TimeSpan leaseDuration, Retention? retention)
    {
        Account = account;
        this.prefix = prefix;
        this.retention = retention;
        LeaseDuration = leaseDuration;
    }

    /// <summary>Null: in the data folder.</summary>
    public AzureAccount? Account { get; }

    public TimeSpan LeaseDuration { get; }

    public BlobPlacement Placement => new ContainerPerSegment(prefix);

    /// <summary>Rejects <c>storage-setting-invalid</c> (setting, cause).</summary>
    public static Result<StorePlace> From(IConfiguration settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var account = AzureAccount.From(settings, Connection, Url);
        if (account.IsRejected) return account.Rejection!;
        if (account.Value is null) return InFolder;
        var prefix = settings[Containers] is { Length: > 0 } typed ? typed : ContainerPerSegment.UsualPrefix;
        if (!ContainerPerSegment.IsPrefix(prefix)) return Invalid(Containers, "ecopy-");
        var seconds = (int)StoreLease.UsualDuration.TotalSeconds;
        if (settings[LeaseSeconds] is { Length: > 0 } asked && (!int.TryParse(asked, System.Globalization.CultureInfo.InvariantCulture, out seconds) || seconds is < 15 or > 60))
            return Invalid(LeaseSeconds, "15-60");
        var retention = Retention.From(settings);
        return retention.IsRejected ? retention.Rejection! : new StorePlace(account.Value, prefix, TimeSpan.FromSeconds(seconds), retention.Value);
    }

    public static StorePlace In(AzureAccount account, string prefix = ContainerPerSegment.UsualPrefix) => new(account, prefix, StoreLease.UsualDuration, null);

    /// <summary>The blobs, whoever owns them. For an account only: a folder's are opened with the folder.</summary>
    public AzureBlobStore OpenAccount() => new(Account!.Service, Placement, retention);

    /// <summary>For reading beside whoever owns it; there may be no store yet.</summary>
    public IBlobStore OpenReadOnly(string folder) => Account is null ? FileBlobStore.OpenReadOnly(folder) : new ReadOnlyBlobStore(OpenAccount());

    /// <summary>For people: the folder, or the account with the names of the containers.</summary>
    public string NameFor(string folder) => Account is null ? folder : $"{Account.Address.AbsoluteUri.TrimEnd('/')}/{prefix}*";

    /// <summary>For people: where one blob is found.</summary>
    public string AddressOf(string folder, string path) =>
        Account is null ? Path.Combine(folder, path) : Placement.BlobOf(Account.Service, path).Uri.GetLeftPart(UriPartial.Path);

    private static Rejection Invalid(string setting, string cause) =>
        new("storage-setting-invalid", new Dictionary<string, string> { ["setting"] = setting, ["cause"] = cause });
}
