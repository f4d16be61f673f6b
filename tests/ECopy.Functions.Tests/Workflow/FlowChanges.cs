using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Storage;
using ECopy.Functions.Workflow;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Workflow;

/// <summary>Records changed behind the program's back, and the moment in which an instance waits.</summary>
internal static class FlowChanges
{
    public static Task WaitingForEventAsync(this TestOffice office, string copyId) => Until.TrueAsync(async () =>
        (await office.Hub.GetInstanceAsync(CopyWorkflow.InstanceId(copyId, 1)))?.ReadCustomStatusAs<StepStatus>()?.Waiting is not null);

    public static Task SealByHandAsync(this TestOffice office) => office.ChangeAsync<Agency>(
        BlobPaths.Agency(TestOffice.Agency), agency => agency with { Policies = agency.Policies with { AutomaticSeal = false } });

    public static async Task ChangeAsync<T>(this TestOffice office, string path, Func<T, T> change)
        where T : class, IStoredRecord =>
        Assert.False((await office.Store.UpdateAsync<T>(path, current => change(current), office.Clock, default)).IsRejected);
}
