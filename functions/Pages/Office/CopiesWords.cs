using System.Globalization;
using ECopy.Functions.Domain;
using ECopy.Functions.Texts;
using ECopy.Functions.Workflow;

namespace ECopy.Functions.Pages.Office;

/// <summary>A state as it is shown everywhere: sign, word, colour (a class of the style sheet).</summary>
internal sealed record Chip(string Colour, string Sign, string Word);

/// <param name="WayOut">What a person does about it.</param>
internal sealed record Trouble(string Reason, string WayOut);

/// <summary>The words of requests on office pages. Words: UI.md.</summary>
internal static class CopiesWords
{
    private const string TextStyle = "\uFE0E";

    public static Chip StateOf(CopyRequest request, PageTexts text)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(text);
        // Decided, and the flow takes it up at this moment.
        var state = request is { State: CopyState.WaitingForReview, Decision.Kind: ReviewDecision.Approved } ? CopyState.Signing : request.State;
        if (state is CopyState.Failed && request.Stop is not null) return new Chip("waiting", "■", text["copies-stopped"]);
        return WordOf(state, text);
    }

    public static Chip WordOf(CopyState state, PageTexts text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (colour, sign) = state switch
        {
            CopyState.Uploaded or CopyState.Preserving => ("waiting", "…"),
            CopyState.WaitingForReview => ("waiting", "✎" + TextStyle),
            CopyState.Signing => ("note", "↻"),
            CopyState.WaitingForSeal => ("waiting", "◎"),
            CopyState.Registered or CopyState.HandedOver => ("ok", "✔" + TextStyle),
            CopyState.Returned => ("warning", "↩" + TextStyle),
            CopyState.Refused => ("bad", "✖" + TextStyle),
            CopyState.Withdrawn => ("bad", "⊘"),
            CopyState.Replaced => ("warning", "⊘"),
            _ => ("bad", "!"),
        };
        return new Chip(colour, sign, text[$"copies-state-{state}"]);
    }

    /// <summary>Null for a request that is finished.</summary>
    public static Chip? DueOf(CopyRequest request, DateTimeOffset now, PageTexts text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return DueMarks.Of(request, now) switch
        {
            DueMark.Overdue => new Chip("bad", "!", text["copies-due-Overdue"]),
            DueMark.Soon => new Chip("warning", "◔", text["copies-due-Soon"]),
            DueMark.InTime => new Chip("ok", "○", text["copies-due-InTime"]),
            _ => null,
        };
    }

    public static string Time(DateTimeOffset instant, PageTexts text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return LocalTime.Of(instant).ToString(text["time-format"], CultureInfo.InvariantCulture);
    }

    public static string Date(DateOnly date) => date.ToString("dd/MM/yyyy", CultureInfo.InvariantCulture);

    public static string Number(int number) => number.ToString("0000", CultureInfo.InvariantCulture);

    public static string Money(int dong) => dong.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', '.') + " đồng";

    /// <summary>Why something was given up, and the way out. The cause behind it is in the log.</summary>
    public static Trouble TroubleOf(string code, PageTexts text)
    {
        ArgumentNullException.ThrowIfNull(code);
        ArgumentNullException.ThrowIfNull(text);
        var sentence = Sentences.Of(code, text.Culture);
        return code switch
        {
            "integrity" => new(text["copies-trouble-integrity"], text["copies-way-integrity"]),
            "delegation-not-in-force" => new(text["copies-trouble-delegation"], text["copies-way-delegation"]),
            "number-void" => new(text["copies-trouble-void"], text["copies-way-again"]),
            "signing-key-failed" or "signing-key-missing" or "signing-key-unusable" => new(text["copies-trouble-key"], text["copies-way-key"]),
            "four-eyes" => new(sentence, text["copies-way-eyes"]),
            _ when code.StartsWith("certificate-", StringComparison.Ordinal) => new(sentence, text["copies-way-certificate"]),
            _ => new(sentence, text["copies-way-again"]),
        };
    }

    /// <summary>Why it does not go on by itself, and what to do.</summary>
    public static Trouble WaitOf(string code, PageTexts text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return code switch
        {
            CopyProgress.WaitingForReview => new(text["copies-wait-review"], text["copies-do-review"]),
            CopyProgress.WaitingForSeal => new(text["copies-wait-seal"], text["copies-do-seal"]),
            "clock-behind-book" => new(text["copies-wait-clock"], text["copies-do-clock"]),
            "waiting-for-signer" or "signing-outstanding" => new(text["copies-wait-signer"], text["copies-do-signer"]),
            CopyWaits.ReturnedFile => new(text["copies-wait-outside"], text["copies-do-outside"]),
            "retrying" => new(text["copies-wait-retrying"], text["copies-do-nothing"]),
            _ => new(text["copies-wait-other"], text["copies-do-nothing"]),
        };
    }

    /// <summary>What the program is doing, as the clerk would say it.</summary>
    public static string StepOf(CopyProgress progress, PageTexts text)
    {
        ArgumentNullException.ThrowIfNull(progress);
        ArgumentNullException.ThrowIfNull(text);
        return progress.Doing switch
        {
            "step-VoidNumber" => text["copies-doing-void"],
            "step-CloseRequest" => text["copies-doing-close"],
            _ => progress.Standing is { } standing ? text[$"copies-step-{standing.Step}"] : "",
        };
    }
}
