using System.Globalization;
using System.Text;
using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Web;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ECopy.Functions.Pages;

/// <summary>One root certificate in the form that <c>--trust</c> reads, with the time in which it is trusted.</summary>
internal sealed class TrustFileModel(OfficeDirectory office) : PageModel
{
    private const string Iso = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    public async Task<IActionResult> OnGetAsync(string thumbprint)
    {
        Response.Headers.CacheControl = "no-store";
        try
        {
            var anchors = await office.TrustAnchorsAsync(HttpContext.RequestAborted);
            if (anchors.Anchors.FirstOrDefault(one => TrustModel.Digest(one.Certificate) == thumbprint) is { } anchor)
            {
                var pem = string.Create(
                    CultureInfo.InvariantCulture,
                    $"From: {anchor.From.UtcDateTime.ToString(Iso, CultureInfo.InvariantCulture)}\nUntil: {anchor.Until.UtcDateTime.ToString(Iso, CultureInfo.InvariantCulture)}\n{anchor.Certificate.ExportCertificatePem()}\n");
                return File(Encoding.ASCII.GetBytes(pem), "application/x-pem-file", thumbprint + ".pem");
            }

            await Problems.AnswerAsync(HttpContext, new Rejection("not-found"), StatusCodes.Status404NotFound);
        }
        catch (Exception fault) when (fault is TransientException or IntegrityException)
        {
            await Problems.AnswerAsync(HttpContext, new Rejection("verdict-cannotCheck"), StatusCodes.Status503ServiceUnavailable);
        }

        return new EmptyResult();
    }
}
