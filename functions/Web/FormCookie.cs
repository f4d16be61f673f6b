namespace ECopy.Functions.Web;

/// <summary>
/// The cookie of the forms. Secure by the public address, not by the connection: behind a proxy that ends TLS they differ, and
/// the framework's own "always" would refuse to answer there.
/// </summary>
internal sealed class FormCookie : CookieBuilder
{
    private readonly bool secure;

    public FormCookie(bool secure)
    {
        this.secure = secure;
        Name = "ecopy-form";
        HttpOnly = true;
        IsEssential = true;
        SameSite = SameSiteMode.Strict;
        SecurePolicy = CookieSecurePolicy.SameAsRequest;
    }

    public override CookieOptions Build(HttpContext context, DateTimeOffset expiresFrom)
    {
        var options = base.Build(context, expiresFrom);
        options.Secure |= secure;
        return options;
    }
}
