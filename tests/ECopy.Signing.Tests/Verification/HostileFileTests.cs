using ECopy.Signing.Cms;
using ECopy.Signing.Pades;
using ECopy.Signing.Pdf.Reading;
using ECopy.Signing.Tests.Pades;
using ECopy.Signing.Verification;
using ECopy.TestKit;
using Xunit.Abstractions;

namespace ECopy.Signing.Tests.Verification;

public class HostileFileTests(ITestOutputHelper output)
{
    private const int Seed = 319142;

    [Fact]
    public async Task Mutated_files_get_an_answer_and_never_pass()
    {
        output.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        byte[][] samples = [await Copies.SealedAsync(), await Copies.SealedAsync(streams: true), Copies.Blank(), [.. SignedCorpus.Entries.Take(1).SelectMany(entry => SignedCorpus.Read(entry.File))]];
        for (var i = 0; i < 600; i++)
        {
            var sample = samples[i % samples.Length];
            var mutated = Mutation.Of(sample, random, 5);
            if (!mutated.AsSpan().SequenceEqual(sample)) Assert.False(Check(mutated).Finding.IsPassed, $"mutation {i}");
        }
    }

    [Fact]
    public async Task A_mutated_CMS_in_the_uncovered_gap_never_passes()
    {
        output.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        var copy = await Copies.SealedAsync();
        var range = AcroForm.Read(PdfDocument.Open(copy).Latest).Find("Seal")!.Signature!.ByteRange!;
        var cms = CmsSignedData.Read(Convert.FromHexString(System.Text.Encoding.ASCII.GetString(copy, (int)range.A + 1, (int)range.Gap.Length - 2))).Encoded.ToArray();
        var codes = new Dictionary<string, int>();
        for (var i = 0; i < 250; i++)
        {
            var mutated = Mutation.Of(cms, random, 1);
            if (mutated.Length > range.Capacity || mutated.AsSpan().SequenceEqual(cms)) continue;
            var file = copy.ToArray();
            System.Text.Encoding.ASCII.GetBytes(Convert.ToHexString(mutated).PadRight((int)range.Gap.Length - 2, '0'), file.AsSpan((int)range.A + 1));
            var finding = Check(file).Finding;
            Assert.False(finding.IsPassed, $"mutation {i}");
            codes[finding.Code] = codes.GetValueOrDefault(finding.Code) + 1;
        }

        foreach (var (code, count) in codes.OrderByDescending(pair => pair.Value)) output.WriteLine($"{count,6} {code}");
        Assert.True(codes.Count > 5);
    }

    [Fact]
    public async Task A_copy_of_twenty_megabytes_is_judged_like_a_small_one()
    {
        var blank = Copies.Blank(picture: new byte[20 << 20]);
        var signed = await Copies.SignAsync(blank, SignatureRole.Person, TestPki.Instance.Person(TestKey.P256));
        var copy = await Copies.SignAsync(signed, SignatureRole.Seal, TestPki.Instance.Agency(TestKey.P256));
        Assert.Equal(Finding.Passed, Check(copy).Finding);
    }

    private static SignedFileReport Check(byte[] file) => SignedFileCheck.Check(file, TestPki.Instance.Anchors, TestPki.Now);
}
