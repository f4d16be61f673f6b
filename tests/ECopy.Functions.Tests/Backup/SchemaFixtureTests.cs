using System.Reflection;
using ECopy.Functions.Backup;
using ECopy.Functions.Domain;
using ECopy.Functions.Register;
using ECopy.Functions.Storage;
using ECopy.Functions.Verify;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Backup;

/// <summary>Stores of earlier days open: records and whole stores as they were written are kept as text (tests/fixtures).</summary>
public sealed class SchemaFixtureTests
{
    private static readonly string Records = Path.Combine(FixtureStore.Root, "records");

    public static TheoryData<string> Stores => [.. FixtureStore.Stores.Select(store => Path.GetFileName(store)!)];

    /// <summary>Every kind of record, of every schema that it ever had: whoever raises a number keeps a record of the one before.</summary>
    [Fact]
    public void Every_schema_of_every_record_is_kept_and_read()
    {
        var kinds = typeof(IStoredRecord).Assembly.GetTypes().Where(type => type is { IsInterface: false, IsAbstract: false } && typeof(IStoredRecord).IsAssignableFrom(type)).ToList();
        Assert.True(kinds.Count > 20, $"{kinds.Count} kinds of records");
        var missing = new List<string>();
        foreach (var kind in kinds)
        {
            var current = (int)kind.GetProperty(nameof(IStoredRecord.CurrentSchema), BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
            for (var schema = 1; schema <= current; schema++)
            {
                var file = Path.Combine(Records, kind.Name, FormattableString.Invariant($"{schema}.json"));
                if (!File.Exists(file))
                {
                    missing.Add($"{kind.Name}/{schema}.json");
                    continue;
                }

                var content = File.ReadAllBytes(file);
                var record = (IStoredRecord)Parse(kind, file, content);
                Assert.Equal(schema, record.Schema);
                // What a record of today looks like: another shape needs another number.
                if (schema == current) Assert.Equal(System.Text.Encoding.UTF8.GetString(content), System.Text.Encoding.UTF8.GetString(Serialize(kind, record)));
            }
        }

        Assert.True(missing.Count == 0, $"keep a record as it was written, at tests/fixtures/records: {string.Join(", ", missing)}");
    }

    /// <summary>Restored as any backup is; read, audited and verified; and work goes on in it, with what it knew of its books.</summary>
    [Theory]
    [MemberData(nameof(Stores))]
    public async Task A_store_of_earlier_days_opens_and_goes_on(string name)
    {
        using var folder = new TemporaryFolder(inMemory: true);
        await using var office = await TestOffice.OpenAsync(new ShiftedTime(new DateTimeOffset(2026, 11, 27, 2, 0, 0, TimeSpan.Zero)), prepare: async (data, witness) =>
        {
            FixtureStore.Decode(Path.Combine(FixtureStore.Root, "stores", name), folder.Below("backup"), witness);
            using var source = (await BackupSource.OpenAsync(folder.Below("backup"), default)).Value;
            Assert.False((await RestoreBackup.RunAsync(source, name, StorePlace.InFolder, data, LocalKeys.In(data), TimeProvider.System, _ => { }, default)).IsRejected);
        });
        var audit = await office.AuditAsync();
        Assert.True(audit.Verdict is AuditVerdict.Clean, audit.ToString());
        var before = await office.BookAsync();
        Assert.NotEmpty(before);
        foreach (var path in await office.PathsAsync(BlobPaths.Copies))
        {
            var verdict = await office.Get<VerifyCopy>().ByFileAsync((await office.Store.ReadAsync(path, default))!.Content, default);
            Assert.Equal((VerdictKind.Unchanged, SignaturesVerdict.Passed), (verdict.Kind, verdict.Signatures));
        }

        // What was waiting is decided, and a new one comes in: the book goes on where it stood.
        var waiting = new List<string>();
        foreach (var marker in await office.PathsAsync(BlobPaths.OpenMarkers)) waiting.Add(marker.Split('/')[^1]);
        Assert.NotEmpty(waiting);
        foreach (var copyId in waiting)
        {
            await office.WhenStateAsync(copyId, CopyState.WaitingForReview);
            Assert.Null((await office.DecideAsync(copyId)).Rejection);
            await office.WhenStateAsync(copyId, CopyState.Registered);
        }

        await office.CertifyAsync();
        await office.WhenSettledAsync();
        Assert.Equal(Enumerable.Range(1, before.Count + waiting.Count + 1), (await office.BookAsync()).Select(entry => entry.Number));
        audit = await office.AuditAsync();
        Assert.True(audit.Verdict is AuditVerdict.Clean, audit.ToString());
    }

    private static object Parse(Type kind, string path, byte[] content)
    {
        // A span is no argument for reflection.
        var parse = typeof(SchemaFixtureTests).GetMethod(nameof(ParseAs), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(kind);
        return parse.Invoke(null, [path, content])!;
    }

    private static T ParseAs<T>(string path, byte[] content)
        where T : class, IStoredRecord => StoredJson.Parse<T>(path, content);

    private static byte[] Serialize(Type kind, object record) =>
        (byte[])typeof(StoredJson).GetMethod(nameof(StoredJson.Serialize))!.MakeGenericMethod(kind).Invoke(null, [record])!;
}
