using System.Text.Encodings.Web;
using System.Text.Unicode;
using ECopy.Functions.Web;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.WebEncoders;

namespace ECopy.Functions.Pages;

/// <summary>The pages for anyone: the front page and the check of a copy.</summary>
internal static class PublicPages
{
    public static void AddPublicPages(this IServiceCollection services)
    {
        services.AddRazorPages();
        // Vietnamese as it is written, not as &#x1EA1;.
        services.Configure<WebEncoderOptions>(encoder => encoder.TextEncoderSettings = new TextEncoderSettings(UnicodeRanges.All));
        // Made at the first need, not at each start: these pages need no keys, and the command line starts the same host.
        if (services.FirstOrDefault(service => service.ServiceType == typeof(IHostedService)
            && service.ImplementationType?.Name == "DataProtectionHostedService") is { } eager) services.Remove(eager);
        services.TryAddSingleton<PublicStore>();
    }

    /// <summary>Before everything that answers.</summary>
    public static void UsePublicPages(this WebApplication app)
    {
        app.UsePageHeaders();
        app.UseReaderLanguage();
        app.UseAssets();
    }

    public static void MapPublicPages(this WebApplication app)
    {
        app.MapRootFiles();
        // Public by name: what says nothing takes nobody without an account.
        app.MapRazorPages().AllowAnonymous().Add(page =>
        {
            if (page is RouteEndpointBuilder { RoutePattern.RawText: { } route } && (route == "v" || route.StartsWith("v/", StringComparison.Ordinal))) page.Metadata.Add(new VerifyLimit());
        });
    }
}
