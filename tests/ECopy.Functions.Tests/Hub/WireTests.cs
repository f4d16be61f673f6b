using ECopy.Functions.Hub;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using P = ECopy.Functions.Hub.Protocol;

namespace ECopy.Functions.Tests.Hub;

/// <summary>What goes over the wire, byte by byte.</summary>
public class WireTests
{
    private const string MinusOne = "08FFFFFFFFFFFFFFFFFF01";

    // Message, then its fields in the order of their numbers; "r" repeated, "SV" StringValue.
    private const string Fields = """
        OrchestratorRequest: instanceId 1, executionId 2 SV, pastEvents 3 r, newEvents 4 r, requiresHistoryStreaming 6, properties 7 r
        OrchestratorResponse: instanceId 1, actions 2 r, customStatus 3 SV, completionToken 4, numEventsProcessed 5, requiresHistory 7
        HistoryEvent: eventId 1, timestamp 2, executionStarted 3, executionCompleted 4, executionTerminated 5, taskScheduled 6, taskCompleted 7, taskFailed 8, subOrchestrationInstanceCreated 9, subOrchestrationInstanceCompleted 10, subOrchestrationInstanceFailed 11, timerCreated 12, timerFired 13, orchestratorStarted 14, orchestratorCompleted 15, eventSent 16, eventRaised 17, genericEvent 18, historyState 19, continueAsNew 20, executionSuspended 21, executionResumed 22
        ExecutionStartedEvent: name 1, version 2 SV, input 3 SV, orchestrationInstance 4, parentInstance 5, scheduledStartTimestamp 6
        OrchestrationInstance: instanceId 1, executionId 2 SV
        ParentInstanceInfo: taskScheduledId 1, name 2 SV, version 3 SV, orchestrationInstance 4
        TaskScheduledEvent: name 1, version 2 SV, input 3 SV
        TaskCompletedEvent: taskScheduledId 1, result 2 SV
        TaskFailedEvent: taskScheduledId 1, failureDetails 2
        SubOrchestrationInstanceCreatedEvent: instanceId 1, name 2, version 3 SV, input 4 SV
        SubOrchestrationInstanceCompletedEvent: taskScheduledId 1, result 2 SV
        SubOrchestrationInstanceFailedEvent: taskScheduledId 1, failureDetails 2
        TimerCreatedEvent: fireAt 1
        TimerFiredEvent: fireAt 1, timerId 2
        EventSentEvent: instanceId 1, name 2, input 3 SV
        EventRaisedEvent: name 1, input 2 SV
        ExecutionTerminatedEvent: input 1 SV, recurse 2
        ExecutionSuspendedEvent: input 1 SV
        ExecutionResumedEvent: input 1 SV
        ContinueAsNewEvent: input 1 SV
        ExecutionCompletedEvent: orchestrationStatus 1, result 2 SV, failureDetails 3
        TaskFailureDetails: errorType 1, errorMessage 2, stackTrace 3 SV, innerFailure 4, isNonRetriable 5
        OrchestratorAction: id 1, scheduleTask 2, createSubOrchestration 3, createTimer 4, sendEvent 5, completeOrchestration 6
        ScheduleTaskAction: name 1, version 2 SV, input 3 SV
        CreateSubOrchestrationAction: instanceId 1, name 2, version 3 SV, input 4 SV
        CreateTimerAction: fireAt 1
        SendEventAction: instance 1, name 2, data 3 SV
        CompleteOrchestrationAction: orchestrationStatus 1, result 2 SV, details 3 SV, newVersion 4 SV, carryoverEvents 5 r, failureDetails 6
        """;

    [Fact]
    public void Messages_have_the_fields_and_numbers_of_Durable_Functions()
    {
        var file = P.OrchestratorRequest.Descriptor.File;
        Assert.Equal("", file.Package);
        foreach (var line in Fields.Split('\n', StringSplitOptions.TrimEntries))
        {
            var (name, expected) = (line.Split(": ")[0], line.Split(": ")[1]);
            var actual = file.MessageTypes.Single(message => message.Name == name).Fields.InFieldNumberOrder().Select(Describe);
            Assert.Equal(expected, string.Join(", ", actual));
        }
        Assert.Equal(
            "Running 0, Completed 1, ContinuedAsNew 2, Failed 3, Canceled 4, Terminated 5, Pending 6, Suspended 7",
            string.Join(", ", System.Enum.GetValues<P.OrchestrationStatus>().Select(status => $"{status} {(int)status}")));
        Assert.Equal(
            System.Enum.GetValues<P.OrchestrationStatus>().Select(status => (status.ToString(), (int)status)),
            System.Enum.GetValues<OrchestrationRuntimeStatus>().Select(status => (status.ToString(), (int)status)));

        static string Describe(FieldDescriptor field) => $"{field.Name} {field.FieldNumber}"
            + (field.IsRepeated ? " r" : field.FieldType == FieldType.Message && field.MessageType.Name == "StringValue" ? " SV" : "");
    }

    [Fact]
    public void Key_messages_are_these_bytes_both_ways()
    {
        // A number of 0 is left out and must be read as 0; -1 takes ten bytes.
        Same(MinusOne + "3A0512030A0131", Happened.Completed(0, "1"));
        Same(MinusOne + "3A020805", Happened.Completed(5));
        Same(MinusOne + "3A0308FF01", Happened.Completed(255));
        // Present but empty is not absent.
        Same(MinusOne + "3A021200", Happened.Completed(0, ""));
        Same(MinusOne + "3A00", Happened.Completed(0));
        Same(MinusOne + "420A0801" + "1206" + "0A0149" + "120167", new P.HistoryEvent
        {
            EventId = -1,
            TaskFailed = new() { TaskScheduledId = 1, FailureDetails = new() { ErrorType = "I", ErrorMessage = "g" } },
        });
        Same("32030A0141", new P.HistoryEvent { TaskScheduled = new() { Name = "A" } });
        Same("080432030A0141", new P.HistoryEvent { EventId = 4, TaskScheduled = new() { Name = "A" } });
        Same("62060A0408011002", new P.HistoryEvent { TimerCreated = new() { FireAt = new() { Seconds = 1, Nanos = 2 } } });
        Same(MinusOne + "6A00", Happened.Fired(0));
        Same(MinusOne + "6A021003", Happened.Fired(3));
        Same("089CFFFFFFFFFFFFFFFF016200", new P.HistoryEvent { EventId = -100, TimerCreated = new() });
        Same(MinusOne + "12020802" + "7200", new P.HistoryEvent { EventId = -1, Timestamp = new() { Seconds = 2 }, OrchestratorStarted = new() });
        Same(MinusOne + "8A010A0A02476F12040A027B7D", Happened.Raised("Go", "{}"));
        Same(MinusOne + "AA0100", Happened.Suspended());
        Same(MinusOne + "B20100", Happened.Resumed());
        Same(MinusOne + "2A050A030A0131", Happened.Terminated("1"));
        Same("2205" + "0A0154" + "2801", new P.TaskFailureDetails { InnerFailure = new() { ErrorType = "T", IsNonRetriable = true } });
        Same("0A0169" + "1A021A00" + "22027200", Request());
        Same("0A0169" + "12051203" + "0A0141" + "1A030A0131", Response());
        Same("0801" + "2A08" + "0A03" + "0A0162" + "1201" + "45", new P.OrchestratorAction
        {
            Id = 1,
            SendEvent = new() { Instance = new() { InstanceId = "b" }, Name = "E" },
        });
        Same("0802" + "3207" + "0801" + "1203" + "0A0131", new P.OrchestratorAction
        {
            Id = 2,
            CompleteOrchestration = new() { OrchestrationStatus = P.OrchestrationStatus.Completed, Result = "1" },
        });
    }

    [Fact]
    public void Fields_that_a_newer_host_adds_are_kept()
    {
        var bytes = Convert.FromHexString(MinusOne + "7200" + "F2010A" + "00112233445566778899");

        Assert.Equal(bytes, P.HistoryEvent.Parser.ParseFrom(bytes).ToByteArray());
    }

    private static P.OrchestratorRequest Request()
    {
        var request = new P.OrchestratorRequest { InstanceId = "i" };
        request.PastEvents.Add(new P.HistoryEvent { ExecutionStarted = new() });
        request.NewEvents.Add(new P.HistoryEvent { OrchestratorStarted = new() });
        return request;
    }

    private static P.OrchestratorResponse Response()
    {
        var response = new P.OrchestratorResponse { InstanceId = "i", CustomStatus = "1" };
        response.Actions.Add(new P.OrchestratorAction { ScheduleTask = new() { Name = "A" } });
        return response;
    }

    private static void Same<T>(string hex, T message)
        where T : IMessage<T>, new()
    {
        Assert.Equal(hex, Convert.ToHexString(message.ToByteArray()));
        Assert.Equal(message, new MessageParser<T>(() => new T()).ParseFrom(Convert.FromHexString(hex)));
    }
}
