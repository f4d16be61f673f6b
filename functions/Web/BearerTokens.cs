using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text.Encodings.Web;
using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace ECopy.Functions.Web;

/// <summary>Signs in by <c>Authorization: Bearer …</c> (RFC 6750): the account behind the token, with its person's roles of this moment.</summary>
internal sealed class BearerTokens(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, ApiTokens tokens, FailureLimit failures)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "Bearer";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (TokenOf(Request) is not { } token) return AuthenticateResult.NoResult();
        var caller = await tokens.FindCallerAsync(token, Context.RequestAborted);
        return caller is null
            ? AuthenticateResult.Fail("unknown token")
            : AuthenticateResult.Success(new AuthenticationTicket(Callers.PrincipalOf(caller, SchemeName), SchemeName));
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var failed = (await HandleAuthenticateOnceSafeAsync()).Failure is not null;
        if (failed && failures.Count(Context) is { } wait)
        {
            await Problems.TooManyAsync(Context, wait);
            return;
        }

        Response.Headers.WWWAuthenticate = failed ? "Bearer realm=\"ecopy\", error=\"invalid_token\"" : "Bearer realm=\"ecopy\"";
        await Problems.From(Context, new Rejection(failed ? "token-invalid" : "token-missing"), StatusCodes.Status401Unauthorized).ExecuteAsync(Context);
    }

    /// <summary>Anything but a bearer token is no token: its value may be somebody's password and is not looked at.</summary>
    private static string? TokenOf(HttpRequest request) =>
        AuthenticationHeaderValue.TryParse(request.Headers.Authorization.ToString(), out var header) && header.Scheme.Equals(SchemeName, StringComparison.OrdinalIgnoreCase)
            ? header.Parameter ?? ""
            : null;
}

/// <summary>The caller as claims, and back.</summary>
internal static class Callers
{
    private const string Agency = "agency";
    private const string Person = "person";

    public static ClaimsPrincipal PrincipalOf(Caller caller, string scheme)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return new ClaimsPrincipal(new ClaimsIdentity(
            [
                new Claim(ClaimTypes.Name, caller.UserName),
                new Claim(Agency, caller.Agency),
                new Claim(Person, caller.PersonId),
                .. caller.Roles.Select(role => new Claim(ClaimTypes.Role, role.ToString())),
            ],
            scheme));
    }

    /// <summary>Who calls; only behind an address that asks for a role.</summary>
    public static Caller Of(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Of(context.User);
    }

    public static Caller Of(ClaimsPrincipal user)
    {
        ArgumentNullException.ThrowIfNull(user);
        return new Caller(
            user.FindFirstValue(Agency)!,
            user.FindFirstValue(ClaimTypes.Name)!,
            user.FindFirstValue(Person)!,
            [.. user.FindAll(ClaimTypes.Role).Select(claim => Enum.Parse<OfficeRole>(claim.Value))]);
    }
}
