using ECopy.Functions.Hub;
using ECopy.Functions.Hub.Replay;
using P = ECopy.Functions.Hub.Protocol;

namespace ECopy.TestKit;

/// <summary>
/// Holds orchestrators to determinism with recorded histories: every recorded turn is replayed whole and in every split of its
/// history into past and new events, and must each time ask for what was recorded. Collect turns with EmbeddedHubOptions.OnTurn.
/// </summary>
internal static class HistoryReplay
{
    /// <returns>How many replays were made.</returns>
    /// <exception cref="HistoryReplayException">A replay did something else, or the turns are no history.</exception>
    public static int Check(OrchestrationExecutor executor, IEnumerable<RecordedTurn> turns)
    {
        var replays = 0;
        foreach (var instance in turns.GroupBy(turn => turn.InstanceId, StringComparer.Ordinal))
        {
            RecordedTurn? before = null;
            foreach (var turn in instance)
            {
                if (turn.PastEvents.Count > 0 && before is not null)
                    CheckFollows(before, turn);
                // Broken code resumed by a foreign task is failed by what happened outside of the history.
                if (!turn.Actions.Any(action => action.CompleteOrchestration?.FailureDetails?.ErrorType == typeof(ForeignTaskException).FullName))
                    replays += CheckSplits(executor, turn);
                before = turn;
            }
        }
        return replays;
    }

    private static int CheckSplits(OrchestrationExecutor executor, RecordedTurn turn)
    {
        List<P.HistoryEvent> history = [.. turn.PastEvents, .. turn.NewEvents];
        for (var split = 0; split <= history.Count; split++)
        {
            var request = new P.OrchestratorRequest { InstanceId = turn.InstanceId };
            request.PastEvents.AddRange(history.Take(split));
            request.NewEvents.AddRange(history.Skip(split));
            var response = executor.Execute(request);
            var expected = turn.Actions.Select(Comparable).ToList();
            var actual = response.Actions.Select(Comparable).ToList();
            if (!expected.SequenceEqual(actual))
                throw new HistoryReplayException(turn, split, $"recorded [{string.Join(", ", expected)}], replayed [{string.Join(", ", actual)}]");
            if (response.CustomStatus != turn.CustomStatus)
                throw new HistoryReplayException(turn, split, $"recorded status {turn.CustomStatus}, replayed {response.CustomStatus}");
        }
        return history.Count + 1;
    }

    // The next history is the last one, its new events, and one creation event for each action, in order.
    private static void CheckFollows(RecordedTurn before, RecordedTurn turn)
    {
        List<P.HistoryEvent> known = [.. before.PastEvents, .. before.NewEvents];
        if (!turn.PastEvents.Take(known.Count).SequenceEqual(known))
            throw new HistoryReplayException(turn, 0, "its past is not the history of the turn before");
        var created = turn.PastEvents.Skip(known.Count).Where(happened => happened.EventId >= 0).Select(happened => happened.EventId);
        var asked = before.Actions.Where(action => action.CompleteOrchestration is null).Select(action => action.Id);
        if (!created.SequenceEqual(asked))
            throw new HistoryReplayException(turn, 0, "its past does not hold the actions of the turn before");
    }

    // Where an exception was thrown is told by lines and inlining, not by the history.
    private static P.OrchestratorAction Comparable(P.OrchestratorAction action)
    {
        var comparable = action.Clone();
        for (var failure = comparable.CompleteOrchestration?.FailureDetails; failure is not null; failure = failure.InnerFailure)
            failure.StackTrace = null;
        return comparable;
    }
}

internal sealed class HistoryReplayException(RecordedTurn turn, int split, string what)
    : Exception($"Instance {turn.InstanceId}, history of {turn.PastEvents.Count}+{turn.NewEvents.Count} events split at {split}: {what}");
