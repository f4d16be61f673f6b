using System.Globalization;
using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Web;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ECopy.Functions.Pages.Office;

/// <summary>One person: record, account, signature and certificate; or the form for a new one.</summary>
[Authorize(Access.Admin)]
internal sealed class PeopleOneModel(
    ChangePerson persons, ChangeAccount accounts, Accounts passwords, OfficeImages images, OfficeDirectory office, TimeProvider clock) : AdminPageModel
{
    /// <summary>Null: a new person.</summary>
    public Person? Shown { get; private set; }

    public string TypedId { get; private set; } = "";

    public PersonForm Form { get; private set; } = new("", [], [], null);

    public ECopy.Functions.Office.Account? Account { get; private set; }

    public CertificateRow? Certificate { get; private set; }

    public DateTimeOffset Now { get; private set; }

    public bool IsSelf => Shown?.PersonId == Caller.PersonId;

    public string Address => $"{PeopleModel.Address}/{Shown?.PersonId ?? PeopleModel.New}";

    public async Task<IActionResult> OnGetAsync(string personId) => await FindAsync(personId) ? Page() : Refuse(new Rejection("person-unknown"));

    public async Task<IActionResult> OnGetSignatureAsync(string personId) =>
        await FindAsync(personId) ? await ImageAsync(images, Shown?.SignatureImage) : Refuse(new Rejection("person-unknown"));

    public async Task<IActionResult> OnPostAsync(string personId, [FromForm] string? id, [FromForm] string? revision)
    {
        if (!await FindAsync(personId)) return Refuse(new Rejection("person-unknown"));
        var form = FormOf(await Request.ReadFormAsync(HttpContext.RequestAborted));
        TypedId = id?.Trim() ?? "";
        Result<Person> changed;
        if (Shown is not { } person) changed = TypedId == PeopleModel.New ? new Rejection("person-id-invalid") : await persons.AddAsync(Caller.Agency, TypedId, form, Actor, HttpContext.RequestAborted);
        else if (int.TryParse(revision, NumberStyles.None, CultureInfo.InvariantCulture, out var seen)) changed = await persons.SetAsync(Caller.Agency, person.PersonId, form, seen, Actor, HttpContext.RequestAborted);
        else changed = new Rejection("request-invalid");
        if (!changed.IsRejected) return Kept($"{PeopleModel.Address}/{changed.Value.PersonId}");
        if (changed.Rejection!.Code is not "office-record-changed") Form = form;
        return Again(changed.Rejection);
    }

    /// <summary>Makes the account with the first password, or sets another one.</summary>
    public async Task<IActionResult> OnPostPasswordAsync(string personId, [FromForm] string? user, [FromForm] string? password)
    {
        if (!await FindAsync(personId) || Shown is not { } person) return Refuse(new Rejection("person-unknown"));
        if (Account is null)
        {
            if ((await accounts.AddAsync(Caller.Agency, user?.Trim() ?? "", person.PersonId, Actor, HttpContext.RequestAborted)).Rejection is { } refused) return Again(refused);
            await FindAsync(personId);
        }

        var set = await passwords.SetPasswordAsync(Caller.Agency, Account!.UserName, password ?? "", Caller.PersonId, HttpContext.RequestAborted);
        return set.IsRejected ? Again(set.Rejection!) : Kept(Address);
    }

    public Task<IActionResult> OnPostCloseAsync(string personId) =>
        ChangeAccountAsync(personId, user => accounts.CloseAsync(Caller.Agency, user, Actor, HttpContext.RequestAborted));

    public Task<IActionResult> OnPostOpenAsync(string personId) =>
        ChangeAccountAsync(personId, user => accounts.OpenAsync(Caller.Agency, user, Actor, HttpContext.RequestAborted));

    public async Task<IActionResult> OnPostSignatureAsync(string personId)
    {
        if (!await FindAsync(personId) || Shown is not { } person) return Refuse(new Rejection("person-unknown"));
        var added = await images.AddAsync(Caller.Agency, OfficeImageKind.Signature, await FileAsync("image", OfficeImages.MostBytes), Actor, HttpContext.RequestAborted);
        if (added.IsRejected) return Again(added.Rejection!);
        var set = await persons.SetSignatureImageAsync(Caller.Agency, person.PersonId, added.Value, Actor, HttpContext.RequestAborted);
        return set.IsRejected ? Again(set.Rejection!) : Kept(Address);
    }

    public async Task<IActionResult> OnPostNoSignatureAsync(string personId)
    {
        if (!await FindAsync(personId) || Shown is not { } person) return Refuse(new Rejection("person-unknown"));
        var set = await persons.SetSignatureImageAsync(Caller.Agency, person.PersonId, null, Actor, HttpContext.RequestAborted);
        return set.IsRejected ? Again(set.Rejection!) : Kept(Address);
    }

    private async Task<IActionResult> ChangeAccountAsync(string personId, Func<string, Task<Result<ECopy.Functions.Office.Account>>> change)
    {
        if (!await FindAsync(personId) || Account is not { } account) return Refuse(new Rejection("account-unknown"));
        var changed = await change(account.UserName);
        return changed.IsRejected ? Again(changed.Rejection!) : Kept(Address);
    }

    /// <summary>Of this agency only: another one's person is not there.</summary>
    private async Task<bool> FindAsync(string personId)
    {
        Now = clock.GetUtcNow();
        if (personId == PeopleModel.New) return true;
        if (!OfficeText.IsId(personId)) return false;
        Shown = await office.FindPersonAsync(Caller.Agency, personId, HttpContext.RequestAborted);
        if (Shown is null) return false;
        Form = PersonForm.Of(Shown);
        Account = (await office.AccountsAsync(Caller.Agency, HttpContext.RequestAborted)).FirstOrDefault(account => account.PersonId == personId);
        if (Shown.Certificate is { } thumbprint && await office.FindCertificateAsync(Caller.Agency, thumbprint, HttpContext.RequestAborted) is { } stored)
            Certificate = AdminWords.RowOf(stored, Agency, [Shown], Now);
        return true;
    }

    private static PersonForm FormOf(IFormCollection form)
    {
        var delegation = form["kind"].ToString() is { Length: > 0 } kind
            ? new DelegationForm(kind, form["number"].ToString(), form["from"].ToString(), form["until"].ToString(), form["scope"].ToString())
            : null;
        return new PersonForm(
            form["name"].ToString(),
            LinesOf(form["title"]),
            // By name: a number, or several names in one, would parse too.
            [.. form["role"].Where(role => Enum.GetNames<OfficeRole>().Contains(role)).Select(role => Enum.Parse<OfficeRole>(role!))],
            delegation,
            form["left"] == "yes");
    }
}
