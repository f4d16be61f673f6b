using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Web;
using Microsoft.AspNetCore.Authorization;

namespace ECopy.Functions.Pages.Office;

/// <param name="Certificate">The one in use; null when there is none.</param>
internal sealed record PersonRow(Person Person, ECopy.Functions.Office.Account? Account, CertificateRow? Certificate);

/// <summary>Everybody of the agency, those who left last.</summary>
[Authorize(Access.Admin)]
internal sealed class PeopleModel(OfficeDirectory office, TimeProvider clock) : AdminPageModel
{
    public const string Address = "/office/people";

    /// <summary>In place of an id: nobody's.</summary>
    public const string New = "new";

    public IReadOnlyList<PersonRow> Rows { get; private set; } = [];

    public DateTimeOffset Now { get; private set; }

    public async Task OnGetAsync()
    {
        Now = clock.GetUtcNow();
        var persons = await office.PersonsAsync(Caller.Agency, HttpContext.RequestAborted);
        var accounts = await office.AccountsAsync(Caller.Agency, HttpContext.RequestAborted);
        var certificates = (await office.CertificatesAsync(Caller.Agency, HttpContext.RequestAborted)).Select(one => AdminWords.RowOf(one, Agency, persons, Now)).ToList();
        Rows =
        [
            .. persons.OrderBy(person => person.Inactive).ThenBy(person => person.Roles.Count == 0 ? default : person.Roles[0]).ThenBy(person => person.PersonId, StringComparer.Ordinal)
                .Select(person => new PersonRow(
                    person,
                    accounts.FirstOrDefault(account => account.PersonId == person.PersonId),
                    certificates.Find(one => one.InUse && one.Stored.Holder == person.PersonId))),
        ];
    }
}
