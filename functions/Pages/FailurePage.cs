using ECopy.Functions.Domain;
using ECopy.Functions.Texts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.ViewFeatures;

namespace ECopy.Functions.Pages;

/// <param name="Sentence">In the reader's language.</param>
internal sealed record Failure(int Status, string Sentence);

/// <summary>What a browser shows instead of problem details: the same sentence on a plain page.</summary>
internal static class FailurePage
{
    private static readonly string[] Machines = ["/api", "/openapi", "/health", "/local"];

    /// <summary>Somebody is looking: a page was asked for, and not from the API.</summary>
    public static bool IsWanted(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase)
            && !IsForMachines(context.Request.Path);
    }

    /// <summary>Whether programs talk there, not browsers.</summary>
    public static bool IsForMachines(PathString path) => Machines.Any(machine => path.StartsWithSegments(machine, StringComparison.OrdinalIgnoreCase));

    public static Task WriteAsync(HttpContext context, Rejection rejection, int status)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Response.StatusCode = status;
        context.Response.Headers.CacheControl = "no-store";
        var result = new ViewResult
        {
            StatusCode = status,
            ViewName = "/Pages/Shared/Failure.cshtml",
            ViewData = new ViewDataDictionary<Failure>(
                new EmptyModelMetadataProvider(), new ModelStateDictionary()) { Model = new Failure(status, Sentences.Of(rejection, ReaderLanguage.Of(context))) },
        };
        var executor = context.RequestServices.GetRequiredService<IActionResultExecutor<ViewResult>>();
        return executor.ExecuteAsync(new ActionContext(context, new RouteData(), new ActionDescriptor()), result);
    }
}
