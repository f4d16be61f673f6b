using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Web;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ECopy.Functions.Pages.Office;

/// <summary>Tokens by which programs act for the agency's accounts.</summary>
[Authorize(Access.Admin)]
internal sealed class TokensModel(ApiTokens tokens, OfficeDirectory office) : AdminPageModel
{
    public const string Address = "/office/tokens";

    public IReadOnlyList<ApiToken> Rows { get; private set; } = [];

    public IReadOnlyList<string> Users { get; private set; } = [];

    /// <summary>Just made: shown now and never again.</summary>
    public string? Made { get; private set; }

    public string? TypedUser { get; private set; }

    public string? TypedName { get; private set; }

    public Task OnGetAsync() => ShowAsync();

    public async Task<IActionResult> OnPostAsync([FromForm] string? user, [FromForm] string? name)
    {
        (TypedUser, TypedName) = (user, name);
        var token = ApiTokens.Draw();
        var added = await tokens.AddAsync(Caller.Agency, user ?? "", name ?? "", token, Caller.PersonId, HttpContext.RequestAborted);
        await ShowAsync();
        if (added.IsRejected) return Again(added.Rejection!);
        (Made, TypedUser, TypedName) = (token, null, null);
        return Page();
    }

    public async Task<IActionResult> OnPostRevokeAsync([FromForm] string? token)
    {
        var revoked = await tokens.RevokeAsync(Caller.Agency, token ?? "", Caller.PersonId, HttpContext.RequestAborted);
        return revoked.IsRejected ? Refuse(revoked.Rejection!) : Kept(Address);
    }

    private async Task ShowAsync()
    {
        Rows = [.. (await tokens.ListAsync(Caller.Agency, HttpContext.RequestAborted)).OrderBy(token => token.RevokedAt is not null)];
        Users = [.. (await office.AccountsAsync(Caller.Agency, HttpContext.RequestAborted)).Where(account => !account.Closed).Select(account => account.UserName)];
    }
}
