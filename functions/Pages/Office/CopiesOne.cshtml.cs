using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Review;
using ECopy.Functions.Texts;
using ECopy.Functions.Web;
using ECopy.Functions.Workflow;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ECopy.Functions.Pages.Office;

/// <summary>What a script asks for while something moves.</summary>
/// <param name="Mark">Changes with everything that the page shows of it.</param>
/// <param name="Step">The step it stands at, in the reader's words; null when all are done.</param>
internal sealed record ProgressJson(string State, string Mark, bool Moving, string? Step, string? Waiting, IReadOnlyList<StepJson> Steps);

internal sealed record StepJson(string Step, string Phase, DateTimeOffset? At);

/// <summary>One request: how far it is, why it waits, what came of it.</summary>
[Authorize(Access.Office)]
internal sealed class CopiesOneModel(
    ProgressReader reader, OfficeDirectory offices, CopyWorkflow workflow, AccessRefusals refusals, TimeProvider clock) : OfficePageModel
{
    public CopyProgress Progress { get; private set; } = null!;

    public CopyRequest Copy => Progress.Request;

    public string ReceivedBy { get; private set; } = "";

    public string? DecidedBy { get; private set; }

    public string? StoppedBy { get; private set; }

    public DateTimeOffset Now { get; private set; }

    /// <summary>Why a stop was refused.</summary>
    public string? Notice { get; private set; }

    /// <summary>Ways of stopping that are open to the caller while there is something to stop.</summary>
    public IEnumerable<string> Stops
    {
        get
        {
            if (!StopCopy.CanStop(Copy)) yield break;
            if (Caller.Roles.Contains(OfficeRole.Attestor) || Caller.Roles.Contains(OfficeRole.SealKeeper)) yield return ClosingCodes.Returned;
            if (Caller.Roles.Contains(OfficeRole.AgencyAdmin)) yield return ClosingCodes.Terminated;
        }
    }

    /// <summary>What went wrong and stands there still; a refusal and a stop have their own words.</summary>
    public Domain.Failure? Failed => Copy.Stop is null ? Copy.Failure : null;

    public string Mark => string.Join(
        '|', Copy.State, Progress.Standing?.Step, Progress.Standing?.Phase, Progress.Waiting, Progress.Doing, Copy.Decision?.At.UtcTicks, Copy.Failure?.At.UtcTicks, Copy.Stop?.At.UtcTicks);

    /// <summary>After ten seconds in one step. Only a level with timestamps waits for their authority.</summary>
    public string SlowSentence => Text[Agency.Policies.Level is PadesLevel.BaselineB ? "copies-slow" : "copies-slow-timestamp"];

    public async Task<IActionResult> OnGetAsync(string copyId) => await ReadAsync(copyId) ? Page() : Refuse(new Rejection("copy-not-found"));

    public async Task<IActionResult> OnGetProgressAsync(string copyId)
    {
        if (!await ReadAsync(copyId)) return Refuse(new Rejection("copy-not-found"));
        return new JsonResult(new ProgressJson(
            Copy.State.ToString(),
            Mark,
            Progress.IsMoving,
            Progress.Standing is null ? null : CopiesWords.StepOf(Progress, Text),
            Progress.Waiting is { } code ? CopiesWords.WaitOf(code, Text).Reason : null,
            [.. Progress.Steps.Select(step => new StepJson(step.Step.ToString(), step.Phase.ToString(), step.At))]));
    }

    public async Task<IActionResult> OnPostStopAsync(string copyId, [FromForm] string? code, [FromForm] string? reason)
    {
        if (!await ReadAsync(copyId)) return Refuse(new Rejection("copy-not-found"));
        if (code is not (ClosingCodes.Returned or ClosingCodes.Terminated)) return Refuse(new Rejection("request-invalid"));
        if (reason?.Length > CopyEndpoints.LongestReason) return Refuse(new Rejection("reasons-too-long"));
        var stopped = await workflow.StopAsync(new StopCommand(Caller.Agency, copyId, Caller.PersonId, code, reason ?? ""), HttpContext.RequestAborted);
        if (!stopped.IsRejected) return Redirect($"/office/copies/{copyId}");
        // The step records only what it does.
        if (stopped.Rejection is { Code: "not-allowed-to-stop" or "stop-too-late" } refused)
            await refusals.RecordAsync(Caller, copyId, $"stop {code}", refused.Code, HttpContext.RequestAborted);
        if (stopped.Rejection!.Code == "not-allowed-to-stop") return Refuse(stopped.Rejection);
        Notice = Sentences.Of(stopped.Rejection, Text.Culture);
        Response.StatusCode = Refusals.StatusOf(stopped.Rejection.Code);
        return Page();
    }

    private async Task<bool> ReadAsync(string copyId)
    {
        if (!CopyIds.IsUsable(copyId) || await reader.FindAsync(Caller.Agency, copyId, HttpContext.RequestAborted) is not { } progress) return false;
        Progress = progress;
        Now = clock.GetUtcNow();
        ReceivedBy = await NameAsync(Copy.ReceivedBy);
        DecidedBy = Copy.Decision is { } decision ? await NameAsync(decision.PersonId) : null;
        StoppedBy = Copy.Stop is { } stop ? await NameAsync(stop.By) : null;
        return true;
    }

    /// <summary>Whoever has left the office keeps their id.</summary>
    private async Task<string> NameAsync(string personId) => (await offices.FindPersonAsync(Caller.Agency, personId, HttpContext.RequestAborted))?.FullName ?? personId;
}
