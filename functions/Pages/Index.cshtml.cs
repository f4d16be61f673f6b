using ECopy.Functions.Demo;
using ECopy.Functions.Upload;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ECopy.Functions.Pages;

internal sealed class IndexModel(PublicStore store, DemoProgress demo, UploadLimits limits) : PageModel
{
    public PageTexts Text => PageTexts.For(HttpContext);

    public CheckForm Form => new(Text, limits.MostBytes, Focus: true);

    public IReadOnlyList<SampleCode> Samples { get; private set; } = [];

    /// <summary>How far the demo data are, while they are being made.</summary>
    public DemoCount? Making => demo.Now;

    public async Task OnGetAsync()
    {
        Response.Headers.CacheControl = "no-store";
        Samples = await store.SamplesAsync(HttpContext.RequestAborted);
    }
}
