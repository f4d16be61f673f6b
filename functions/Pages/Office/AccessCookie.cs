using System.Globalization;
using System.Security.Cryptography;
using ECopy.Functions.Domain;
using Microsoft.AspNetCore.DataProtection;

namespace ECopy.Functions.Pages.Office;

/// <summary>
/// Keeps the token of an access link for the reload of its end screen, in the clerk's browser only: encrypted, for that one
/// address, for a quarter of an hour. The store never has it.
/// </summary>
internal sealed class AccessCookie(IDataProtectionProvider protection, StoreTerms terms, TimeProvider clock)
{
    private const string Name = "ecopy-access";
    private static readonly TimeSpan Lasts = TimeSpan.FromMinutes(15);

    public void Keep(HttpContext context, string agency, string dossierCode, string token)
    {
        ArgumentNullException.ThrowIfNull(context);
        var until = (clock.GetUtcNow() + Lasts).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        context.Response.Cookies.Append(Name, Protector(agency, dossierCode).Protect($"{until}:{token}"), new CookieOptions
        {
            Path = $"/office/dossiers/{dossierCode}",
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Secure = terms.IsSecure || context.Request.IsHttps,
            MaxAge = Lasts,
            IsEssential = true,
        });
    }

    /// <summary>The token kept for this dossier, or null.</summary>
    public string? Read(HttpContext context, string agency, string dossierCode)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Request.Cookies[Name] is not { Length: > 0 } kept) return null;
        try
        {
            var parts = Protector(agency, dossierCode).Unprotect(kept).Split(':', 2);
            return long.Parse(parts[0], CultureInfo.InvariantCulture) > clock.GetUtcNow().ToUnixTimeSeconds() ? parts[1] : null;
        }
        catch (CryptographicException)
        {
            // Of another dossier, another store, or made up.
            return null;
        }
    }

    private IDataProtector Protector(string agency, string dossierCode) => protection.CreateProtector("access-link", agency, dossierCode);
}
