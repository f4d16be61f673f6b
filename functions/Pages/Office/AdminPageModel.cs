using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Texts;
using ECopy.Functions.Web;
using Microsoft.AspNetCore.Mvc;

namespace ECopy.Functions.Pages.Office;

/// <summary>A page of the administrator: always about the own agency; what was refused stays as it was typed, with the reason above.</summary>
internal abstract class AdminPageModel : OfficePageModel
{
    protected OfficeActor Actor => OfficeActor.Of(Caller);

    /// <summary>Why it was not done.</summary>
    public string? Notice { get; private set; }

    /// <summary>The change before this look was kept.</summary>
    public bool Saved => HttpMethods.IsGet(Request.Method) && Request.Query["saved"] == "1";

    /// <summary>The same page with the reason.</summary>
    protected IActionResult Again(Rejection rejection)
    {
        ArgumentNullException.ThrowIfNull(rejection);
        Notice = Sentences.Of(rejection, Text.Culture);
        Response.StatusCode = Refusals.StatusOf(rejection.Code);
        return Page();
    }

    /// <summary>A page asked for anew: loading it again sends nothing again.</summary>
    protected static IActionResult Kept(string address) => new RedirectResult(address + "?saved=1");

    /// <summary>A file of the form, one byte more than allowed at most: whoever takes it refuses it for its size.</summary>
    protected async Task<ReadOnlyMemory<byte>> FileAsync(string name, int most)
    {
        var form = await Request.ReadFormAsync(HttpContext.RequestAborted);
        if (form.Files.GetFile(name) is not { Length: > 0 } file) return default;
        var content = new byte[Math.Min(file.Length, most + 1)];
        await using var stream = file.OpenReadStream();
        await stream.ReadExactlyAsync(content, HttpContext.RequestAborted);
        return content;
    }

    /// <summary>Picture of a seal or a signature, for its preview.</summary>
    protected async Task<IActionResult> ImageAsync(OfficeImages images, string? sha256)
    {
        ArgumentNullException.ThrowIfNull(images);
        return sha256 is null ? Refuse(new Rejection("not-found")) : File((await images.FileAsync(Caller.Agency, sha256, HttpContext.RequestAborted)).ToArray(), "image/png");
    }

    protected static string[] LinesOf(string? typed) => (typed ?? "").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
