using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Office;
using ECopy.Functions.Pages;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;

namespace ECopy.Functions.Web;

/// <summary>
/// Who may use which address. An address that says nothing takes nobody without an account; the public ones say so.
/// Policies ask for roles only: that an object is the caller's agency's own is asked where it is looked up.
/// </summary>
internal static class Access
{
    public const string Clerk = nameof(OfficeRole.OneStopClerk);
    public const string Attestor = nameof(OfficeRole.Attestor);
    public const string SealKeeper = nameof(OfficeRole.SealKeeper);
    public const string Admin = nameof(OfficeRole.AgencyAdmin);

    /// <summary>Everyone who works in the office.</summary>
    public const string Office = "Office";

    /// <summary>Who may stop a request; which way, the step decides.</summary>
    public const string Stop = "Stop";

    /// <summary>Who signs with a tool of their own; whose turn it is, the step decides.</summary>
    public const string Sign = "Sign";

    private const string ByAddress = nameof(ByAddress);

    private static readonly Dictionary<string, (OfficeRole[] Roles, string Refusal)> Policies = new(StringComparer.Ordinal)
    {
        [Clerk] = ([OfficeRole.OneStopClerk], "not-a-clerk"),
        [Attestor] = ([OfficeRole.Attestor], "not-an-attestor"),
        [SealKeeper] = ([OfficeRole.SealKeeper], "not-a-seal-keeper"),
        [Admin] = ([OfficeRole.AgencyAdmin], "not-an-administrator"),
        [Office] = (Enum.GetValues<OfficeRole>(), "not-allowed"),
        [Sign] = ([OfficeRole.Attestor, OfficeRole.SealKeeper], "not-allowed"),
        [Stop] = ([OfficeRole.Attestor, OfficeRole.SealKeeper, OfficeRole.AgencyAdmin], "not-allowed-to-stop"),
    };

    public static IServiceCollection AddECopyAccess(this IServiceCollection services)
    {
        // By address: a cookie never opens the API, so no other site's page can make a browser use it.
        services.AddAuthentication(ByAddress)
            .AddPolicyScheme(ByAddress, null, options => options.ForwardDefaultSelector =
                context => FailurePage.IsForMachines(context.Request.Path) ? BearerTokens.SchemeName : Sessions.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, BearerTokens>(BearerTokens.SchemeName, null)
            .AddSessions();
        StoredProtectionKeys.Add(services);
        services.AddAntiforgery(options => options.HeaderName = "RequestVerificationToken");
        services.AddOptions<AntiforgeryOptions>().Configure<StoreTerms>((options, terms) => options.Cookie = new FormCookie(terms.IsSecure));
        services.AddSingleton<AccessRefusals>();
        services.AddSingleton<IAuthorizationMiddlewareResultHandler>(provider => provider.GetRequiredService<AccessRefusals>());
        services.AddAuthorization(options =>
        {
            options.FallbackPolicy = options.DefaultPolicy;
            foreach (var (name, (roles, _)) in Policies) options.AddPolicy(name, policy => policy.RequireRole(roles.Select(role => role.ToString())));
        });
        return services;
    }

    public static IReadOnlyList<OfficeRole> RolesOf(string policy) => Policies[policy].Roles;

    public static string RefusalOf(string? policy) => policy is not null && Policies.TryGetValue(policy, out var known) ? known.Refusal : "not-allowed";
}

/// <summary>Says no as problem details, and writes into the trail who asked for what they may not do.</summary>
internal sealed class AccessRefusals(AuditTrail audit) : IAuthorizationMiddlewareResultHandler
{
    private readonly AuthorizationMiddlewareResultHandler otherwise = new();

    public async Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        ArgumentNullException.ThrowIfNull(next);
        // No address, or one of routing's own that only says 405 or 415: nothing is guarded there, and the plain answer helps more.
        if (context.GetEndpoint() is not RouteEndpoint endpoint)
        {
            await next(context);
            return;
        }

        if (!authorizeResult.Forbidden)
        {
            await otherwise.HandleAsync(next, context, policy, authorizeResult);
            return;
        }

        var code = Access.RefusalOf(endpoint.Metadata.GetMetadata<IAuthorizeData>()?.Policy);
        await RecordAsync(Callers.Of(context), context.GetRouteValue("copyId") as string, $"{context.Request.Method} {endpoint.RoutePattern.RawText?.TrimEnd('/')}", code, context.RequestAborted);
        await Problems.AnswerAsync(context, new Rejection(code), StatusCodes.Status403Forbidden);
    }

    /// <summary>For refusals that the step itself does not record.</summary>
    public Task RecordAsync(Caller caller, string? subject, string act, string code, CancellationToken cancellationToken) =>
        audit.AppendAsync(
            new AuditEvent(
                caller.Agency,
                caller.PersonId,
                string.Join(',', caller.Roles),
                "access-refused",
                // As the caller typed it, so only where it can be a copy's.
                subject is not null && CopyIds.IsUsable(subject) ? subject : caller.UserName,
                new Dictionary<string, string> { ["act"] = act, ["code"] = code },
                $"access-refused:{Guid.NewGuid():N}"),
            null,
            cancellationToken);
}
