using System.Text.Encodings.Web;
using System.Text.Unicode;
using ECopy.Functions.Pages.Office;
using ECopy.Functions.Web;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.WebEncoders;

namespace ECopy.Functions.Pages;

/// <summary>The pages: for anyone the front page, the check of a copy and a citizen's own link; for the office what is under /office.</summary>
internal static class PublicPages
{
    public static void AddPublicPages(this IServiceCollection services)
    {
        services.AddRazorPages().AddMvcOptions(mvc =>
        {
            mvc.Filters.Add(new KnownMethods());
            // The address first: a field of the same name in the form would name another object than the trail does.
            var address = mvc.ValueProviderFactories.OfType<RouteValueProviderFactory>().Single();
            mvc.ValueProviderFactories.Remove(address);
            mvc.ValueProviderFactories.Insert(0, address);
        });
        // Vietnamese as it is written, not as &#x1EA1;.
        services.Configure<WebEncoderOptions>(encoder => encoder.TextEncoderSettings = new TextEncoderSettings(UnicodeRanges.All));
        // Made at the first need, not at each start: these pages need no keys, and the command line starts the same host.
        if (services.FirstOrDefault(service => service.ServiceType == typeof(IHostedService)
            && service.ImplementationType?.Name == "DataProtectionHostedService") is { } eager) services.Remove(eager);
        services.TryAddSingleton<PublicStore>();
        services.AddSingleton<AccessCookie>();
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
        // Public by address: what is not listed takes nobody without an account.
        app.MapRazorPages().Add(page =>
        {
            if (page is not RouteEndpointBuilder { RoutePattern.RawText: { } route }) return;
            var first = route.Split('/')[0];
            if (first is "" or "v" or "c" or "trust" or "account") page.Metadata.Add(new AllowAnonymousAttribute());
            if (first is "v" or "c") page.Metadata.Add(new VerifyLimit());
        });
    }
}
