using ECopy.Functions.Domain;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Office;

/// <summary>What can be said of an agency, as typed.</summary>
internal sealed record AgencyForm(
    IReadOnlyList<string> HeaderLines, string ShortName, string FullName, string Place, string Hotline, string BookSuffix, AgencyPolicies Policies)
{
    public static AgencyForm Of(Agency agency)
    {
        ArgumentNullException.ThrowIfNull(agency);
        return new AgencyForm(agency.HeaderLines, agency.ShortName, agency.FullName, agency.Place, agency.Hotline, agency.BookSuffix, agency.Policies);
    }
}

/// <summary>Makes and changes agencies.</summary>
internal sealed class ChangeAgency(OfficeWriter writer)
{
    /// <summary>Of a demo store's books only (<see cref="StoreTerms.BookSuffix"/>): no real book may look like one.</summary>
    private const string TestSuffix = "TEST";

    public async Task<Result<Agency>> AddAsync(string code, AgencyForm form, OfficeActor actor, CancellationToken cancellationToken)
    {
        if (!OfficeText.IsAgencyCode(code)) return new Rejection("agency-code-invalid");
        var made = Filled(new Agency(Agency.CurrentSchema, code, [], "", "", "", "", "", null, form.Policies, Revision: 1), form);
        if (made.IsRejected) return made;
        return await writer.CreateAsync(BlobPaths.Agency(code), made.Value, new OfficeAct(actor, code, "agency-added", code), "agency-exists", cancellationToken);
    }

    /// <param name="revision">What the editor saw; null: whatever stands there now.</param>
    public Task<Result<Agency>> SetAsync(string code, AgencyForm form, int? revision, OfficeActor actor, CancellationToken cancellationToken) =>
        ChangeAsync(code, revision, agency => Filled(agency, form), "agency-changed", actor, cancellationToken);

    public Task<Result<Agency>> SetSealCertificateAsync(string code, string thumbprint, OfficeActor actor, CancellationToken cancellationToken) =>
        ChangeAsync(code, null, agency => agency with { SealCertificate = thumbprint }, "agency-seal-certificate-set", actor, cancellationToken);

    /// <param name="sha256">Of a stored picture; null takes it away.</param>
    public Task<Result<Agency>> SetSealImageAsync(string code, string? sha256, OfficeActor actor, CancellationToken cancellationToken) =>
        ChangeAsync(code, null, agency => agency with { SealImage = sha256 }, "agency-seal-image-set", actor, cancellationToken);

    private async Task<Result<Agency>> ChangeAsync(
        string code, int? revision, Func<Agency, Result<Agency>> change, string action, OfficeActor actor, CancellationToken cancellationToken)
    {
        if (!OfficeText.IsAgencyCode(code)) return new Rejection("agency-unknown");
        return await writer.ChangeAsync<Agency>(
            BlobPaths.Agency(code),
            revision,
            agency =>
            {
                var changed = change(agency);
                return Task.FromResult<Change<Agency>>(changed.Rejection is { } refused ? refused : changed.Value);
            },
            new OfficeAct(actor, code, action, code),
            "agency-unknown",
            cancellationToken);
    }

    private static Result<Agency> Filled(Agency agency, AgencyForm form)
    {
        ArgumentNullException.ThrowIfNull(form);
        var header = OfficeText.Lines(form.HeaderLines, "header", 3, 80);
        if (header.IsRejected) return header.Rejection!;
        var shortName = OfficeText.Line(form.ShortName, "short", 60);
        if (shortName.IsRejected) return shortName.Rejection!;
        var fullName = OfficeText.Line(form.FullName, "full", 120);
        if (fullName.IsRejected) return fullName.Rejection!;
        var place = OfficeText.Line(form.Place, "place", 60);
        if (place.IsRejected) return place.Rejection!;
        // Public pages show it, so it must be one that can be called.
        var hotline = OfficeText.Line(form.Hotline, "hotline", 30);
        if (hotline.IsRejected) return hotline.Rejection!;
        if (hotline.Value.Count(char.IsAsciiDigit) < 3 || hotline.Value.Any(letter => !char.IsAsciiDigit(letter) && letter is not (' ' or '.' or '-' or '+' or '(' or ')')))
            return OfficeText.Invalid("hotline", 30);
        var suffix = form.BookSuffix.Trim().ToUpperInvariant();
        if (suffix.Length > 30 || suffix.Contains(TestSuffix, StringComparison.Ordinal) || !RegisterBook.TryParse("01/2026-" + suffix, out _)) return new Rejection("book-suffix-invalid");
        return agency with
        {
            HeaderLines = header.Value,
            ShortName = shortName.Value,
            FullName = fullName.Value,
            Place = place.Value,
            Hotline = hotline.Value,
            BookSuffix = suffix,
            Policies = form.Policies,
        };
    }
}
