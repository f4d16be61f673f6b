using System.Net;
using System.Text.RegularExpressions;
using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Tests.Web;
using ECopy.Functions.Upload;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Pages;

/// <summary>An office with a neighbour, and one signed-in browser per role: shared by the tests of a class.</summary>
public sealed partial class DeskOffice : IAsyncLifetime
{
    private const string Password = "một mật khẩu dài";
    private readonly Dictionary<OfficeRole, HttpClient> browsers = [];

    internal TestOffice Office { get; private set; } = null!;

    internal string ForeignCopy { get; private set; } = "";

    /// <summary>Of every scan received here.</summary>
    internal const int Seed = 3;

    internal HttpClient As(OfficeRole role) => browsers[role];

    public async Task InitializeAsync()
    {
        Office = await TestOffice.OpenAsync();
        foreach (var (role, user) in ApiOffice.Users)
        {
            await Office.Get<Accounts>().SetPasswordAsync(TestOffice.Agency, user, Password, "test", default);
            browsers[role] = await SignInAsync(user);
        }

        await ApiOffice.AddNeighbourAsync(Office);
        var upload = new ScanUpload(ApiOffice.Neighbour, TestOffice.NewCopyId(), ApiOffice.NeighbourClerk, "Giấy khai sinh", "Trần Gia Bảo Mẫu", null, [SmallScan.Png(9)]);
        ForeignCopy = (await Office.Workflow.SubmitAsync(upload, default)).Value.CopyId;
    }

    public async Task DisposeAsync()
    {
        foreach (var browser in browsers.Values) browser.Dispose();
        await Office.DisposeAsync();
    }

    /// <summary>A request that waits for the official.</summary>
    internal async Task<CopyRequest> ReceiveAsync(string title = "Bằng tốt nghiệp") =>
        await Office.WhenStateAsync((await Office.SubmitAsync(title, null, SmallScan.Png(Seed))).Value.CopyId, CopyState.WaitingForReview);

    /// <summary>Clears the queue for the next test.</summary>
    internal async Task EndAsync(CopyRequest copy)
    {
        await Office.Workflow.StopAsync(new Functions.Review.StopCommand(TestOffice.Agency, copy.CopyId, ApiOffice.Users[OfficeRole.AgencyAdmin], ClosingCodes.Terminated, "hết"), default);
        await Office.WhenStateAsync(copy.CopyId, CopyState.Failed);
    }

    private async Task<HttpClient> SignInAsync(string user)
    {
        var browser = Office.Browse();
        var form = await browser.GetStringAsync("/account/sign-in");
        var token = FormToken().Match(form).Groups[1].Value;
        using var answer = await browser.PostAsync("/account/sign-in", new FormUrlEncodedContent(
            [new("agency", TestOffice.Agency), new("user", user), new("password", Password), new("__RequestVerificationToken", token)]));
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        return browser;
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\"[^>]*value=\"([^\"]+)\"")]
    private static partial Regex FormToken();
}
