using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace ECopy.EndToEnd.Tests;

/// <summary>
/// The process is killed as soon as the record appears that ends a step, and started again. Whatever the step:
/// the copy comes out once, under one number, with one signature of each kind, and the audit is clean.
/// ECOPY_KILLS says how often at each step.
/// </summary>
[Collection(TheKilledProgram.Name)]
public sealed class KillAtEachStepTests(KilledStore store, ITestOutputHelper output) : IClassFixture<KilledStore>
{
    private static readonly int Kills = Count("ECOPY_KILLS", 5);

    /// <summary>In the order in which a copy passes them.</summary>
    public static TheoryData<string> Steps =>
    [
        "dossier number", "scan", "request", "scan digest", "decision", "number reserved", "composed", "person prepared", "person asked",
        "person signed", "person timestamped", "person assembled", "seal signed", "seal assembled", "validation data", "document timestamp", "copy", "issued", "public record", "registered",
    ];

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task A_kill_here_loses_nothing_and_does_nothing_twice(string step)
    {
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < Kills; i++)
        {
            var order = store.NextOrder();
            await store.KillWhenAsync(order, () => IsPast(step, order.CopyId));
            await store.FinishAsync(order);
            await store.Stored.RequireFinishedOnceAsync(order.CopyId);
            await store.Stored.RequireCleanAsync();
        }

        store.Stored.RequireContiguous(store.CopyIds);
        output.WriteLine($"{Kills} kills at '{step}' in {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s");
    }

    internal static int Count(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : otherwise;

    private bool IsPast(string step, string copyId)
    {
        bool Blob(string path) => File.Exists(store.Program.PathOf(path));
        bool Work(string name) => Blob($"work/{StoredCopies.Agency}/{copyId}/1/{name}");
        return step switch
        {
            "dossier number" => store.Stored.Files("sequences").Any(page => Holds(page, copyId)),
            "scan" => Blob($"scans/{StoredCopies.Agency}/{copyId}/001.png"),
            "request" => store.Stored.HasRequest(copyId),
            "scan digest" => store.Stored.Request(copyId)?["scanDigest"] is not null,
            "decision" => store.Stored.Request(copyId)?["decision"] is not null,
            "number reserved" => store.Stored.EntriesOf(copyId).Count > 0,
            "composed" => Work("composed.pdf"),
            "person prepared" => Work("person.prepared.json"),
            "person asked" => Work("person.intent.json"),
            "person signed" => Work("person.p7s"),
            "person assembled" => Work("person.signed.pdf"),
            "person timestamped" => Work("person.timestamp.tst"),
            "seal signed" => Work("seal.p7s"),
            "seal assembled" => Work("seal.signed.pdf"),
            "validation data" => store.Stored.Files($"work/{StoredCopies.Agency}/{copyId}/1").Any(file => Path.GetFileName(file).StartsWith("preserve.data.", StringComparison.Ordinal)),
            "document timestamp" => Work("preserve.timestamp.json"),
            "copy" => Blob($"copies/{StoredCopies.Agency}/{copyId}/1.pdf"),
            "issued" => store.Stored.EntriesOf(copyId) is [{ } entry] && entry["state"]!.GetValue<string>() == "issued",
            "public record" => store.Stored.Request(copyId)?["verificationCode"]?.GetValue<string>() is { } code && Blob($"public/{code}.json"),
            "registered" => store.Stored.Request(copyId)?["state"]?.GetValue<string>() == "registered",
            _ => throw new ArgumentOutOfRangeException(nameof(step), step, null),
        };
    }

    /// <summary>A page is replaced as a whole; between two readings it may be another file.</summary>
    private static bool Holds(string path, string text)
    {
        try
        {
            return File.ReadAllText(path).Contains(text, StringComparison.Ordinal);
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }
}
