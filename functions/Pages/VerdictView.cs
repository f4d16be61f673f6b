using System.Globalization;
using ECopy.Functions.Domain;
using ECopy.Functions.Texts;
using ECopy.Functions.Verify;
using ECopy.Functions.Web;

namespace ECopy.Functions.Pages;

/// <summary>By what somebody asked: a code alone proves nothing about a file or a paper in hand.</summary>
internal enum AskedBy
{
    Code,
    File,
}

/// <param name="Colour">Class of the style sheet: ok, note, bad, warning, waiting.</param>
/// <param name="Sign">Beside the colour, never instead of words.</param>
internal sealed record StateMark(string Colour, string Sign)
{
    private const string TextStyle = "\uFE0E";

    public static readonly StateMark Good = new("ok", "✔" + TextStyle);
    public static readonly StateMark Bad = new("bad", "✖" + TextStyle);
    public static readonly StateMark Unsure = new("warning", "?");
}

/// <param name="Whole">Never broken into two lines.</param>
internal sealed record VerdictRow(string Label, string Value, bool Whole = false);

/// <summary>A verdict as a page shows it. Words: UI.md, "Verdicts".</summary>
/// <param name="AskedCode">The code on the paper or page from which the file was compared; null when there was none.</param>
internal sealed class VerdictView(Verdict verdict, AskedBy by, string? askedCode, DateTimeOffset checkedAt, PageTexts text)
{
    private const string TextStyle = "\uFE0E";

    public PageTexts Text => text;

    public RegisteredCopy? Copy => verdict.Copy;

    /// <summary>For tests and for scripts of others; people read the sentence.</summary>
    public string Kind => verdict.Appended ? "appended" : System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(verdict.Kind.ToString());

    public StateMark Mark => verdict.Kind switch
    {
        VerdictKind.Unchanged => StateMark.Good,
        // ⓘ: the circle is drawn by the style sheet, since many devices have no such letter.
        VerdictKind.CodeOnly or VerdictKind.NewerVersion => new("note", "i"),
        VerdictKind.Changed => StateMark.Bad,
        VerdictKind.Withdrawn => new("bad", "⊘"),
        VerdictKind.Replaced => new("warning", "⊘"),
        VerdictKind.NotRegistered => new("waiting", "?"),
        VerdictKind.Mistyped => new("warning", "✎" + TextStyle),
        _ => new("waiting", "…"),
    };

    public string Sentence => verdict.Kind is VerdictKind.NotRegistered
        ? IsMalformed ? Sentences.Of("verdict-malformed", text.Culture) : text[by is AskedBy.Code ? "unknown-code" : "unknown-file"]
        : VerdictSentences.Of(verdict, text.Culture);

    private bool IsMalformed => verdict is { Kind: VerdictKind.NotRegistered, Signatures: SignaturesVerdict.Malformed };

    /// <summary>What this check cannot know.</summary>
    public string? Limits => verdict.Kind switch
    {
        VerdictKind.Unchanged or VerdictKind.NewerVersion => text["limits-matched"],
        VerdictKind.CodeOnly => text["limits-codeOnly"],
        VerdictKind.Changed => text["limits-changed"],
        VerdictKind.Withdrawn or VerdictKind.Replaced => text["limits-ended"],
        VerdictKind.NotRegistered => text[by is AskedBy.Code ? "limits-unknown-code" : "limits-unknown-file"],
        _ => null,
    };

    /// <summary>What to do now, and when in doubt.</summary>
    public string Advice => verdict.Kind switch
    {
        VerdictKind.Unchanged => text["advice-matched"],
        VerdictKind.NewerVersion => text["advice-newerVersion"],
        VerdictKind.CodeOnly => text["advice-codeOnly"],
        VerdictKind.Changed => text["advice-changed"],
        VerdictKind.Withdrawn => text["advice-withdrawn"],
        VerdictKind.Replaced => text["advice-replaced"],
        VerdictKind.NotRegistered => text[by is AskedBy.Code ? "advice-unknown-code" : "advice-unknown-file"],
        VerdictKind.Mistyped => text["advice-mistyped"],
        _ => text["advice-cannotCheck"],
    };

    /// <summary>A sheet with one copy's code beside the file of another would look right twice.</summary>
    public string? OtherCopy => by is AskedBy.File && askedCode is not null && Copy is not null && Copy.Code != askedCode
        ? text["other-copy"].Replace("{asked}", askedCode, StringComparison.Ordinal).Replace("{found}", Copy.Code, StringComparison.Ordinal)
        : null;

    /// <summary>Where a newer copy took this one's place.</summary>
    public string? ReplacedBy => verdict.Kind is VerdictKind.Replaced ? Copy?.ReplacedBy : null;

    public string CheckedAt => string.Format(
        CultureInfo.InvariantCulture, text["checked-at"], LocalTime.Of(checkedAt).ToString(text["time-format"], CultureInfo.InvariantCulture));

    public IEnumerable<VerdictRow> Rows => Copy is not { } copy ? [] :
    [
        new(text["row-document"], copy.Document),
        new(text["row-issuer"], copy.Issuer),
        new(text["row-number"], copy.RegisterNumber.ToString("0000", CultureInfo.InvariantCulture)),
        new(text["row-book"], copy.Book, Whole: true),
        new(text["row-date"], copy.Date.ToString("dd/MM/yyyy", CultureInfo.InvariantCulture)),
        new(text["row-official"], copy.OfficialTitle.Length > 0 ? $"{copy.OfficialName}, {copy.OfficialTitle}" : copy.OfficialName),
        new(text["row-pages"], copy.Pages.ToString(CultureInfo.InvariantCulture)),
        new(text["row-code"], copy.Code, Whole: true),
    ];

    public bool HasSignatures => verdict.Signatures is not SignaturesVerdict.NotAsked && !IsMalformed;

    public StateMark SignaturesMark => verdict.Signatures switch
    {
        SignaturesVerdict.Passed => StateMark.Good,
        SignaturesVerdict.Indeterminate => StateMark.Unsure,
        SignaturesVerdict.Unsigned => new("waiting", "?"),
        _ => StateMark.Bad,
    };

    public string SignaturesSentence => Sentences.Of(
        verdict.Signatures switch
        {
            SignaturesVerdict.Passed => verdict.Copy is null ? "signatures-passed-any" : "signatures-passed",
            SignaturesVerdict.Indeterminate => "signatures-indeterminate",
            SignaturesVerdict.Unsigned => "signatures-none",
            _ => "signatures-failed",
        },
        text.Culture);

    /// <summary>Said where signatures passed without it: nothing is fetched, and level B-B carries no revocation data.</summary>
    public string? RevocationSentence => verdict is { Signatures: SignaturesVerdict.Passed, IsRevocationChecked: false } ? Sentences.Of("revocation-not-checked", text.Culture) : null;

    public IEnumerable<SignatureRow> Signatures => verdict.Report is null ? [] : new SignatureView(verdict.Report, text).Rows;
}
