using ECopy.Functions.Hub;

namespace ECopy.Functions.Tests.Hub;

/// <summary>Orchestrators and activities written in place.</summary>
internal static class Lambdas
{
    public static DurableTaskRegistry Orchestrator<TIn, TOut>(
        this DurableTaskRegistry registry, string name, Func<TaskOrchestrationContext, TIn, Task<TOut>> run) =>
        registry.AddOrchestrator(name, _ => new LambdaOrchestrator<TIn, TOut>(run));

    public static DurableTaskRegistry Orchestrator(
        this DurableTaskRegistry registry, string name, Func<TaskOrchestrationContext, Task<object?>> run) =>
        registry.Orchestrator<object?, object?>(name, (context, _) => run(context));

    public static DurableTaskRegistry Activity<TIn, TOut>(
        this DurableTaskRegistry registry, string name, Func<TaskActivityContext, TIn, Task<TOut>> run) =>
        registry.AddActivity(name, _ => new LambdaActivity<TIn, TOut>(run));

    public static DurableTaskRegistry Activity<TIn, TOut>(this DurableTaskRegistry registry, string name, Func<TIn, TOut> run) =>
        registry.Activity<TIn, TOut>(name, (_, input) => Task.FromResult(run(input)));

    private sealed class LambdaOrchestrator<TIn, TOut>(Func<TaskOrchestrationContext, TIn, Task<TOut>> run) : TaskOrchestrator<TIn, TOut>
    {
        public override Task<TOut> RunAsync(TaskOrchestrationContext context, TIn input) => run(context, input);
    }

    private sealed class LambdaActivity<TIn, TOut>(Func<TaskActivityContext, TIn, Task<TOut>> run) : TaskActivity<TIn, TOut>
    {
        public override Task<TOut> RunAsync(TaskActivityContext context, TIn input) => run(context, input);
    }
}
