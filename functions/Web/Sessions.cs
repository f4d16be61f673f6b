using System.Security.Claims;
using System.Security.Cryptography;
using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Pages;
using ECopy.Functions.Storage;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.Options;

namespace ECopy.Functions.Web;

/// <summary>A browser that is signed in, at <see cref="BlobPaths.Session"/>; the cookie holds the key, the store its SHA-256.</summary>
/// <param name="PasswordMark">Of the password that was in force: a new password ends every session begun with the old one.</param>
internal sealed record Session(int Schema, string Agency, string UserName, string PasswordMark, DateTimeOffset StartedAt, DateTimeOffset Until) : IStoredRecord
{
    public static int CurrentSchema => 1;
}

/// <summary>
/// Sessions as records of the store: signing out removes one, so a copied cookie is worth nothing afterwards. Whoever a session
/// belongs to is looked up at each request, with the roles of that moment.
/// </summary>
internal sealed class Sessions(IBlobStore store, Accounts accounts, TimeProvider clock) : ITicketStore
{
    public const string SchemeName = "Session";
    public const string SignInPath = "/account/sign-in";
    public static readonly TimeSpan Lasts = TimeSpan.FromHours(8);
    private const int KeyBytes = 32;
    private const char Between = '/';
    private static readonly object Replaced = new();

    public async Task<string> StoreAsync(AuthenticationTicket ticket)
    {
        ArgumentNullException.ThrowIfNull(ticket);
        var caller = Callers.Of(ticket.Principal);
        var account = await accounts.FindAsync(caller.Agency, caller.UserName, CancellationToken.None)
            ?? throw new InvalidOperationException("only an account that was found can be signed in");
        await PurgeAsync(caller, CancellationToken.None);
        var secret = Secret.Draw(KeyBytes);
        var now = clock.GetUtcNow();
        await store.CreateJsonAsync(
            PathOf(caller.Agency, caller.UserName, secret),
            new Session(Session.CurrentSchema, caller.Agency, caller.UserName, MarkOf(account), now, ticket.Properties.ExpiresUtc ?? now + Lasts),
            CancellationToken.None);
        return string.Join(Between, caller.Agency, caller.UserName, secret);
    }

    /// <summary>A new session in place of the one that the browser had before: that one ends once the new one is there.</summary>
    public async Task<string> StoreAsync(AuthenticationTicket ticket, HttpContext httpContext, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        var key = await StoreAsync(ticket);
        if (httpContext.Items[Replaced] is string before) await RemoveAsync(before);
        return key;
    }

    /// <summary>
    /// Signing in begins as nobody. The framework would go on with the session that the browser brings along, and whoever signs
    /// in would work on as the person who left it open.
    /// </summary>
    public Task<AuthenticationTicket?> RetrieveAsync(string key, HttpContext httpContext, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        if (!HttpMethods.IsPost(httpContext.Request.Method) || !httpContext.Request.Path.StartsWithSegments(SignInPath, StringComparison.OrdinalIgnoreCase)) return RetrieveAsync(key);
        httpContext.Items[Replaced] = key;
        return Task.FromResult<AuthenticationTicket?>(null);
    }

    public async Task RenewAsync(string key, AuthenticationTicket ticket)
    {
        ArgumentNullException.ThrowIfNull(ticket);
        if (PathOf(key) is not { } path || await store.ReadAsync(path, CancellationToken.None) is null) return;
        var until = ticket.Properties.ExpiresUtc ?? clock.GetUtcNow() + Lasts;
        await store.UpdateAsync<Session>(path, session => session with { Until = until }, clock, CancellationToken.None);
    }

    public async Task<AuthenticationTicket?> RetrieveAsync(string key)
    {
        if (PathOf(key) is not { } path || (await store.ReadJsonAsync<Session>(path, CancellationToken.None))?.Value is not { } session) return null;
        if (session.Until <= clock.GetUtcNow()) return null;
        var account = await accounts.FindAsync(session.Agency, session.UserName, CancellationToken.None);
        if (account is null || MarkOf(account) != session.PasswordMark) return null;
        return await accounts.CallerOfAsync(account, CancellationToken.None) is { } caller
            ? new AuthenticationTicket(
                Callers.PrincipalOf(caller, SchemeName),
                new AuthenticationProperties { IssuedUtc = session.StartedAt, ExpiresUtc = session.Until },
                SchemeName)
            : null;
    }

    public async Task RemoveAsync(string key)
    {
        if (PathOf(key) is { } path) await store.DeleteAsync(path, CancellationToken.None);
    }

    /// <summary>Those of the same account that ran out: the folder holds only living sessions and the last forgotten ones.</summary>
    private async Task PurgeAsync(Caller caller, CancellationToken cancellationToken)
    {
        await foreach (var path in store.ListAsync(BlobPaths.SessionsOf(caller.Agency, caller.UserName), cancellationToken))
        {
            if ((await store.ReadJsonAsync<Session>(path, cancellationToken))?.Value is { } session && session.Until <= clock.GetUtcNow())
                await store.DeleteAsync(path, cancellationToken);
        }
    }

    private static string? PathOf(string key) =>
        key.Split(Between) is [var agency, var userName, var secret] && BlobPath.IsSegment(agency) && BlobPath.IsSegment(userName) ? PathOf(agency, userName, secret) : null;

    private static string PathOf(string agency, string userName, string secret) =>
        BlobPaths.Session(agency, userName, Secret.DigestOf(secret));

    /// <summary>Salts are drawn anew with each password, so one names the password without saying anything of it.</summary>
    private static string MarkOf(Account account) => account.Password is { } password ? Convert.ToHexStringLower(SHA256.HashData(password.Salt)) : "";
}

internal static class SessionCookies
{
    /// <summary>Signing in by cookie. Whoever is not signed in is led to the sign-in page, a script gets problem details.</summary>
    public static AuthenticationBuilder AddSessions(this AuthenticationBuilder authentication)
    {
        ArgumentNullException.ThrowIfNull(authentication);
        authentication.Services.AddSingleton<Sessions>();
        authentication.Services.AddOptions<CookieAuthenticationOptions>(Sessions.SchemeName).Configure<Sessions, StoreTerms>((options, sessions, terms) =>
        {
            options.SessionStore = sessions;
            // The prefix binds the cookie to https and to this host; a demo on http could not set it.
            var secure = terms.IsSecure;
            options.Cookie.Name = secure ? "__Host-ecopy" : "ecopy";
            options.Cookie.SecurePolicy = secure ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
        });
        return authentication.AddCookie(Sessions.SchemeName, options =>
        {
            options.Cookie.HttpOnly = true;
            options.Cookie.Path = "/";
            // Lax, not Strict: whoever follows a link to a dossier from a message is still signed in. Forms carry a token of their own.
            options.Cookie.SameSite = SameSiteMode.Lax;
            options.ExpireTimeSpan = Sessions.Lasts;
            options.SlidingExpiration = true;
            options.Events.OnRedirectToLogin = context => FailurePage.IsWanted(context.HttpContext) && HttpMethods.IsGet(context.Request.Method)
                ? LeadToSignIn(context.HttpContext)
                : Problems.AnswerAsync(context.HttpContext, new Rejection("signed-out"), StatusCodes.Status401Unauthorized);
        });
    }

    /// <summary>A path only: behind a proxy Host is not ours.</summary>
    private static Task LeadToSignIn(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status302Found;
        context.Response.Headers.Location = Sessions.SignInPath + QueryString.Create("next", context.Request.Path + context.Request.QueryString);
        return Task.CompletedTask;
    }
}
