using System.Security.Cryptography.X509Certificates;
using System.Text;
using ECopy.Functions.Demo;
using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Storage;
using ECopy.Functions.Tests.Web;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Sign;

/// <summary>An office whose official, and perhaps whose clerical officer, signs with a token of their own.</summary>
internal sealed class OutsideOffice : IAsyncDisposable
{
    private OutsideOffice(TestOffice office, SettableTime clock)
    {
        Office = office;
        Clock = clock;
    }

    public TestOffice Office { get; }

    public SettableTime Clock { get; }

    /// <summary>The token of the official; null where their key is in the program.</summary>
    public OutsideSigner? Official { get; private set; }

    /// <summary>The agency's token; null where its key is in the program.</summary>
    public OutsideSigner? Seal { get; private set; }

    public static async Task<OutsideOffice> OpenAsync(bool official = true, bool seal = false)
    {
        var clock = new SettableTime(TestPki.Now);
        var outside = new OutsideOffice(await TestOffice.OpenAsync(clock), clock);
        var office = outside.Office;
        var directory = office.Get<OfficeDirectory>();
        if (official) outside.Official = await GiveAsync(office, DemoOffice.Attestor, (await directory.PersonAsync(TestOffice.Agency, DemoOffice.Attestor, default)).FullName);
        if (seal) outside.Seal = await GiveAsync(office, null, (await directory.AgencyAsync(TestOffice.Agency, default)).FullName);
        return outside;
    }

    /// <summary>A token with a new key, whose certificate the office has taken.</summary>
    public static async Task<OutsideSigner> GiveAsync(TestOffice office, string? holder, string name)
    {
        // Of the demo's authority, which also says whether it is revoked.
        using var authority = await DemoAuthority.OpenOrFoundAsync(new KeyFiles(FileBlobStore.Open(Path.Combine(office.DataPath, "authority"))), TestPki.Now.AddYears(-1), TestPki.Now, default);
        using var certificate = authority.Issue(name, "Ủy ban nhân dân xã Mẫu An", TestPki.Now.AddMonths(-6), TestPki.Now.AddYears(2), elliptic: false);
        var issuers = string.Concat(authority.Chain.Select(one => one.ExportCertificatePem() + "\n"));
        var taken = await office.Get<TakeOutsideCertificate>().RunAsync(new OutsideCertificate(TestOffice.Agency, holder, certificate.RawData, Encoding.ASCII.GetBytes(issuers)), OfficeActor.Operator, default);
        Assert.Null(taken.Rejection?.Code);
        using var key = certificate.GetRSAPrivateKey()!;
        return new OutsideSigner(certificate, key, [.. authority.Chain]);
    }

    public Task<HttpClient> AsAsync(OfficeRole role) => Office.ConnectAsync(ApiOffice.Users[role]);

    /// <summary>Approved, and waiting for the first signed file.</summary>
    public async Task<CopyRequest> ApproveAsync(string title = "Bằng tốt nghiệp", int scan = 1)
    {
        var copyId = (await Office.SubmitAsync(title, null, SmallScan.Png(scan))).Value.CopyId;
        await Office.WhenStateAsync(copyId, CopyState.WaitingForReview);
        Assert.Null((await Office.DecideAsync(copyId)).Rejection?.Code);
        return await WhenWaitingAsync(copyId);
    }

    public Task<CopyRequest> WhenWaitingAsync(string copyId) => Office.WhenAsync(copyId, request => request.Waiting == CopyWaits.ReturnedFile);

    public async ValueTask DisposeAsync()
    {
        Official?.Dispose();
        Seal?.Dispose();
        await Office.DisposeAsync();
    }
}
