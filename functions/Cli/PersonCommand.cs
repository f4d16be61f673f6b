using ECopy.Functions.Domain;
using ECopy.Functions.Office;

namespace ECopy.Functions.Cli;

/// <summary><c>person add|set|list</c>.</summary>
internal static class PersonCommand
{
    public static Task<int> RunAsync(Arguments arguments, Terminal terminal, CancellationToken cancellationToken) => OfficeVerb.ActOf(arguments) switch
    {
        ("add", { } personId) => ChangeAsync(arguments, terminal, personId, isNew: true, cancellationToken),
        ("set", { } personId) => ChangeAsync(arguments, terminal, personId, isNew: false, cancellationToken),
        ("list", null) => OfficeVerb.ListAsync(
            arguments,
            terminal,
            async services =>
            {
                var office = services.GetRequiredService<OfficeDirectory>();
                var agency = await OfficeStore.AgencyAsync(office, arguments.Option("agency"), cancellationToken);
                return agency.IsRejected ? agency.Rejection! : (Result<IReadOnlyList<Person>>)(await office.PersonsAsync(agency.Value.Code, cancellationToken)).ToList();
            },
            Json,
            person => [person.PersonId, person.FullName, person.Inactive ? terminal.Sentence("person-left") : string.Join(", ", person.Roles), string.Join(" / ", person.TitleLines)],
            cancellationToken),
        _ => Task.FromResult(OfficeVerb.Usage(terminal, "person")),
    };

    private static Task<int> ChangeAsync(Arguments arguments, Terminal terminal, string personId, bool isNew, CancellationToken cancellationToken) => OfficeVerb.ChangeAsync(
        arguments,
        terminal,
        async store =>
        {
            var agency = await store.AgencyAsync(arguments.Option("agency"), cancellationToken);
            if (agency.IsRejected) return agency.Rejection!;
            var code = agency.Value.Code;
            var known = isNew || !OfficeText.IsId(personId) ? null : await store.Get<OfficeDirectory>().FindPersonAsync(code, personId, cancellationToken);
            if (!isNew && known is null) return new Rejection("person-unknown");
            var form = Form(arguments, known);
            if (form.IsRejected) return form.Rejection!;
            var persons = store.Get<ChangePerson>();
            var written = isNew
                ? await persons.AddAsync(code, personId, form.Value, OfficeActor.Operator, cancellationToken)
                : await persons.SetAsync(code, personId, form.Value, known!.Revision, OfficeActor.Operator, cancellationToken);
            if (written.IsRejected) return written;
            var image = await OfficeVerb.ImageAsync(store, code, OfficeImageKind.Signature, arguments.Option("signature-image"), cancellationToken);
            if (image.IsRejected) return image.Rejection!;
            return image.Value is { } sha256 ? await persons.SetSignatureImageAsync(code, personId, sha256, OfficeActor.Operator, cancellationToken) : written;
        },
        Json,
        person => terminal.Sentence("person-saved", ("person", person.PersonId), ("name", person.FullName)),
        cancellationToken);

    private static Result<PersonForm> Form(Arguments arguments, Person? known)
    {
        var left = OfficeVerb.Switch(arguments, "left");
        if (left.IsRejected) return left.Rejection!;
        var before = known is null ? new PersonForm("", [], [], null) : PersonForm.Of(known);
        var roles = before.Roles;
        if (arguments.Option("roles") is { } typed)
        {
            var named = new List<OfficeRole>();
            foreach (var one in typed.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                if (Enum.GetNames<OfficeRole>().FirstOrDefault(name => name.Equals(one, StringComparison.OrdinalIgnoreCase)) is not { } name) return new Rejection("role-unknown", "role", one);
                named.Add(Enum.Parse<OfficeRole>(name));
            }

            roles = named;
        }

        var delegation = arguments.Option("delegation") switch
        {
            null => before.Delegation,
            // An official who becomes chairman needs none any more.
            "none" => null,
            var kind => new DelegationForm(kind, arguments.Option("number") ?? "", arguments.Option("from") ?? "", arguments.Option("until"), arguments.Option("scope")),
        };
        return new PersonForm(
            arguments.Option("name") ?? before.FullName, OfficeVerb.Lines(arguments, "title") ?? before.TitleLines, roles, delegation, left.Value ?? before.HasLeft);
    }

    private static object Json(Person person) => new
    {
        person.Agency,
        person.PersonId,
        person.FullName,
        person.TitleLines,
        roles = person.Roles.Select(role => role.ToString()).ToList(),
        person.Delegation,
        person.Certificate,
        person.SignatureImage,
        person.Inactive,
        person.Revision,
    };
}
