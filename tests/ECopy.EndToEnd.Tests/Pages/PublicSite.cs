using System.Text.Json.Nodes;

namespace ECopy.EndToEnd.Tests.Pages;

/// <summary>A copy made for these tests.</summary>
/// <param name="Code">4-4-4-5.</param>
public sealed record SiteCopy(string Code, byte[] File)
{
    public string StoredCode => Code.Replace("-", "", StringComparison.Ordinal);
}

/// <summary>A copy for each verdict.</summary>
public sealed class PublicSite : BrowserSite
{
    public SiteCopy Good { get; private set; } = null!;

    public SiteCopy Withdrawn { get; private set; } = null!;

    public SiteCopy Replaced { get; private set; } = null!;

    /// <summary>Its file is the first version; a second one exists.</summary>
    public SiteCopy Other { get; private set; } = null!;

    /// <summary>Its public record disagrees with the register.</summary>
    public SiteCopy Disputed { get; private set; } = null!;

    protected override Task PrepareAsync()
    {
        Good = Certify("Bằng tốt nghiệp trung học phổ thông");
        Withdrawn = Certify("Giấy chứng nhận đăng ký doanh nghiệp");
        Replaced = Certify("Chứng chỉ ngoại ngữ B1");
        Other = Certify("Giấy khai sinh");
        Disputed = Certify("Quyết định tuyển dụng");
        Rewrite(Withdrawn, record =>
        {
            record["status"] = "withdrawn";
            record["endedOn"] = "2026-03-05";
            record["endReason"] = "bản chính ghi sai mã số doanh nghiệp";
        });
        Rewrite(Replaced, record =>
        {
            record["status"] = "replaced";
            record["endedOn"] = "2026-03-05";
            record["replacedBy"] = Good.StoredCode;
        });
        Rewrite(Disputed, record => record["registerNumber"] = 9_999);
        return Task.CompletedTask;
    }

    private SiteCopy Certify(string title)
    {
        var copy = Certified.Of(Program.Run("certify", "scan.jpg", "--title", title, "--json"));
        return new SiteCopy(copy.VerificationCode, File.ReadAllBytes(copy.Path));
    }

    private void Rewrite(SiteCopy copy, Action<JsonObject> change)
    {
        var path = Program.PathOf($"public/{copy.StoredCode}.json");
        var record = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        change(record);
        File.WriteAllText(path, record.ToJsonString());
    }
}

[CollectionDefinition(Name)]
public sealed class ThePublicSite : ICollectionFixture<PublicSite>
{
    public const string Name = "the public site";
}
