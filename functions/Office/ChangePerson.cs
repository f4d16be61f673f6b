using ECopy.Functions.Domain;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Office;

/// <summary>What can be said of a person, as typed.</summary>
/// <param name="HasLeft">Takes every role, and closes the account.</param>
internal sealed record PersonForm(string FullName, IReadOnlyList<string> TitleLines, IReadOnlyList<OfficeRole> Roles, DelegationForm? Delegation, bool HasLeft = false)
{
    public static PersonForm Of(Person person)
    {
        ArgumentNullException.ThrowIfNull(person);
        return new PersonForm(person.FullName, person.TitleLines, person.Roles, DelegationForm.Of(person.Delegation), person.Inactive);
    }
}

/// <param name="From">dd/MM/yyyy.</param>
/// <param name="Until">dd/MM/yyyy; empty: until recalled.</param>
internal sealed record DelegationForm(string Kind, string Number, string From, string? Until, string? Scope)
{
    public static DelegationForm? Of(Delegation? delegation)
    {
        static string Written(DateOnly day) => day.ToString("dd/MM/yyyy", System.Globalization.CultureInfo.InvariantCulture);
        return delegation is null
            ? null
            : new DelegationForm(delegation.Kind, delegation.Number, Written(delegation.From), delegation.Until is { } until ? Written(until) : null, delegation.Scope);
    }
}

/// <summary>Makes and changes the persons of an agency.</summary>
internal sealed class ChangePerson(OfficeWriter writer, OfficeDirectory office, Administrators administrators, OpenSessions sessions)
{
    /// <summary>Ủy quyền: in the chairman's name and on his answer; phân công: in his place (Decree 280/2025).</summary>
    public static readonly IReadOnlyList<string> DelegationKinds = ["ủy quyền", "phân công"];

    public async Task<Result<Person>> AddAsync(string agency, string personId, PersonForm form, OfficeActor actor, CancellationToken cancellationToken)
    {
        if (!OfficeText.IsId(personId)) return new Rejection("person-id-invalid");
        if (await office.FindAgencyAsync(agency, cancellationToken) is null) return new Rejection("agency-unknown");
        var made = Filled(new Person(Person.CurrentSchema, agency, personId, "", [], [], null, null, Revision: 1), form);
        if (made.IsRejected) return made;
        return await writer.CreateAsync(
            BlobPaths.Person(agency, personId), made.Value, new OfficeAct(actor, agency, "person-added", personId), "person-exists", cancellationToken);
    }

    /// <summary>
    /// Rejects <c>last-administrator</c> too: an agency must be able to open its own doors. Who has left loses the account after
    /// the roles: killed in between, they still cannot sign in.
    /// </summary>
    public async Task<Result<Person>> SetAsync(string agency, string personId, PersonForm form, int? revision, OfficeActor actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(form);
        var changed = await ChangeAsync(
            agency,
            personId,
            revision,
            async person =>
            {
                var filled = Filled(person, form);
                if (filled.IsRejected) return filled.Rejection!;
                return person.Has(OfficeRole.AgencyAdmin) && !filled.Value.Has(OfficeRole.AgencyAdmin) && await administrators.IsLastAsync(agency, personId, cancellationToken)
                    ? new Rejection("last-administrator")
                    : filled.Value;
            },
            form.HasLeft ? "person-left" : "person-changed",
            actor,
            cancellationToken);
        if (changed.IsRejected || !changed.Value.Inactive) return changed;
        foreach (var account in (await office.AccountsAsync(agency, cancellationToken)).Where(account => account.PersonId == personId))
        {
            await writer.ChangeAsync<Account>(
                BlobPaths.Account(agency, account.UserName),
                null,
                current => Task.FromResult<Change<Account>>(current with { Closed = true }),
                new OfficeAct(actor, agency, "account-closed", account.UserName),
                "account-unknown",
                cancellationToken);
            await sessions.EndAsync(agency, account.UserName, cancellationToken);
        }

        return changed;
    }

    public Task<Result<Person>> SetCertificateAsync(string agency, string personId, string thumbprint, OfficeActor actor, CancellationToken cancellationToken) =>
        ChangeAsync(agency, personId, null, person => Task.FromResult<Change<Person>>(person with { Certificate = thumbprint }), "person-certificate-set", actor, cancellationToken);

    /// <param name="sha256">Of a stored picture; null takes it away.</param>
    public Task<Result<Person>> SetSignatureImageAsync(string agency, string personId, string? sha256, OfficeActor actor, CancellationToken cancellationToken) =>
        ChangeAsync(agency, personId, null, person => Task.FromResult<Change<Person>>(person with { SignatureImage = sha256 }), "person-signature-image-set", actor, cancellationToken);

    private async Task<Result<Person>> ChangeAsync(
        string agency, string personId, int? revision, Func<Person, Task<Change<Person>>> change, string action, OfficeActor actor, CancellationToken cancellationToken)
    {
        if (!BlobPath.IsSegment(agency) || !BlobPath.IsSegment(personId)) return new Rejection("person-unknown");
        return await writer.ChangeAsync(
            BlobPaths.Person(agency, personId), revision, change, new OfficeAct(actor, agency, action, personId), "person-unknown", cancellationToken);
    }

    private static Result<Person> Filled(Person person, PersonForm form)
    {
        ArgumentNullException.ThrowIfNull(form);
        var name = OfficeText.Line(form.FullName, "name", 80);
        if (name.IsRejected) return name.Rejection!;
        if (form.HasLeft) return person with { FullName = name.Value, Roles = [], Inactive = true };
        IReadOnlyList<OfficeRole> roles = [.. form.Roles.Distinct().Order()];
        if (roles.Count == 0) return new Rejection("roles-missing");
        var titles = (IReadOnlyList<string>)[];
        if (form.TitleLines.Any(line => !string.IsNullOrWhiteSpace(line)) || roles.Contains(OfficeRole.Attestor))
        {
            var lines = OfficeText.Lines(form.TitleLines, "title", 4, 60);
            if (lines.IsRejected) return lines.Rejection!;
            titles = lines.Value;
        }

        var delegation = DelegationOf(form.Delegation);
        if (delegation.IsRejected) return delegation.Rejection!;
        if (roles.Contains(OfficeRole.Attestor) && delegation.Value is null && !IsChairman(titles)) return new Rejection("delegation-missing");
        return person with { FullName = name.Value, TitleLines = titles, Roles = roles, Delegation = delegation.Value, Inactive = false };
    }

    private static Result<Delegation?> DelegationOf(DelegationForm? form)
    {
        if (form is null || new[] { form.Kind, form.Number, form.From, form.Until, form.Scope }.All(string.IsNullOrWhiteSpace)) return (Delegation?)null;
        if (DelegationKinds.FirstOrDefault(kind => OfficeText.Plain(kind) == OfficeText.Plain(form.Kind)) is not { } kind) return new Rejection("delegation-kind-invalid");
        var number = OfficeText.Line(form.Number, "number", 60);
        if (number.IsRejected) return number.Rejection!;
        if (OfficeText.Day(form.From) is not { } from) return new Rejection("delegation-dates-invalid");
        DateOnly? until = null;
        if (!string.IsNullOrWhiteSpace(form.Until))
        {
            until = OfficeText.Day(form.Until);
            if (until is null || until < from) return new Rejection("delegation-dates-invalid");
        }

        string? scope = null;
        if (!string.IsNullOrWhiteSpace(form.Scope))
        {
            var line = OfficeText.Line(form.Scope, "scope", 300);
            if (line.IsRejected) return line.Rejection!;
            scope = line.Value;
        }

        return new Delegation(kind, number.Value, from, until, scope);
    }

    /// <summary>The chairman, or who acts as one (Q. CHỦ TỊCH), signs in his own right; everybody else by delegation.</summary>
    private static bool IsChairman(IReadOnlyList<string> titles)
    {
        var lines = titles.Select(OfficeText.Plain).ToList();
        return lines is [.., var last] && last.EndsWith("chu tich", StringComparison.Ordinal) && !last.Contains("pho", StringComparison.Ordinal)
            && !lines.Exists(line => line.StartsWith("kt ", StringComparison.Ordinal) || line.StartsWith("tuq ", StringComparison.Ordinal) || line.StartsWith("tl ", StringComparison.Ordinal));
    }
}
