using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ECopy.TestKit;

namespace ECopy.EndToEnd.Tests;

/// <summary>
/// A store with four copies is tampered with, each time in one way, and <c>audit</c> names the first bad record.
/// {1} to {4} stand for the copies in the order of their numbers; the fourth is the one whose earlier states were kept.
/// </summary>
[Collection(TheProgram.Name)]
public sealed class AuditTests(AuditedStore audited) : IClassFixture<AuditedStore>
{
    private const string Register = "register/H99.9.1/{year}/01-{year}-SCT-BS-TEST/0001.json";
    private const string Trail = "audit/H99.9.1/0001.json";
    private const string Copy2 = "copies/H99.9.1/{2}/1.pdf";
    private const string Copy3 = "copies/H99.9.1/{3}/1.pdf";
    private const string Scan2 = "scans/H99.9.1/{2}/001.png";
    private const string Scan3 = "scans/H99.9.1/{3}/001.png";
    private const string Public2 = "public/{code2}.json";
    private const string Public3 = "public/{code3}.json";
    private const string Index2 = "digests/{sha2}.json";
    private const string Request2 = "requests/H99.9.1/{2}.json";
    private const string Request3 = "requests/H99.9.1/{3}.json";
    private const string Request4 = "requests/H99.9.1/{4}.json";

    /// <summary>What is done, and the record that must be named.</summary>
    private static readonly Dictionary<string, (Action<Tamperer> Do, string Record)> Cases = new()
    {
        ["register page: document's name altered"] = (store => store.Edit(Register, page => Entry(page, 2)["document"] = "Bằng lái xe"), Register),
        ["register page: requester altered"] = (store => store.Edit(Register, page => Entry(page, 2)["requester"] = "Người khác"), Register),
        ["register page: digest altered"] = (store => store.Edit(Register, page => Entry(page, 2)["sha256"] = new string('0', 64)), Register),
        ["register page: date altered"] = (store => store.Edit(Register, page => Entry(page, 2)["date"] = "2020-01-01"), Register),
        ["register page: number altered"] = (store => store.Edit(Register, page => Entry(page, 2)["number"] = 7), Register),
        ["register page: issued made reserved"] = (store => store.Edit(Register, page => Entry(page, 4)["state"] = "reserved"), Register),
        ["register page: issued made void"] = (store => store.Edit(Register, page => (Entry(page, 4)["state"], Entry(page, 4)["reason"]) = ("void", "Hủy")), Register),
        ["register page: two copies swapped"] = (store => store.Edit(Register, page => (Entry(page, 2)["copyId"], Entry(page, 3)["copyId"]) = (store.Id(3), store.Id(2))), Register),
        ["register page: two entries swapped"] = (store => store.Edit(Register, page => SwapEntries(page, 1, 2)), Register),
        ["register page: last entry removed"] = (store => store.Edit(Register, page => page["entries"]!.AsArray().RemoveAt(3)), Register),
        ["register page: entry in the middle removed"] = (store => store.Edit(Register, page => page["entries"]!.AsArray().RemoveAt(1)), Register),
        ["register page: entry invented"] = (store => store.Edit(Register, page => Invent(page)), Register),
        ["register page: blanks added"] = (store => store.Append(Register, " "), Register),
        ["register page: emptied"] = (store => store.Write(Register, []), Register),
        ["register page: torn"] = (store => store.Cut(Register), Register),
        ["register page: removed"] = (store => store.Remove(Register), Register),
        ["register page: rolled back"] = (store => store.RollBack(Register), Register),
        ["register page: another store's"] = (store => store.TakeFromElsewhere(Register), Register),
        ["register page: a second one invented"] = (store => store.Put(Register.Replace("0001", "0002", StringComparison.Ordinal), store.Read(Register)), Register.Replace("0001", "0002", StringComparison.Ordinal)),

        ["audit trail: actor altered"] = (store => store.Edit(Trail, page => Entry(page, 3)["actor"] = "chutich.an"), Trail),
        ["audit trail: time altered"] = (store => store.Edit(Trail, page => Entry(page, 5)["at"] = "2020-01-01T00:00:00.0000000Z"), Trail),
        ["audit trail: action altered and hashed anew"] = (store => store.EditTrail(Trail, page => Entry(page, 2)["action"] = "copy-refused", rehashed: 1), Trail),
        ["audit trail: whole chain hashed anew"] = (store => store.EditTrail(Trail, page => Entry(page, 2)["actor"] = "chutich.an", rehashed: int.MaxValue), Trail),
        ["audit trail: last entry removed"] = (store => store.Edit(Trail, page => page["entries"]!.AsArray().RemoveAt(page["entries"]!.AsArray().Count - 1)), Trail),
        ["audit trail: entry in the middle removed"] = (store => store.Edit(Trail, page => page["entries"]!.AsArray().RemoveAt(4)), Trail),
        ["audit trail: two entries swapped"] = (store => store.Edit(Trail, page => SwapEntries(page, 3, 4)), Trail),
        ["audit trail: removed"] = (store => store.Remove(Trail), Trail),
        ["audit trail: rolled back"] = (store => store.RollBack(Trail), Trail),
        ["audit trail: another store's"] = (store => store.TakeFromElsewhere(Trail), Trail),

        ["register and trail rolled back together"] = (store => { store.RollBack(Register); store.RollBack(Trail); }, Trail),
        ["the whole store restored from a backup"] = (store => store.RestoreBackup(), Trail),

        ["copy: one byte altered"] = (store => store.Flip(Copy2), Copy2),
        ["copy: one byte added"] = (store => store.Append(Copy2, "\n"), Copy2),
        ["copy: cut short"] = (store => store.Cut(Copy2), Copy2),
        ["copy: removed"] = (store => store.Remove(Copy2), Copy2),
        ["copy: two swapped"] = (store => store.Swap(Copy2, Copy3), Copy2),
        ["copy: put back to before the seal"] = (store => store.Write(Copy2, store.Read("work/H99.9.1/{2}/1/person.signed.pdf")), Copy2),
        ["copy: one that nobody made"] = (store => store.Put("copies/H99.9.1/00000000000000000000000000000000/1.pdf", store.Read(Copy2)), "copies/H99.9.1/00000000000000000000000000000000/1.pdf"),
        ["copy: a second version that nobody made"] = (store => store.Put("copies/H99.9.1/{2}/2.pdf", store.Read(Copy2)), "copies/H99.9.1/{2}/2.pdf"),

        ["scan: one byte altered"] = (store => store.Flip(Scan2), Scan2),
        ["scan: emptied"] = (store => store.Write(Scan2, []), Scan2),
        ["scan: removed"] = (store => store.Remove(Scan2), Scan2),
        ["scan: two swapped"] = (store => store.Swap(Scan2, Scan3), Scan2),

        ["public record: document altered"] = (store => store.Edit(Public2, record => record["document"] = "Bằng lái xe"), Public2),
        ["public record: official altered"] = (store => store.Edit(Public2, record => record["officialName"] = "Người khác"), Public2),
        ["public record: number altered"] = (store => store.Edit(Public2, record => record["registerNumber"] = 3), Public2),
        ["public record: digest altered"] = (store => store.Edit(Public2, record => record["versions"]![0]!["sha256"] = new string('0', 64)), Public2),
        ["public record: removed"] = (store => store.Remove(Public2), Public2),
        ["public record: two swapped"] = (store => store.Swap(Public2, Public3), Public2),
        ["public record: torn"] = (store => store.Cut(Public2), Public2),
        ["public record: one that nobody issued"] = (store => store.Forge(Public2, "public/00000000000000000.json"), "public/00000000000000000.json"),

        ["digest index: leads elsewhere"] = (store => store.Edit(Index2, index => index["code"] = store.Fill("{code3}")), Index2),
        ["digest index: removed"] = (store => store.Remove(Index2), Index2),

        ["request: title altered"] = (store => store.Edit(Request2, request => request["title"] = "Bằng lái xe"), Request2),
        ["request: scan digest altered"] = (store => store.Edit(Request2, request => request["scanDigest"] = new string('0', 64)), Request2),
        ["request: digest of a page altered"] = (store => store.Edit(Request2, request => request["files"]![0]!["sha256"] = new string('0', 64)), Request2),
        ["request: removed"] = (store => store.Remove(Request2), Request2),
        ["request: two swapped"] = (store => store.Swap(Request2, Request3), Request2),
        ["request: torn"] = (store => store.Cut(Request2), Request2),
        ["request: put back to before the review"] = (store => store.Write(Request4, store.Earlier("waitingForReview")), Request4),
        ["request: put back to before the signature"] = (store => store.Write(Request4, store.Earlier("signing")), Request4),

        ["key of the witness removed"] = (store => store.Remove("keys/witness.json"), "keys/witness.json"),
        ["key of the witness replaced"] = (store => store.TakeFromElsewhere("keys/witness.json"), "witness/books/audit/H99.9.1.json"),
        ["store's own record removed"] = (store => store.Remove("store.json"), "store.json"),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_first_bad_record_is_named(string what)
    {
        using var program = new ProgramUnderTest();
        audited.Program.CopyStoreTo(program);
        var store = new Tamperer(program, audited);
        var (tamper, record) = Cases[what];
        tamper(store);

        var answer = await new StoredCopies(program).AuditAsync();
        Assert.True(answer.ExitCode == 1, answer.ToString());
        var report = JsonDocument.Parse(answer.Output).RootElement;
        Assert.Equal("bad", report.GetProperty("verdict").GetString());
        Assert.Equal(store.Fill(record), report.GetProperty("record").GetString());
        Assert.False(string.IsNullOrWhiteSpace(report.GetProperty("reason").GetString()));
    }

    [Fact]
    public void A_clean_store_is_clean_and_says_what_was_read()
    {
        var answer = audited.Program.Run("audit", "--json");
        Assert.Equal(0, answer.ExitCode);
        var report = JsonDocument.Parse(answer.Output).RootElement;
        Assert.Equal("clean", report.GetProperty("verdict").GetString());
        Assert.Equal(JsonValueKind.Null, report.GetProperty("record").ValueKind);
        Assert.Equal(4, report.GetProperty("registerEntries").GetInt32());
        Assert.True(report.GetProperty("auditEntries").GetInt32() >= 16);
        // A scan and a copy of each.
        Assert.True(report.GetProperty("blobs").GetInt32() >= 8);
        Assert.Equal("Sổ, nhật ký, bản quét và bản sao đều nguyên vẹn.", audited.Program.Run("audit", "--lang", "vi").Output.Trim());
    }

    [Fact]
    public void The_real_program_names_it_too_in_words()
    {
        using var program = new ProgramUnderTest();
        audited.Program.CopyStoreTo(program);
        var store = new Tamperer(program, audited);
        store.Flip(Copy2);
        var answer = program.Run("audit", "--lang", "vi");
        Assert.Equal(1, answer.ExitCode);
        Assert.StartsWith($"Bản ghi sai đầu tiên: {store.Fill(Copy2)}: ", answer.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restored_backup_does_not_give_its_numbers_again()
    {
        using var program = new ProgramUnderTest();
        audited.Program.CopyStoreTo(program);
        new Tamperer(program, audited).RestoreBackup();
        program.Put("scan.png", SmallScan.Png(9));
        var answer = program.Run("certify", "scan.png", "--title", "Bảng điểm", "--json", "--lang", "vi");
        Assert.NotEqual(0, answer.ExitCode);
        Assert.Equal("", answer.Output);
        Assert.DoesNotContain("Unhandled", answer.Error, StringComparison.Ordinal);
        Assert.Equal(2, new StoredCopies(program).Entries().Count);
        var audit = await new StoredCopies(program).AuditAsync();
        Assert.Equal(1, audit.ExitCode);
    }

    private static JsonNode Entry(JsonNode page, int number) => page["entries"]![number - 1]!;

    private static void SwapEntries(JsonNode page, int first, int second)
    {
        var entries = page["entries"]!.AsArray();
        var (one, other) = (entries[first]!.DeepClone(), entries[second]!.DeepClone());
        (entries[first], entries[second]) = (other, one);
    }

    private static void Invent(JsonNode page)
    {
        var invented = Entry(page, 4).DeepClone();
        (invented["number"], invented["copyId"]) = (5, new string('a', 32));
        page["entries"]!.AsArray().Add(invented);
    }
}

/// <summary>A store with four copies, a backup of it with two, and the earlier states of the fourth copy's request.</summary>
public sealed class AuditedStore : IAsyncLifetime
{
    public ProgramUnderTest Program { get; } = ProgramUnderTest.OverDemoStore();

    public ProgramUnderTest Backup { get; } = new();

    public ProgramUnderTest Elsewhere { get; } = new();

    /// <summary>By state.</summary>
    public Dictionary<string, byte[]> EarlierRequests { get; } = [];

    public IReadOnlyList<Certified> Copies { get; private set; } = [];

    public async Task InitializeAsync()
    {
        var copies = new List<Certified>();
        using (await Program.ServeAsync())
        {
            using var socket = LocalOrders.Connect(Program);
            for (var i = 1; i <= 4; i++)
            {
                var order = LocalOrders.Order(i);
                var sent = Task.Run(() => LocalOrders.SendAsync(socket, order));
                if (i == 4) await Task.Run(() => WatchRequest(order.CopyId, sent));
                copies.Add((await sent)!);
                await Until.TrueAsync(() => new StoredCopies(Program).IsRegistered(order.CopyId), () => order.CopyId);
                if (i == 2) Program.CopyStoreTo(Backup);
            }
        }

        Copies = copies;
        Elsewhere.Put("scan.png", SmallScan.Png(5));
        Certified.Of(Elsewhere.Run("certify", "scan.png", "--title", "Bảng điểm", "--json"));
    }

    public Task DisposeAsync()
    {
        Program.Dispose();
        Backup.Dispose();
        Elsewhere.Dispose();
        return Task.CompletedTask;
    }

    private void WatchRequest(string copyId, Task sent)
    {
        var path = Program.PathOf($"requests/{StoredCopies.Agency}/{copyId}.json");
        while (!sent.IsCompleted)
        {
            if (!File.Exists(path)) continue;
            var bytes = File.ReadAllBytes(path);
            EarlierRequests[JsonNode.Parse(bytes)!["state"]!.GetValue<string>()] = bytes;
        }
    }
}

/// <summary>Changes a store behind the program's back.</summary>
internal sealed class Tamperer(ProgramUnderTest program, AuditedStore original)
{
    /// <summary>As the store writes: letters unescaped, so that only the change differs.</summary>
    private static readonly JsonSerializerOptions AsStored = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public string Id(int number) => original.Copies[number - 1].CopyId;

    public string Fill(string path)
    {
        foreach (var copy in original.Copies)
        {
            path = path
                .Replace($"{{{copy.RegisterNumber}}}", copy.CopyId, StringComparison.Ordinal)
                .Replace($"{{code{copy.RegisterNumber}}}", copy.VerificationCode.Replace("-", "", StringComparison.Ordinal), StringComparison.Ordinal)
                .Replace($"{{sha{copy.RegisterNumber}}}", copy.Sha256, StringComparison.Ordinal);
        }

        return path.Replace("{year}", original.Copies[0].Book[3..7], StringComparison.Ordinal);
    }

    public byte[] Read(string path) => File.ReadAllBytes(program.PathOf(Fill(path)));

    public byte[] Earlier(string state) => original.EarlierRequests[state];

    public void Write(string path, ReadOnlySpan<byte> content)
    {
        Assert.True(File.Exists(program.PathOf(Fill(path))), path);
        Put(path, content);
    }

    public void Put(string path, ReadOnlySpan<byte> content)
    {
        var full = program.PathOf(Fill(path));
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, content);
    }

    public void Edit(string path, Action<JsonNode> change)
    {
        var before = Read(path);
        var json = JsonNode.Parse(before)!;
        change(json);
        var after = Encoding.UTF8.GetBytes(json.ToJsonString(AsStored));
        Assert.NotEqual(before, after);
        Write(path, after);
    }

    /// <summary>With the hashes of so many entries from the second on made right again, as somebody would who knows how.</summary>
    public void EditTrail(string path, Action<JsonNode> change, int rehashed) => Edit(path, page =>
    {
        change(page);
        var entries = page["entries"]!.AsArray();
        for (var i = 1; i < entries.Count && i <= rehashed; i++)
        {
            var entry = entries[i]!.AsObject();
            entry["prev"] = entries[i - 1]!["hash"]!.GetValue<string>();
            var unhashed = (JsonObject)entry.DeepClone();
            unhashed.Remove("hash");
            entry["hash"] = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(unhashed.ToJsonString(AsStored))));
        }
    });

    public void Flip(string path)
    {
        var content = Read(path);
        content[content.Length / 2] ^= 1;
        Write(path, content);
    }

    public void Append(string path, string text) => Write(path, [.. Read(path), .. Encoding.UTF8.GetBytes(text)]);

    public void Cut(string path) => Write(path, Read(path).AsSpan()[..(Read(path).Length / 2)]);

    public void Remove(string path)
    {
        Assert.True(File.Exists(program.PathOf(Fill(path))), path);
        File.Delete(program.PathOf(Fill(path)));
    }

    public void Swap(string one, string other)
    {
        var (first, second) = (Read(one), Read(other));
        Write(one, second);
        Write(other, first);
    }

    public void RollBack(string path) => Write(path, File.ReadAllBytes(original.Backup.PathOf(Fill(path))));

    public void TakeFromElsewhere(string path) => Write(path, File.ReadAllBytes(original.Elsewhere.PathOf(Fill(path))));

    public void Forge(string path, string target)
    {
        var record = JsonNode.Parse(Read(path))!;
        record["code"] = Path.GetFileNameWithoutExtension(target);
        record["copyId"] = new string('0', 32);
        Put(target, Encoding.UTF8.GetBytes(record.ToJsonString(AsStored)));
    }

    /// <summary>The data folder of the backup, but not its witness, which lies elsewhere.</summary>
    public void RestoreBackup()
    {
        Directory.Delete(program.Data, recursive: true);
        foreach (var file in Directory.EnumerateFiles(original.Backup.Data, "*", SearchOption.AllDirectories))
            Put(Path.GetRelativePath(original.Backup.Data, file), File.ReadAllBytes(file));
    }
}
