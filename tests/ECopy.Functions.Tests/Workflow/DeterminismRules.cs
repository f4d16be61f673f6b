using System.Security.Cryptography;
using ECopy.Functions.Hub;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Tests.Workflow;

/// <summary>Orchestrators do the same at every replay: held by reading their code, and the reader is shown to catch what it is for.</summary>
public class DeterminismRules
{
    public static TheoryData<Type> Orchestrators => [.. typeof(TaskName).Assembly.GetTypes().Where(IsOrchestrator)];

    public static TheoryData<Type, string> Bad => new()
    {
        { typeof(ReadsClock), "System.DateTime.get_UtcNow" },
        { typeof(ReadsClockOfProvider), "System.TimeProvider.GetUtcNow" },
        { typeof(DrawsIdentifier), "System.Guid.NewGuid" },
        { typeof(DrawsNumber), "System.Security.Cryptography.RandomNumberGenerator.GetInt32" },
        { typeof(ReadsFile), "System.IO.File.ReadAllText" },
        { typeof(Sleeps), "System.Threading.Tasks.Task.Delay" },
        { typeof(Runs), "System.Threading.Tasks.Task.Run" },
        { typeof(RunsInHelper), "System.Threading.Tasks.Task.Run" },
        { typeof(CallsStore), "ECopy.Functions.Storage.IBlobStore.ReadAsync, a task that is not of the context" },
        { typeof(LeavesScheduler), "System.Threading.Tasks.Task`1.ConfigureAwait" },
        { typeof(AwaitsYield), "an await of System.Runtime.CompilerServices.YieldAwaitable+YieldAwaiter" },
        { typeof(Blocks), "System.Threading.Tasks.Task`1.get_Result" },
        { typeof(CountsRuns), "which can change" },
        { typeof(CancelsByTime), "System.Threading.CancellationTokenSource..ctor with a time of its own" },
        { typeof(HidesInLambda), "System.DateTimeOffset.get_Now" },
        { typeof(HidesInNestedType), "System.Environment.get_MachineName" },
    };

    [Theory]
    [MemberData(nameof(Orchestrators))]
    public void Orchestrators_touch_nothing_but_their_context(Type orchestrator) => AssertClean(orchestrator);

    [Theory]
    [MemberData(nameof(Bad))]
    public void A_bad_orchestrator_is_caught(Type orchestrator, string expected)
    {
        var breaches = OrchestratorScan.Breaches(orchestrator);

        Assert.Contains(breaches, breach => breach.EndsWith(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void A_good_orchestrator_passes() => AssertClean(typeof(Good));

    private static void AssertClean(Type orchestrator)
    {
        var breaches = OrchestratorScan.Breaches(orchestrator);
        Assert.True(breaches.Count == 0, string.Join('\n', breaches));
    }

    private static bool IsOrchestrator(Type type) => type is { IsClass: true, IsAbstract: false } && typeof(ITaskOrchestrator).IsAssignableFrom(type);

    private sealed record Step(string Name, int[] Pages);

    private sealed class Good : TaskOrchestrator<Step, string>
    {
        public override async Task<string> RunAsync(TaskOrchestrationContext context, Step input)
        {
            var logger = context.CreateReplaySafeLogger<Good>();
            using var decided = new CancellationTokenSource();
            var due = context.CreateTimer(context.CurrentUtcDateTime.AddDays(1), decided.Token);
            var events = input.Pages.Select(page => context.WaitForExternalEvent<int>($"page {page}")).ToArray();
            if (await Task.WhenAny(Task.WhenAll(events), due) != due)
                decided.Cancel();
            try
            {
                await EachAsync(context, async page => await context.CallActivityAsync<int>("Hash", page), input.Pages);
            }
            catch (TaskFailedException failed) when (failed.FailureDetails.IsCausedBy<IOException>())
            {
                throw new InvalidDataException(failed.Message, failed);
            }
            context.SetCustomStatus(new { logger, id = context.NewGuid() });
            return string.Join(", ", (await Task.WhenAll(events)).Order());
        }

        private static async Task EachAsync(TaskOrchestrationContext context, Func<int, Task<int>> hash, IEnumerable<int> pages)
        {
            foreach (var page in pages)
                await hash(page);
            await context.CallActivityAsync("Done");
        }
    }

    private sealed class ReadsClock : TaskOrchestrator<int, DateTime>
    {
        public override async Task<DateTime> RunAsync(TaskOrchestrationContext context, int input)
        {
            await context.CallActivityAsync("A");
            return DateTime.UtcNow;
        }
    }

    private sealed class ReadsClockOfProvider(TimeProvider time) : TaskOrchestrator<int, DateTimeOffset>
    {
        public override Task<DateTimeOffset> RunAsync(TaskOrchestrationContext context, int input) => Task.FromResult(time.GetUtcNow());
    }

    private sealed class DrawsIdentifier : TaskOrchestrator<int, Guid>
    {
        public override Task<Guid> RunAsync(TaskOrchestrationContext context, int input) => Task.FromResult(Guid.NewGuid());
    }

    private sealed class DrawsNumber : TaskOrchestrator<int, int>
    {
        public override Task<int> RunAsync(TaskOrchestrationContext context, int input) => Task.FromResult(RandomNumberGenerator.GetInt32(5));
    }

    private sealed class ReadsFile : TaskOrchestrator<int, string>
    {
        public override Task<string> RunAsync(TaskOrchestrationContext context, int input) => Task.FromResult(File.ReadAllText("a"));
    }

    private sealed class Sleeps : TaskOrchestrator<int, int>
    {
        public override async Task<int> RunAsync(TaskOrchestrationContext context, int input)
        {
            await Task.Delay(1);
            return input;
        }
    }

    private sealed class Runs : TaskOrchestrator<int, int>
    {
        public override Task<int> RunAsync(TaskOrchestrationContext context, int input) => Task.Run(() => input);
    }

    private sealed class RunsInHelper : TaskOrchestrator<int, int>
    {
        public override async Task<int> RunAsync(TaskOrchestrationContext context, int input) => await Elsewhere.DeepAsync(input);
    }

    private static class Elsewhere
    {
        public static async Task<int> DeepAsync(int n) => await DeeperAsync(n);

        private static async Task<int> DeeperAsync(int n) => await Task.Run(() => n);
    }

    private sealed class CallsStore(IBlobStore store) : TaskOrchestrator<string, long>
    {
        public override async Task<long> RunAsync(TaskOrchestrationContext context, string input) =>
            (await store.ReadAsync(input, CancellationToken.None))?.Content.Length ?? 0;
    }

    private sealed class LeavesScheduler : TaskOrchestrator<int, int>
    {
        public override async Task<int> RunAsync(TaskOrchestrationContext context, int input) =>
            await context.CallActivityAsync<int>("A").ConfigureAwait(false);
    }

    private sealed class AwaitsYield : TaskOrchestrator<int, int>
    {
        public override async Task<int> RunAsync(TaskOrchestrationContext context, int input)
        {
            await Task.Yield();
            return input;
        }
    }

    private sealed class Blocks : TaskOrchestrator<int, int>
    {
        public override Task<int> RunAsync(TaskOrchestrationContext context, int input) =>
            Task.FromResult(context.CallActivityAsync<int>("A").Result);
    }

    private sealed class CountsRuns : TaskOrchestrator<int, int>
    {
        private static int runs;

        public override Task<int> RunAsync(TaskOrchestrationContext context, int input) => Task.FromResult(++runs);
    }

    private sealed class CancelsByTime : TaskOrchestrator<int, int>
    {
        public override async Task<int> RunAsync(TaskOrchestrationContext context, int input)
        {
            using var late = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            return await context.WaitForExternalEvent<int>("Go", late.Token);
        }
    }

    private sealed class HidesInLambda : TaskOrchestrator<int[], int>
    {
        public override Task<int> RunAsync(TaskOrchestrationContext context, int[] input) =>
            Task.FromResult(input.Count(n => n < DateTimeOffset.Now.Year));
    }

    private sealed class HidesInNestedType : TaskOrchestrator<int, string>
    {
        public override Task<string> RunAsync(TaskOrchestrationContext context, int input) => Task.FromResult(Inner.Name());

        private static class Inner
        {
            public static string Name() => Environment.MachineName;
        }
    }
}
