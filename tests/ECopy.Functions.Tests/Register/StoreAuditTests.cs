using System.Text;
using System.Text.RegularExpressions;
using ECopy.Functions.Domain;
using ECopy.Functions.Ledger;
using ECopy.Functions.Register;
using ECopy.Functions.Tests.Ledger;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Register;

public sealed class StoreAuditTests : IAsyncLifetime
{
    private const string Register = AuditedStore.RegisterRoot;
    private const string Trail = AuditedStore.TrailRoot;
    private AuditedStore audited = null!;

    public async Task InitializeAsync() => audited = await AuditedStore.CreateAsync();

    public Task DisposeAsync()
    {
        audited.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task An_untouched_store_is_clean()
    {
        Assert.Equal(new AuditReport(AuditVerdict.Clean, null, null, 7, 19, 11), await audited.AuditAsync());
    }

    [Theory]
    [InlineData(Register, 3)]
    [InlineData(Trail, 7)]
    public async Task Any_byte_of_any_page_changed_names_the_page(string root, int pages)
    {
        // Every byte under soak; otherwise a sample that still meets every member of an entry.
        var step = Environment.GetEnvironmentVariable("ECOPY_SOAK") is null ? 7 : 1;
        for (var page = 1; page <= pages; page += step == 1 ? 1 : 2)
        {
            var path = $"{root}/000{page}.json";
            var content = await File.ReadAllBytesAsync(audited.Full(path));
            for (var i = page % step; i < content.Length; i += step)
            {
                var changed = content.ToArray();
                changed[i] ^= 1;
                await File.WriteAllBytesAsync(audited.Full(path), changed);
                var report = await audited.AuditAsync();
                Assert.True(
                    report.Verdict is AuditVerdict.Bad && report.Record == path,
                    $"byte {i} of {path} ('{(char)content[i]}'): {report}");
            }

            await File.WriteAllBytesAsync(audited.Full(path), content);
        }
    }

    [Theory]
    [InlineData(1, "\"fee\":4000", "\"fee\":2000")]
    [InlineData(1, "Nguyễn Thị Ví Dụ", "Trần Văn Mẫu")]
    [InlineData(1, "signing key failed", "signer refused")]
    [InlineData(1, "\"state\":\"issued\"", "\"state\":\"void\"")]
    [InlineData(2, "\"copyId\":\"copy5\"", "\"copyId\":\"copy9\"")]
    [InlineData(2, "\"at\":\"2026-03-02T01:05:00", "\"at\":\"2026-03-02T01:04:00")]
    [InlineData(3, "\"date\":\"2026-03-02\"", "\"date\":\"2026-03-03\"")]
    [InlineData(3, "\"closed\":false", "\"closed\":true")]
    public async Task A_well_written_change_in_the_register_names_its_page(int page, string old, string changed) =>
        await ExpectAsync($"{Register}/000{page}.json", path =>
        {
            Assert.Contains(old, audited.Text(path), StringComparison.Ordinal);
            audited.Write(path, audited.Text(path).Replace(old, changed, StringComparison.Ordinal));
        });

    [Fact]
    public async Task An_issued_digest_put_to_another_is_named()
    {
        await ExpectAsync($"{Register}/0001.json", path =>
            audited.Write(path, Regex.Replace(audited.Text(path), "\"sha256\":\"[0-9a-f]{64}\"", $"\"sha256\":\"{new string('b', 64)}\"")));
    }

    [Fact]
    public async Task Two_entries_swapped_are_named_even_if_renumbered()
    {
        await ExpectAsync($"{Register}/0001.json", path => audited.Write(path, SwapEntries(audited.Text(path), renumber: false)));
        await ExpectAsync($"{Register}/0001.json", path => audited.Write(path, SwapEntries(audited.Text(path), renumber: true)));
        await ExpectAsync($"{Trail}/0002.json", path => audited.Write(path, SwapEntries(audited.Text(path), renumber: false)));
        await ExpectAsync($"{Trail}/0002.json", path => audited.Write(path, SwapEntries(audited.Text(path), renumber: true)));
    }

    [Theory]
    [InlineData(Register, 3)]
    [InlineData(Trail, 7)]
    public async Task Any_page_removed_is_named(string root, int pages)
    {
        for (var page = 1; page <= pages; page++)
            await ExpectAsync($"{root}/000{page}.json", path => File.Delete(audited.Full(path)));
    }

    [Theory]
    [InlineData(Register, 3)]
    [InlineData(Trail, 7)]
    public async Task Any_two_pages_swapped_are_named(string root, int pages)
    {
        for (var page = 1; page < pages; page++)
            await ExpectAsync($"{root}/000{page}.json", path => audited.Swap(path, $"{root}/000{page + 1}.json"));
    }

    [Theory]
    [InlineData(Register)]
    [InlineData(Trail)]
    public async Task A_whole_book_removed_is_named(string root)
    {
        Directory.Delete(audited.Full(root), recursive: true);

        var report = await audited.AuditAsync();

        Assert.Equal(AuditVerdict.Bad, report.Verdict);
        Assert.StartsWith(root, report.Record, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_page_rolled_back_to_any_earlier_version_is_named()
    {
        var cases = 0;
        foreach (var (path, versions) in audited.Earlier)
        {
            foreach (var version in versions)
            {
                await ExpectAsync(path, _ => audited.Write(path, version));
                cases++;
            }
        }

        Assert.InRange(cases, 20, 60);
    }

    [Fact]
    public async Task A_whole_backup_restored_is_noticed()
    {
        foreach (var (path, versions) in audited.Earlier)
        {
            if (versions.Count == 0)
                File.Delete(audited.Full(path)); // a page with one version only: the backup was made before it
            else
                audited.Write(path, versions[^1]);
        }

        Assert.Equal(AuditVerdict.Bad, (await audited.AuditAsync()).Verdict);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task An_entry_changed_with_a_hash_that_fits_it_is_named(int position)
    {
        await ExpectAsync($"{Trail}/0003.json", path =>
        {
            var book = new AuditBook(StoreFixture.Agency);
            var page = book.Parse(3, new Functions.Storage.Blob(path, File.ReadAllBytes(audited.Full(path)), ""));
            var entries = page.Entries.ToList();
            var changed = entries[position - 1] with { Actor = "somebody.else" };
            entries[position - 1] = changed with { Hash = changed.ComputeHash() };
            File.WriteAllBytes(audited.Full(path), book.Serialize(page with { Entries = entries }));
        });
    }

    [Fact]
    public async Task A_chain_written_anew_is_noticed()
    {
        // Whoever knows the rules makes a whole new trail that is consistent in itself.
        using var forged = await AuditedStore.CreateAsync();
        foreach (var (path, text) in forged.Store.Files("audit"))
            audited.Write(path, text);
        var entries = new List<AuditEntry>();
        AuditEntry? last = null;
        await foreach (var entry in audited.Store.Start().Trail.ReadAsync(StoreFixture.Agency, default))
        {
            last = AuditEntry.After(
                last, new AuditEvent(entry.Agency, "somebody.else", entry.Role, entry.Action, entry.Subject, entry.Details, entry.Key), entry.At);
            entries.Add(last);
        }

        var book = new AuditBook(StoreFixture.Agency);
        for (var page = 1; page <= 7; page++)
        {
            var content = new LedgerPage<AuditEntry>(page, page < 7, false, entries.Skip((page - 1) * 3).Take(3).ToList());
            await File.WriteAllBytesAsync(audited.Full(book.PathOf(page)), book.Serialize(content));
        }

        var report = await audited.AuditAsync();
        Assert.Equal((AuditVerdict.Bad, $"{Trail}/0007.json"), (report.Verdict, report.Record));
    }

    [Theory]
    [InlineData("copies/H99.9.1/copy3/1.pdf", "copies/H99.9.1/copy5/1.pdf")]
    [InlineData("scans/H99.9.1/copy2/1.jpg", "scans/H99.9.1/copy4/1.jpg")]
    public async Task A_copy_or_scan_altered_removed_swapped_or_torn_is_named(string path, string other)
    {
        await ExpectAsync(path, _ => audited.Write(path, audited.Text(path) + " "));
        await ExpectAsync(path, _ => audited.Write(path, ""));
        await ExpectAsync(path, _ => File.Delete(audited.Full(path)));
        await ExpectAsync(path, _ => audited.Swap(path, other));
        await ExpectAsync(path, _ => audited.Write(path, audited.Text(path)[..^1]));
    }

    [Fact]
    public async Task A_copy_that_no_record_expects_is_named_unless_in_flight()
    {
        await ExpectAsync("copies/H99.9.1/copy3/2.pdf", path => audited.Write(path, "another version"));

        Directory.CreateDirectory(audited.Full("copies/H99.9.1/copy7"));
        audited.Write("copies/H99.9.1/copy7/1.pdf", "signed, about to be issued");
        audited.InFlight.Add("copy7");
        Assert.Equal(AuditVerdict.Clean, (await audited.AuditAsync()).Verdict);
    }

    [Fact]
    public async Task A_page_of_dossier_codes_that_is_not_whole_is_named()
    {
        var process = await audited.Store.StartAsync();
        for (var i = 0; i < 7; i++)
            await process.Sequence.NextAsync(StoreFixture.Agency, new DateOnly(2026, 3, 2), $"dossier{i}", default);
        const string Day = "sequences/H99.9.1/260302";
        Assert.Equal(AuditVerdict.Clean, (await audited.AuditAsync()).Verdict);

        var path = $"{Day}/0002.json";
        var text = audited.Text(path);
        foreach (var changed in new[] { text[..^2], text.Replace("\"number\":5", "\"number\":6", StringComparison.Ordinal), text + " " })
        {
            audited.Write(path, changed);
            var report = await audited.AuditAsync();
            Assert.Equal((AuditVerdict.Bad, path), (report.Verdict, report.Record));
        }

        File.Delete(audited.Full(path));
        Assert.Equal(path, (await audited.AuditAsync()).Record);
    }

    [Fact]
    public async Task Files_that_are_no_pages_are_named()
    {
        await ExpectAsync($"{Register}/0002.json.bak", path => audited.Write(path, "x"));
        await ExpectAsync($"{Register}/00002.json", path => audited.Write(path, audited.Text($"{Register}/0002.json")));
        await ExpectAsync("register/stray.json", path => audited.Write(path, "x"));
        await ExpectAsync("audit/stray.json", path => audited.Write(path, "x"));
    }

    [Theory]
    [InlineData(nameof(RegisterState.Reserved))]
    [InlineData(nameof(RegisterState.Issued))]
    [InlineData(nameof(RegisterState.Void))]
    public async Task Between_the_register_and_the_trail_a_copy_in_flight_is_not_bad(string name)
    {
        var state = Enum.Parse<RegisterState>(name);
        var process = await audited.Store.StartAsync();
        var entry = (await process.Register.ReserveAsync(audited.Store.Request(8), default)).Entry();
        if (state is not RegisterState.Reserved)
            await process.Trail.AppendAsync(RegisterEvents.For(StoreFixture.Agency, StoreFixture.Book, entry, "hub", "system"), 1, default);
        if (state is RegisterState.Issued)
            await process.Register.IssueAsync(StoreFixture.Agency, StoreFixture.Book, 8, "copy8", new string('c', 64), default);
        if (state is RegisterState.Void)
            await process.Register.VoidAsync(StoreFixture.Agency, StoreFixture.Book, 8, "copy8", "terminated", default);

        audited.InFlight.Add("copy8");
        Assert.Equal(AuditVerdict.Clean, (await audited.AuditAsync()).Verdict);
        audited.InFlight.Clear();
        var report = await audited.AuditAsync();
        Assert.Equal((AuditVerdict.Bad, $"{Register}/0003.json"), (report.Verdict, report.Record));
    }

    [Fact]
    public async Task Without_a_witness_the_rest_is_checked_and_the_answer_is_cannot()
    {
        Directory.Delete(audited.Store.WitnessFolder.Below("books"), recursive: true);

        var report = await audited.AuditAsync();
        Assert.Equal((AuditVerdict.CannotCheck, Register), (report.Verdict, report.Record));

        await ExpectAsync($"{Register}/0001.json", path => audited.Write(path, audited.Text(path).Replace("4000", "4001", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_folder_that_is_no_store_cannot_be_checked()
    {
        var process = await audited.Store.StartAsync();
        File.Delete(audited.Full("store.json"));

        var report = await new StoreAudit(process.Store, process.Witness, audited.Store.Options, []).RunAsync(default);
        Assert.Equal((AuditVerdict.CannotCheck, "store.json"), (report.Verdict, report.Record));
    }

    [Fact]
    public async Task Beside_a_busy_writer_it_stays_clean()
    {
        var process = await audited.Store.StartAsync();
        using var done = new CancellationTokenSource();
        var writer = Task.Run(async () =>
        {
            await Task.WhenAll(Enumerable.Range(0, 4).Select(async lane =>
            {
                for (var i = 0; i < 12; i++)
                {
                    var copy = 100 + (lane * 100) + i;
                    lock (audited.InFlight)
                        audited.InFlight.Add($"copy{copy}");
                    var entry = (await process.Register.ReserveAsync(audited.Store.Request(copy), default)).Entry();
                    await process.Trail.AppendAsync(RegisterEvents.For(StoreFixture.Agency, StoreFixture.Book, entry, "hub", "system"), 1, default);
                    entry = await process.Register.IssueAsync(StoreFixture.Agency, StoreFixture.Book, entry.Number, entry.CopyId, new string('c', 64), default);
                    await process.Trail.AppendAsync(RegisterEvents.For(StoreFixture.Agency, StoreFixture.Book, entry, "hub", "system"), 1, default);
                }
            }));
            await done.CancelAsync();
        });
        var audits = 0;
        var source = new Locked(audited);
        while (!done.IsCancellationRequested || audits == 0)
        {
            var report = await new StoreAudit(process.Store, process.Witness, audited.Store.Options, [source]).RunAsync(default);
            Assert.True(report.Verdict is AuditVerdict.Clean, $"{report}");
            audits++;
        }

        await writer;
    }

    [Fact]
    public async Task A_book_of_an_earlier_year_must_be_shut()
    {
        audited.Store.Time.Set(StoreFixture.Monday.AddYears(1));
        var process = await audited.Store.StartAsync();
        var book = RegisterBook.For(new DateOnly(2027, 3, 2), StoreFixture.Suffix);
        var entry = (await process.Register.ReserveAsync(audited.Store.Request(8, book: book), default)).Entry();
        await process.Trail.AppendAsync(RegisterEvents.For(StoreFixture.Agency, book, entry, "hub", "system"), 1, default);
        Assert.Equal(AuditVerdict.Clean, (await audited.AuditAsync()).Verdict);

        var path = $"{Register}/0003.json";
        audited.Write(path, audited.Text(path).Replace(",\"shut\":true", "", StringComparison.Ordinal).Replace("\"closed\":true", "\"closed\":false", StringComparison.Ordinal));
        var report = await audited.AuditAsync();
        Assert.Equal((AuditVerdict.Bad, path), (report.Verdict, report.Record));
    }

    [Fact]
    public async Task A_request_that_states_another_digest_than_the_trail_is_named()
    {
        var process = await audited.Store.StartAsync();
        var lying = new Lying(new ExpectedBlob("scans/H99.9.1/copy2/1.jpg", new string('d', 64), "requests/H99.9.1/copy2.json"));

        var report = await new StoreAudit(process.Store, process.Witness, audited.Store.Options, [audited, lying]).RunAsync(default);
        Assert.Equal((AuditVerdict.Bad, "requests/H99.9.1/copy2.json"), (report.Verdict, report.Record));
    }

    [Fact]
    public async Task A_purged_scan_is_not_missed()
    {
        var process = await audited.Store.StartAsync();
        await process.Trail.AppendAsync(
            new AuditEvent(StoreFixture.Agency, "hub", "system", "scan-purged", "copy2", AuditedBlobs.PurgedAway("scans/H99.9.1/copy2/1.jpg"), "purged:copy2"), 1, default);
        File.Delete(audited.Full("scans/H99.9.1/copy2/1.jpg"));

        Assert.Equal(AuditVerdict.Clean, (await audited.AuditAsync()).Verdict);
    }

    private async Task ExpectAsync(string record, Action<string> tamper)
    {
        tamper(record);
        var report = await audited.AuditAsync();
        audited.Restore();
        Assert.True(report.Verdict is AuditVerdict.Bad && report.Record == record, $"expected {record}, got {report}");
    }

    private static string SwapEntries(string page, bool renumber)
    {
        const string Start = "\"entries\":[";
        var from = page.IndexOf(Start, StringComparison.Ordinal) + Start.Length;
        var to = page.LastIndexOf(']');
        var entries = Regex.Split(page[from..to], "(?<=\\}),(?=\\{\"(?:number|seq)\")");
        Assert.Equal(3, entries.Length);
        (entries[0], entries[1]) = (entries[1], entries[0]);
        if (renumber)
        {
            var first = int.Parse(Regex.Match(entries[1], "^\\{\"(?:number|seq)\":(\\d+)").Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
            for (var i = 0; i < entries.Length; i++)
                entries[i] = Regex.Replace(entries[i], "^(\\{\"(?:number|seq)\":)\\d+", $"${{1}}{first + i}");
        }

        return page[..from] + string.Join(',', entries) + page[to..];
    }

    private sealed class Lying(ExpectedBlob blob) : IExpectedRecords
    {
        public IAsyncEnumerable<ExpectedBlob> ExpectedAsync(CancellationToken cancellationToken) => new[] { blob }.ToAsyncEnumerable();

        public IAsyncEnumerable<string> InFlightAsync(CancellationToken cancellationToken) => AsyncEnumerable.Empty<string>();
    }

    private sealed class Locked(AuditedStore store) : IExpectedRecords
    {
        public IAsyncEnumerable<ExpectedBlob> ExpectedAsync(CancellationToken cancellationToken) => store.ExpectedAsync(cancellationToken);

        public IAsyncEnumerable<string> InFlightAsync(CancellationToken cancellationToken)
        {
            lock (store.InFlight)
                return store.InFlight.ToArray().ToAsyncEnumerable();
        }
    }
}
