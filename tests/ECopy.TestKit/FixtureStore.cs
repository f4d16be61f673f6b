using ECopy.Functions.Backup;
using ECopy.Functions.Demo;
using ECopy.Functions.Domain;
using ECopy.Functions.Storage;
using ECopy.Functions.Upload;

namespace ECopy.TestKit;

/// <summary>
/// A small store of the schemas of its day, kept as text: a backup with keys (of an invented office), its files that are no text
/// in base64, and the marks of its witness beside it. Made anew only when a schema is raised (<c>ECopy.TestKit fixture FOLDER</c>);
/// the earlier ones are kept.
/// </summary>
internal static class FixtureStore
{
    private const string Encoded = ".base64";
    private const string Witness = "witness";

    /// <summary>The day on which all of it happened.</summary>
    private static readonly DateTimeOffset Day = new(2026, 11, 20, 2, 0, 0, TimeSpan.Zero);

    public static string Root => Path.Combine(SourceFolder.Root, "tests", "fixtures");

    public static IReadOnlyList<string> Stores => [.. Directory.GetDirectories(Path.Combine(Root, "stores")).Order(StringComparer.Ordinal)];

    public static async Task MakeAsync(string folder)
    {
        await using var office = await TestOffice.OpenAsync(new ShiftedTime(Day));
        await office.CertifyAsync("Bằng tốt nghiệp", SmallScan.Png(1), SmallScan.Png(2));
        var refused = (await office.SubmitAsync("Bảng điểm", null, SmallScan.Png(3))).Value.CopyId;
        await office.WhenStateAsync(refused, CopyState.WaitingForReview);
        await office.DecideAsync(refused, ReviewDecision.Rejected, reasons: "Bản chính bị tẩy xóa");
        await office.WhenStateAsync(refused, CopyState.Refused);
        var waiting = (await office.SubmitAsync("Giấy khai sinh", null, SmallScan.Png(4))).Value.CopyId;
        await office.WhenStateAsync(waiting, CopyState.WaitingForReview);

        var drafts = office.Get<Drafts>();
        string[] ids = [.. Enumerable.Range(0, 6).Select(_ => Drafts.NewId())];
        foreach (var i in (int[])[0, 3])
        {
            await drafts.AddPageAsync(TestOffice.Agency, ids[i], DemoOffice.Clerk, ids[i + 1], ids[i + 2], 1, SmallScan.Png(5 + i), default);
            var original = new DraftFormOriginal(ids[i + 1], "Bảng điểm", "Bảng điểm đại học", 2, [new DraftFormPage(ids[i + 2], 90)]);
            await drafts.SaveAsync(TestOffice.Agency, ids[i], DemoOffice.Clerk, new DraftForm("Nguyễn Thị Ví Dụ", "096200000001", [original]), default);
        }

        var visit = (await office.Workflow.SubmitDraftAsync(TestOffice.Agency, ids[0], DemoOffice.Clerk, default)).Value;
        await office.WhenStateAsync(visit.Requests[0].CopyId, CopyState.WaitingForReview);
        await office.Get<DemoAccounts>().EnsureAsync(default);

        // What led to a finished copy is large, and of no use to it any more.
        foreach (var path in await office.PathsAsync("work/"))
        {
            if (path.EndsWith(".pdf", StringComparison.Ordinal)) await office.Store.DeleteAsync(path, default);
        }

        await using (var target = BackupTarget.Create(folder).Value)
        {
            await new TakeBackup(office.Store, office.Clock)
                .RunAsync((await StoreIdentity.ReadAsync(office.Store, default))!, target, LocalKeys.In(office.DataPath), default);
        }

        CopyWitness(office.WitnessPath, Path.Combine(folder, Witness));
        foreach (var file in Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Where(file => !IsText(file)))
        {
            await File.WriteAllTextAsync(file + Encoded, Convert.ToBase64String(await File.ReadAllBytesAsync(file), Base64FormattingOptions.InsertLineBreaks).ReplaceLineEndings("\n") + "\n");
            File.Delete(file);
        }
    }

    /// <summary>Makes a backup and the marks of a witness of it again.</summary>
    public static void Decode(string fixture, string backup, string witness)
    {
        foreach (var file in Directory.GetFiles(fixture, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(fixture, file);
            var isMark = name.StartsWith(Witness + '/', StringComparison.Ordinal);
            var target = isMark ? Path.Combine(witness, name[(Witness.Length + 1)..]) : Path.Combine(backup, name);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            if (target.EndsWith(Encoded, StringComparison.Ordinal)) File.WriteAllBytes(target[..^Encoded.Length], Convert.FromBase64String(File.ReadAllText(file)));
            else File.Copy(file, target);
        }
    }

    private static bool IsText(string file) => Path.GetExtension(file) is ".json" or ".xml" || Path.GetFileName(file) is BackupRecord.DigestList || new FileInfo(file).Length < 100;

    private static void CopyWitness(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*.json", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
