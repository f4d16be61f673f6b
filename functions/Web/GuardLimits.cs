using System.Globalization;
using System.Net;
using System.Threading.RateLimiting;
using ECopy.Functions.Domain;
using Microsoft.AspNetCore.RateLimiting;

namespace ECopy.Functions.Web;

/// <summary>How often the doors that anyone can knock at may be used; section <c>Limits</c> of the configuration (<c>Limits__Off=true</c>).</summary>
/// <param name="VerifyPerAddress">Checks of a copy from one address within <see cref="Window"/>.</param>
/// <param name="Verify">Checks from everywhere.</param>
/// <param name="FailuresPerAddress">Unknown tokens and wrong passwords from one address.</param>
/// <param name="AddressHeader">
/// Behind a front end that hides the callers: the header in which it, and nobody else, writes whose request this is. Without one all
/// callers would look like one, who could shut the others out: then only what holds for everybody is limited, and accounts lock
/// themselves as ever.
/// </param>
internal sealed record GuardLimits(
    bool Off = false, int VerifyPerAddress = 300, int Verify = 3000, int FailuresPerAddress = 30, TimeSpan? Window = null, string? AddressHeader = null)
{
    /// <summary>The connection says nothing of the caller.</summary>
    public bool IsHidden { get; private init; }

    public TimeSpan Period => Window ?? TimeSpan.FromMinutes(1);

    public GuardLimits BehindProxy() => this with { IsHidden = true };

    public static GuardLimits From(IConfiguration configuration) => configuration.GetSection("Limits").Get<GuardLimits>() ?? new GuardLimits();
}

/// <summary>Failed sign-ins by address. Only failures count, so that an office behind one address is not shut out by its own work.</summary>
internal sealed class FailureLimit(GuardLimits limits) : IDisposable
{
    private readonly PartitionedRateLimiter<HttpContext> failures = VerifyLimit.PerAddress(limits, limits.FailuresPerAddress);

    /// <summary>Null unless this address has failed too often: asked before a password costs anything.</summary>
    public TimeSpan? Blocked(HttpContext context)
    {
        using var lease = failures.AttemptAcquire(context, 0);
        return lease.IsAcquired ? null : VerifyLimit.RetryAfter(lease, limits);
    }

    /// <summary>Null while this failure may be answered, else the time to wait.</summary>
    public TimeSpan? Count(HttpContext context)
    {
        using var lease = failures.AttemptAcquire(context);
        return lease.IsAcquired ? null : VerifyLimit.RetryAfter(lease, limits);
    }

    public void Dispose() => failures.Dispose();
}

/// <summary>Marks an address as a check of a copy.</summary>
internal sealed class VerifyLimit
{
    public static void AddTo(RateLimiterOptions options, GuardLimits limits)
    {
        options.GlobalLimiter = PartitionedRateLimiter.CreateChained(
            Only(context => PartitionOfAddress(context, limits), limits, limits.VerifyPerAddress),
            Only(_ => "everyone", limits, limits.Verify));
        options.OnRejected = async (rejected, _) => await Problems.TooManyAsync(rejected.HttpContext, RetryAfter(rejected.Lease, limits));
    }

    public static PartitionedRateLimiter<HttpContext> PerAddress(GuardLimits limits, int most) =>
        PartitionedRateLimiter.Create<HttpContext, string>(context => Partition(PartitionOfAddress(context, limits), limits, most));

    public static TimeSpan RetryAfter(RateLimitLease lease, GuardLimits limits) => lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : limits.Period;

    private static PartitionedRateLimiter<HttpContext> Only(Func<HttpContext, string?> name, GuardLimits limits, int most) =>
        PartitionedRateLimiter.Create<HttpContext, string>(context => context.GetEndpoint()?.Metadata.GetMetadata<VerifyLimit>() is null
            ? RateLimitPartition.GetNoLimiter("")
            : Partition(name(context), limits, most));

    private static RateLimitPartition<string> Partition(string? name, GuardLimits limits, int most) => limits.Off || name is null
        ? RateLimitPartition.GetNoLimiter("")
        : RateLimitPartition.GetFixedWindowLimiter(name, _ => new FixedWindowRateLimiterOptions { PermitLimit = most, Window = limits.Period, QueueLimit = 0 });

    /// <summary>A home connection owns a whole /64 of IPv6, so that counts as one address. Null where nobody can say.</summary>
    private static string? PartitionOfAddress(HttpContext context, GuardLimits limits)
    {
        var address = context.Connection.RemoteIpAddress;
        if (limits.IsHidden)
        {
            // With a port or without.
            if (!IPEndPoint.TryParse(NamedIn(context, limits), out var named)) return null;
            address = named.Address;
        }

        // The local socket.
        if (address is null) return "local";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return address.AddressFamily is System.Net.Sockets.AddressFamily.InterNetworkV6
            ? Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, 8))
            : address.ToString();
    }

    /// <summary>The last one, where several are named: what stands before it came from outside.</summary>
    private static string NamedIn(HttpContext context, GuardLimits limits) =>
        limits.AddressHeader is { } header ? context.Request.Headers[header].ToString().Split(',')[^1].Trim() : "";
}

internal static class RateLimits
{
    public static IServiceCollection AddECopyLimits(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(GuardLimits.From(configuration));
        services.AddSingleton<FailureLimit>();
        services.AddRateLimiter(_ => { });
        services.AddOptions<RateLimiterOptions>().Configure<GuardLimits>(VerifyLimit.AddTo);
        return services;
    }

    /// <summary>Counts this address among the checks of a copy.</summary>
    public static TBuilder LimitVerification<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new VerifyLimit());
}
