using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace ECopy.Functions.Tests.Workflow;

/// <summary>
/// Reads the IL of an orchestrator and of everything of its own assembly that it calls, and names what an orchestrator must
/// not touch: clock, randomness, I/O, threads, mutable statics, and tasks that are not of its context.
/// </summary>
internal static class OrchestratorScan
{
    private const BindingFlags All =
        BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private const string Hub = "ECopy.Functions.Hub";

    private static readonly Dictionary<short, OpCode> OpCodesByValue = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => code.Value);

    // A type name alone forbids all its members; "prefix*" all types that begin so; "Type.Member" one.
    private static readonly string[] Forbidden =
    [
        "System.DateTime.get_Now", "System.DateTime.get_UtcNow", "System.DateTime.get_Today", "System.DateTime.ToLocalTime",
        "System.DateTimeOffset.get_Now", "System.DateTimeOffset.get_UtcNow", "System.DateTimeOffset.ToLocalTime",
        "System.TimeProvider", "System.Diagnostics.*", "System.Environment", "System.TimeZoneInfo", "System.Console",
        "System.Guid.NewGuid", "System.Guid.CreateVersion7", "System.Random", "System.Security.Cryptography.*", "System.IO.*", "System.Net.*",
        "Microsoft.Data.*", "System.Threading.Thread", "System.Threading.ThreadPool", "System.Threading.Timer", "System.Threading.PeriodicTimer",
        "System.Threading.SemaphoreSlim", "System.Threading.Monitor", "System.Threading.Lock", "System.Threading.Channels.*",
        "System.Threading.Tasks.Parallel", "System.Linq.ParallelEnumerable", "System.Threading.Tasks.TaskFactory", "System.Threading.Tasks.TaskFactory`1",
        "System.Threading.Tasks.TaskCompletionSource", "System.Threading.Tasks.TaskCompletionSource`1",
        "System.Threading.Tasks.Task.Run", "System.Threading.Tasks.Task.Delay", "System.Threading.Tasks.Task.Wait", "System.Threading.Tasks.Task.WaitAll",
        "System.Threading.Tasks.Task.WaitAny", "System.Threading.Tasks.Task.WaitAsync", "System.Threading.Tasks.Task.ContinueWith",
        "System.Threading.Tasks.Task.ConfigureAwait", "System.Threading.Tasks.Task.get_Factory", "System.Threading.Tasks.Task.Start",
        "System.Threading.Tasks.Task`1.get_Result", "System.Threading.Tasks.Task`1.ContinueWith", "System.Threading.Tasks.Task`1.ConfigureAwait",
        "System.Threading.Tasks.Task`1.WaitAsync", "System.Threading.CancellationTokenSource.CancelAfter", "System.Threading.CancellationTokenSource.CancelAsync",
    ];

    private static readonly string[] TasksAllowed =
    [
        "System.Threading.Tasks.Task.WhenAll", "System.Threading.Tasks.Task.WhenAny", "System.Threading.Tasks.Task.FromResult",
        "System.Threading.Tasks.Task.FromException", "System.Threading.Tasks.Task.FromCanceled", "System.Threading.Tasks.Task.get_CompletedTask",
        "System.Runtime.CompilerServices.AsyncTaskMethodBuilder.get_Task", "System.Runtime.CompilerServices.AsyncTaskMethodBuilder`1.get_Task",
        // The task that WhenAny answers with.
        "System.Runtime.CompilerServices.TaskAwaiter`1.GetResult",
    ];

    /// <returns>One line for each breach: where, and what is used there.</returns>
    public static IReadOnlyList<string> Breaches(Type orchestrator)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        var seen = new HashSet<MethodBase>();
        var waiting = new Queue<MethodBase>(Types(orchestrator).SelectMany(type => type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All))));
        while (waiting.TryDequeue(out var method))
        {
            if (!seen.Add(method))
                continue;
            foreach (var used in Members(method))
            {
                var where = $"{method.DeclaringType?.FullName}.{method.Name}";
                if (used is FieldInfo field)
                {
                    if (IsMutableStatic(field))
                        found.Add($"{where} uses the static field {field.DeclaringType}.{field.Name}, which can change");
                }
                else if (used is MethodBase called && Judge(called, orchestrator.Assembly, waiting) is { } breach)
                {
                    found.Add($"{where} uses {breach}");
                }
            }
        }
        return [.. found];
    }

    private static string? Judge(MethodBase called, Assembly own, Queue<MethodBase> waiting)
    {
        var type = called.DeclaringType!;
        type = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        if (IsOfHub(type))
            return null;
        var name = $"{type.FullName}.{called.Name}";
        if (type.Assembly == own)
        {
            if (called.GetMethodBody() is null)
                return IsTask(called) ? $"{name}, a task that is not of the context" : null;
            waiting.Enqueue(called);
            if (called.GetCustomAttribute<AsyncStateMachineAttribute>() is { } machine)
            {
                foreach (var part in machine.StateMachineType.GetMethods(All))
                    waiting.Enqueue(part);
            }
            return null;
        }
        if (called.Name is "AwaitUnsafeOnCompleted" or "AwaitOnCompleted" && called.IsGenericMethod)
        {
            var awaiter = called.GetGenericArguments()[0];
            awaiter = awaiter.IsGenericType ? awaiter.GetGenericTypeDefinition() : awaiter;
            return awaiter == typeof(TaskAwaiter) || awaiter == typeof(TaskAwaiter<>) ? null : $"an await of {awaiter.FullName}";
        }
        if (called is ConstructorInfo && type == typeof(CancellationTokenSource) && called.GetParameters().Length > 0)
            return $"{name} with a time of its own";
        if (called is ConstructorInfo && typeof(Exception).IsAssignableFrom(type))
            return null;
        if (Forbidden.Any(entry => Matches(entry, type.FullName!, name)))
            return name;
        var isDelegate = typeof(Delegate).IsAssignableFrom(type);
        return IsTask(called) && !isDelegate && !TasksAllowed.Contains(name) ? $"{name}, a task that is not of the context" : null;
    }

    private static bool Matches(string entry, string type, string member) =>
        entry.EndsWith('*') ? type.StartsWith(entry[..^1], StringComparison.Ordinal) : entry == type || entry == member;

    private static bool IsOfHub(Type type) => type.Namespace == Hub || type.Namespace?.StartsWith(Hub + ".", StringComparison.Ordinal) == true;

    private static bool IsTask(MethodBase called)
    {
        if (called is not MethodInfo { ReturnType: var type })
            return false;
        return typeof(Task).IsAssignableFrom(type) || type == typeof(ValueTask)
            || (type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(ValueTask<>) || type.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>)));
    }

    private static bool IsMutableStatic(FieldInfo field) =>
        field is { IsStatic: true, IsInitOnly: false, IsLiteral: false }
        && !field.Name.StartsWith('<') && field.DeclaringType?.GetCustomAttribute<CompilerGeneratedAttribute>() is null;

    private static IEnumerable<Type> Types(Type type) => type.GetNestedTypes(All).SelectMany(Types).Prepend(type);

    private static IEnumerable<MemberInfo> Members(MethodBase method)
    {
        var il = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        var typeArguments = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
        var methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (var at = 0; at < il.Length;)
        {
            short value = il[at++];
            if (value == 0xFE)
                value = (short)(0xFE00 | il[at++]);
            var code = OpCodesByValue[value];
            if (code.OperandType is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineTok)
            {
                var member = method.Module.ResolveMember(BitConverter.ToInt32(il, at), typeArguments, methodArguments);
                if (member is MethodBase or FieldInfo)
                    yield return member;
            }
            at += code.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(il, at)),
                _ => 4,
            };
        }
    }
}
