using System.Globalization;
using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.TrustServices;
using ECopy.Functions.Web;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ECopy.Functions.Pages.Office;

/// <summary>The agency's names, hotline, rules and seal.</summary>
[Authorize(Access.Admin)]
internal sealed class AgencyModel(ChangeAgency agencies, OfficeImages images, Timestamps timestamps, StoreTerms terms) : AdminPageModel
{
    public const string Address = "/office/agency";

    public AgencyForm Form { get; private set; } = null!;

    public int Revision { get; private set; }

    public static string NameOf(PadesLevel level) => level.ToString().Replace("Baseline", "B-", StringComparison.Ordinal);

    public string Book => "01/…-" + terms.BookSuffix(Agency.BookSuffix);

    public void OnGet() => Show();

    public Task<IActionResult> OnGetSealAsync() => ImageAsync(images, Agency.SealImage);

    public async Task<IActionResult> OnPostAsync(
        [FromForm] string? header, [FromForm] string? shortName, [FromForm] string? fullName, [FromForm] string? place, [FromForm] string? hotline, [FromForm] string? book,
        [FromForm] string? fourEyes, [FromForm] string? automaticSeal, [FromForm] PadesLevel? level, [FromForm] string? revision)
    {
        var wanted = level is { } chosen && Enum.IsDefined(chosen) ? chosen : Agency.Policies.Level;
        var form = new AgencyForm(
            LinesOf(header), shortName ?? "", fullName ?? "", place ?? "", hotline ?? "", book ?? "",
            Agency.Policies with { FourEyes = fourEyes is "yes", AutomaticSeal = automaticSeal is "yes", Level = wanted });
        // Where nobody gives timestamps every copy would wait for one.
        var changed = wanted > Agency.Policies.Level && wanted >= PadesLevel.BaselineT && !timestamps.IsSet ? new Rejection(Timestamps.Missing)
            : int.TryParse(revision, NumberStyles.None, CultureInfo.InvariantCulture, out var seen)
            ? await agencies.SetAsync(Caller.Agency, form, seen, Actor, HttpContext.RequestAborted)
            : new Rejection("request-invalid");
        if (!changed.IsRejected) return Kept(Address);
        // Somebody else's change is shown as it is now; a slip of the keyboard stays to be mended.
        Show();
        if (changed.Rejection!.Code is not "office-record-changed") Form = form;
        return Again(changed.Rejection);
    }

    public async Task<IActionResult> OnPostSealAsync()
    {
        Show();
        var file = await FileAsync("image", OfficeImages.MostBytes);
        var added = await images.AddAsync(Caller.Agency, OfficeImageKind.Seal, file, Actor, HttpContext.RequestAborted);
        if (added.IsRejected) return Again(added.Rejection!);
        var set = await agencies.SetSealImageAsync(Caller.Agency, added.Value, Actor, HttpContext.RequestAborted);
        return set.IsRejected ? Again(set.Rejection!) : Kept(Address);
    }

    public async Task<IActionResult> OnPostNoSealAsync()
    {
        Show();
        var set = await agencies.SetSealImageAsync(Caller.Agency, null, Actor, HttpContext.RequestAborted);
        return set.IsRejected ? Again(set.Rejection!) : Kept(Address);
    }

    private void Show()
    {
        Form = AgencyForm.Of(Agency);
        Revision = Agency.Revision;
    }
}
