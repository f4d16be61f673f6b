using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Signing.Trust;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ECopy.Functions.Pages;

/// <param name="From">As shown.</param>
internal sealed record AnchorRow(string Name, string From, string Until, string Sha256);

/// <summary><c>/trust</c>: which root certificates are believed here, and when; so that anybody can check without us.</summary>
internal sealed class TrustModel(OfficeDirectory office) : PageModel
{
    public PageTexts Text => PageTexts.For(HttpContext);

    /// <summary>Null where the store did not answer: none would be something else.</summary>
    public IReadOnlyList<AnchorRow>? Anchors { get; private set; }

    public async Task OnGetAsync()
    {
        Response.Headers.CacheControl = "no-store";
        try
        {
            Anchors = [.. (await office.TrustAnchorsAsync(HttpContext.RequestAborted)).Anchors.Select(Row)];
        }
        catch (Exception fault) when (fault is TransientException or IntegrityException)
        {
            Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        }
    }

    internal static string Digest(X509Certificate2 certificate) => certificate.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant();

    private AnchorRow Row(TrustAnchor anchor) => new(
        anchor.Certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false), Show(anchor.From), Show(anchor.Until), Digest(anchor.Certificate));

    private string Show(DateTimeOffset time) => LocalTime.Of(time).ToString(Text["time-format"], CultureInfo.InvariantCulture);
}
