using ECopy.Functions.Domain;
using ECopy.Functions.Office;

namespace ECopy.Functions.Cli;

/// <summary><c>agency add|set|list</c>.</summary>
internal static class AgencyCommand
{
    public static Task<int> RunAsync(Arguments arguments, Terminal terminal, CancellationToken cancellationToken) => OfficeVerb.ActOf(arguments) switch
    {
        ("add", { } code) => ChangeAsync(
            arguments,
            terminal,
            (store, form) => store.Get<ChangeAgency>().AddAsync(code, form, OfficeActor.Operator, cancellationToken),
            code,
            isNew: true,
            cancellationToken),
        ("set", { } code) => ChangeAsync(
            arguments,
            terminal,
            (store, form) => store.Get<ChangeAgency>().SetAsync(code, form, null, OfficeActor.Operator, cancellationToken),
            code,
            isNew: false,
            cancellationToken),
        ("list", null) => OfficeVerb.ListAsync(
            arguments,
            terminal,
            async services => (Result<IReadOnlyList<Agency>>)(await services.GetRequiredService<OfficeDirectory>().AgenciesAsync(cancellationToken)).ToList(),
            Json,
            agency => [agency.Code, agency.ShortName, agency.Hotline, agency.BookSuffix],
            cancellationToken),
        _ => Task.FromResult(OfficeVerb.Usage(terminal, "agency")),
    };

    private static Task<int> ChangeAsync(
        Arguments arguments, Terminal terminal, Func<OfficeStore, AgencyForm, Task<Result<Agency>>> write, string code, bool isNew, CancellationToken cancellationToken) => OfficeVerb.ChangeAsync(
        arguments,
        terminal,
        async store =>
        {
            var known = isNew ? null : await store.Get<OfficeDirectory>().FindAgencyAsync(code, cancellationToken);
            if (!isNew && known is null) return new Rejection("agency-unknown");
            var form = Form(arguments, known);
            if (form.IsRejected) return form.Rejection!;
            var written = await write(store, form.Value);
            if (written.IsRejected) return written;
            var image = await OfficeVerb.ImageAsync(store, code, OfficeImageKind.Seal, arguments.Option("seal-image"), cancellationToken);
            if (image.IsRejected) return image.Rejection!;
            return image.Value is { } sha256 ? await store.Get<ChangeAgency>().SetSealImageAsync(code, sha256, OfficeActor.Operator, cancellationToken) : written;
        },
        Json,
        agency => terminal.Sentence("agency-saved", ("code", agency.Code), ("name", agency.FullName)),
        cancellationToken);

    private static Result<AgencyForm> Form(Arguments arguments, Agency? known)
    {
        var fourEyes = OfficeVerb.Switch(arguments, "four-eyes");
        if (fourEyes.IsRejected) return fourEyes.Rejection!;
        var automaticSeal = OfficeVerb.Switch(arguments, "automatic-seal");
        if (automaticSeal.IsRejected) return automaticSeal.Rejection!;
        var level = Level(arguments);
        if (level.IsRejected) return level.Rejection!;
        // Careful unless told otherwise: two people, and the clerical officer releases each seal.
        var policies = known?.Policies ?? new AgencyPolicies(AutomaticSeal: false, FourEyes: true, PadesLevel.BaselineB);
        return new AgencyForm(
            OfficeVerb.Lines(arguments, "header") ?? known?.HeaderLines ?? [],
            arguments.Option("short") ?? known?.ShortName ?? "",
            arguments.Option("full") ?? known?.FullName ?? "",
            arguments.Option("place") ?? known?.Place ?? "",
            arguments.Option("hotline") ?? known?.Hotline ?? "",
            arguments.Option("book-suffix") ?? known?.BookSuffix ?? "SCT/BS",
            policies with { FourEyes = fourEyes.Value ?? policies.FourEyes, AutomaticSeal = automaticSeal.Value ?? policies.AutomaticSeal, Level = level.Value ?? policies.Level });
    }

    private static Result<PadesLevel?> Level(Arguments arguments) => arguments.Option("level")?.ToUpperInvariant() switch
    {
        null => (PadesLevel?)null,
        "B-B" => (PadesLevel?)PadesLevel.BaselineB,
        "B-T" => (PadesLevel?)PadesLevel.BaselineT,
        "B-LT" => (PadesLevel?)PadesLevel.BaselineLT,
        "B-LTA" => (PadesLevel?)PadesLevel.BaselineLTA,
        _ => new Rejection("usage-invalid-value", "option", "--level"),
    };

    private static object Json(Agency agency) => new
    {
        agency.Code,
        agency.HeaderLines,
        agency.ShortName,
        agency.FullName,
        agency.Place,
        agency.Hotline,
        agency.BookSuffix,
        agency.SealCertificate,
        agency.SealImage,
        agency.Policies.AutomaticSeal,
        agency.Policies.FourEyes,
        level = agency.Policies.Level.ToString(),
        agency.Revision,
    };
}
