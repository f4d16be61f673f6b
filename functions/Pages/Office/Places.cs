using ECopy.Functions.Office;

namespace ECopy.Functions.Pages.Office;

/// <param name="Text">Key of its word in the navigation.</param>
internal sealed record Place(string Name, string Address, string Text, OfficeRole? Role);

/// <summary>Where one goes in the office, in the order of the day. A place without a role is everybody's.</summary>
internal static class Places
{
    public const string Counter = nameof(Counter);
    public const string Review = nameof(Review);
    public const string Seal = nameof(Seal);
    public const string Copies = nameof(Copies);
    public const string Administration = nameof(Administration);

    private static readonly Place[] All =
    [
        new(Counter, "/office/counter", "office-place-counter", OfficeRole.OneStopClerk),
        new(Review, "/office/review", "office-place-review", OfficeRole.Attestor),
        new(Seal, "/office/seal", "office-place-seal", OfficeRole.SealKeeper),
        new(Administration, "/office/agency", "office-place-agency", OfficeRole.AgencyAdmin),
        new(Copies, "/office/copies", "office-place-copies", null),
    ];

    public static IEnumerable<Place> For(Caller caller) => All.Where(place => place.Role is not { } role || caller.Roles.Contains(role));
}
