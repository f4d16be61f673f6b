using ECopy.Signing.Tests.Cms;
using ECopy.Signing.Tests.Pades;
using ECopy.Signing.Verification;
using ECopy.Signing.Verification.Integrity;
using Xunit.Abstractions;

namespace ECopy.Signing.Tests.Verification.Integrity;

public class MutantTests(ITestOutputHelper output)
{
    private const int Seed = 32000;

    [Fact]
    public async Task No_mutant_of_a_copy_is_valid()
    {
        var copy = await Copies.SealedAsync();
        var lasting = await LastingCopies.LastingAsync();

        Assert.True(Judge("copy", copy, Of(copy, orphan: null), Mutants.Certified(copy, 3, "Seal", mayNotSign: false)) >= 100);
        Assert.True(Judge("lasting copy", lasting, Mutants.Forged(lasting), Mutants.Wrapped(lasting), Mutants.Shadowed(lasting, 3, 4, null)) >= 60);
    }

    [Fact]
    public async Task No_mutant_of_a_copy_in_object_streams_is_valid()
    {
        var copy = await Copies.SealedAsync(streams: true);
        Assert.True(Judge("copy in streams", copy, Of(copy, orphan: null)) >= 80);
    }

    [Theory]
    [InlineData(0, "adbe.pkcs7.detached")]
    [InlineData(0, "ETSI.CAdES.detached")]
    [InlineData(1, "adbe.pkcs7.detached")]
    [InlineData(2, "ETSI.CAdES.detached")]
    [InlineData(3, "adbe.pkcs7.detached")]
    public void No_mutant_of_a_foreign_file_is_valid(int level, string subFilter)
    {
        var file = Foreign.Sign(Foreign.Blank(), "A", level, subFilter);
        var certified = level == 0 ? [] : Mutants.Certified(file, Foreign.Page, "B", mayNotSign: level == 1);

        Assert.True(Judge($"{subFilter}, P={level}", file, Of(file, Foreign.Orphan), certified) >= 100);
    }

    [Fact]
    public async Task A_change_anywhere_in_the_covered_bytes_is_noticed()
    {
        output.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        byte[][] files = [await Copies.SealedAsync(), Foreign.Sign(Foreign.Blank(streams: true), "A")];
        var covered = 0;
        for (var i = 0; i < 400; i++)
        {
            var file = files[i % files.Length];
            var mutated = Mutation.Of(file, random, 1);
            // What no signature covers is the last one's gap: the certificates in it are for trust to judge.
            var range = Mutants.Last(file).ByteRange!;
            var isCovered = mutated.Length != file.Length || !mutated.AsSpan(0, (int)range.A).SequenceEqual(file.AsSpan(0, (int)range.A)) || !mutated.AsSpan((int)range.B).SequenceEqual(file.AsSpan((int)range.B));
            if (isCovered) Assert.False(SignatureIntegrity.Check(mutated).IsValid, $"flip {i}");
            covered += isCovered ? 1 : 0;
        }

        Assert.InRange(covered, 200, 400);
    }

    private static IEnumerable<Mutants.Mutant> Of(byte[] file, int? orphan) =>
        [.. Mutants.Saved(file), .. Mutants.Forged(file), .. Mutants.Overwritten(file), .. Mutants.Wrapped(file), .. Mutants.Shadowed(file, 3, 4, orphan)];

    private int Judge(string what, byte[] file, params IEnumerable<Mutants.Mutant>[] kinds)
    {
        var sound = SignatureIntegrity.Check(file);
        Assert.True(sound.IsValid, $"{what}: {sound.Finding.Code} {sound.Finding.Reason}");
        var words = new SortedDictionary<IntegrityWord, int>();
        var count = 0;
        foreach (var mutant in kinds.SelectMany(kind => kind))
        {
            var report = SignatureIntegrity.Check(mutant.File);
            Assert.False(report.IsValid, $"{what}, {mutant.Name}: valid");
            Assert.NotEqual("", report.Finding.Reason);
            words[report.Word] = words.GetValueOrDefault(report.Word) + 1;
            count++;
            // Where the comparison of revisions objects, it says to which object.
            var forbidden = report.Signatures.SelectMany(one => one.Later).SelectMany(later => later.Forbidden).ToList();
            if (mutant.Object is { } number && report.Finding.Code == "change-forbidden")
                Assert.True(forbidden.Exists(change => change.Object == number || change.Reason.Contains($"object {number}", StringComparison.Ordinal)), $"{what}, {mutant.Name}: {report.Finding.Reason}");
        }

        output.WriteLine($"{what}: {count} mutants, {string.Join(", ", words.Select(pair => $"{pair.Value} {pair.Key}"))}");
        return count;
    }
}
