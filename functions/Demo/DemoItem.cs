using System.Security.Cryptography;
using System.Text;
using ECopy.Functions.Layout;
using ECopy.Functions.Review;
using ECopy.Functions.Domain;

namespace ECopy.Functions.Demo;

internal enum DemoActKind
{
    Receive,
    Decide,
    ReleaseSeal,
}

/// <summary>Something that one of the demo's people does.</summary>
/// <param name="Earlier">Approvals that were given before this decision.</param>
/// <param name="KeyFails">The official's key does not sign this time.</param>
internal sealed record DemoAct(
    DateTimeOffset At, DemoItem Item, DemoActKind Kind, ReviewDecision Decision = ReviewDecision.Approved, int Earlier = 0, bool KeyFails = false);

/// <summary>One copy of the demo data: what is brought in, and what becomes of it.</summary>
/// <param name="Key">Names it for good; its copy id follows from it.</param>
/// <param name="OriginalPages">Pages of the paper; null: as many as were drawn.</param>
/// <param name="Draw">Its pages as a scanner gives them.</param>
internal sealed record DemoItem(
    string Key, DemoAgency Agency, string Title, string Requester, Func<CopyFonts, IReadOnlyList<byte[]>> Draw, DateTimeOffset ReceivedAt, int? OriginalPages = null)
{
    /// <summary>When the official decides; null while it is left waiting.</summary>
    public DateTimeOffset? DecidedAt { get; init; }

    public ReviewDecision Decision { get; init; } = ReviewDecision.Approved;

    public string Attestor { get; init; } = DemoOffice.Attestor;

    public IReadOnlyList<string> Reasons { get; init; } = [];

    /// <summary>When the clerical officer releases the seal, where that is not done by policy; null while it is left waiting.</summary>
    public DateTimeOffset? SealedAt { get; init; }

    /// <summary>The key does not sign at first: a void number, and a second approval half an hour later.</summary>
    public bool KeyFails { get; init; }

    /// <summary>The time of receipt and then the key: ids stand in the order of arrival, and the same item has the same one at every start.</summary>
    public string CopyId { get; } = FormattableString.Invariant($"{ReceivedAt.ToUnixTimeMilliseconds():x12}") + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Key)))[..20];

    /// <summary>Loại giấy tờ: the title without number.</summary>
    public string Kind => Title.Split(", ")[0].Split(" số ")[0];

    /// <summary>Số định danh cá nhân of the requester, where it was asked for.</summary>
    public string? PersonalId { get; init; }

    /// <summary>Copy ids of the whole visit, in order; null: this original alone.</summary>
    public IReadOnlyList<string>? Visit { get; init; }

    public IEnumerable<DemoAct> Acts()
    {
        yield return new DemoAct(ReceivedAt, this, DemoActKind.Receive);
        if (DecidedAt is not { } decided) yield break;
        yield return new DemoAct(decided, this, DemoActKind.Decide, Decision, KeyFails: KeyFails);
        if (KeyFails) yield return new DemoAct(decided.AddMinutes(30), this, DemoActKind.Decide, Earlier: 1);
        if (SealedAt is { } released) yield return new DemoAct(released, this, DemoActKind.ReleaseSeal);
    }
}
