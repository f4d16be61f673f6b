using ECopy.Functions.Demo;
using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Texts;
using ECopy.Functions.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ECopy.Functions.Pages.Account;

/// <summary>Signing in with agency, name and password; in a demo store also with one button per person.</summary>
[RequestSizeLimit(LargestForm)]
internal sealed class SignInModel(Accounts accounts, PublicStore store, OfficeDirectory office, DemoAccounts demo, FailureLimit failures) : PageModel
{
    public const string Home = "/office";
    private const int MostAgencies = 500;

    /// <summary>Anyone may send it, so only what the fields hold is read.</summary>
    private const int LargestForm = 64 * 1024;

    public PageTexts Text => PageTexts.For(HttpContext);

    [BindProperty(SupportsGet = true)]
    public string? Next { get; set; }

    public string? Typed { get; private set; }

    public string? TypedAgency { get; private set; }

    /// <summary>Why it did not work, in the reader's language.</summary>
    public string? Refusal { get; private set; }

    public IReadOnlyList<Agency> Agencies { get; private set; } = [];

    public IReadOnlyList<DemoAccount> DemoAccounts { get; private set; } = [];

    /// <summary>By user name: two officials of one agency are told apart by their titles.</summary>
    public IReadOnlyDictionary<string, string> Titles { get; private set; } = new Dictionary<string, string>();

    public async Task<IActionResult> OnGetAsync()
    {
        if ((await HttpContext.AuthenticateAsync(Sessions.SchemeName)).Succeeded) return LocalRedirect(Target);
        await LoadAsync();
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(string? agency, string? user, string? password)
    {
        // Before the password is looked at: guessing must not cost us more than it costs them.
        if (failures.Blocked(HttpContext) is { } blocked) return new TooMany(blocked);
        await LoadAsync();
        (Typed, TypedAgency) = (user?.Trim(), agency ?? (Agencies is [var only] ? only.Code : null));
        var signedIn = await accounts.SignInAsync(TypedAgency ?? "", Typed ?? "", password ?? "", HttpContext.RequestAborted);
        if (!signedIn.IsRejected) return await EnterAsync(signedIn.Value);
        if (failures.Count(HttpContext) is { } wait) return new TooMany(wait);
        Refusal = Sentences.Of(signedIn.Rejection!, Text.Culture);
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Page();
    }

    public async Task<IActionResult> OnPostDemoAsync(string agency, string user)
    {
        // Pressed while a first start is still hashing the passwords: it is waited for.
        await demo.EnsureAsync(HttpContext.RequestAborted);
        await LoadAsync();
        // Only a demo store has such accounts.
        if (DemoAccounts.FirstOrDefault(one => one.Agency == agency && one.UserName == user) is not { } known) return NotFound();
        var signedIn = await accounts.SignInAsync(known.Agency, known.UserName, known.Password, HttpContext.RequestAborted);
        if (!signedIn.IsRejected) return await EnterAsync(signedIn.Value);
        Refusal = Sentences.Of(signedIn.Rejection!, Text.Culture);
        return Page();
    }

    private async Task<IActionResult> EnterAsync(Caller caller)
    {
        await HttpContext.SignInAsync(Sessions.SchemeName, Callers.PrincipalOf(caller, Sessions.SchemeName));
        return LocalRedirect(Target);
    }

    /// <summary>Only pages of the office: a link to here must not send anybody elsewhere.</summary>
    private string Target =>
        // As our own redirects write it: what no header can hold, or "~/", leads home.
        Next is ['/', ..] && Next.All(letter => letter is > ' ' and < '\u007f') && Url.IsLocalUrl(Next) && new PathString(Next.Split('?')[0]).StartsWithSegments(Home) ? Next : Home;

    private async Task LoadAsync()
    {
        Response.Headers.CacheControl = "no-store";
        Agencies = await store.AgenciesAsync(MostAgencies, HttpContext.RequestAborted);
        DemoAccounts = await demo.ListAsync(HttpContext.RequestAborted);
        var titles = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var account in DemoAccounts)
        {
            if (await office.FindPersonAsync(account.Agency, account.UserName, HttpContext.RequestAborted) is { TitleLines: [.., var title] }) titles[account.UserName] = title;
        }

        Titles = titles;
    }

    private sealed class TooMany(TimeSpan wait) : IActionResult
    {
        public Task ExecuteResultAsync(ActionContext context) => Problems.TooManyAsync(context.HttpContext, wait);
    }
}
