using System.Diagnostics;
using ECopy.Signing.Verification.Integrity;
using ECopy.TestKit;
using Xunit.Abstractions;

namespace ECopy.Signing.Tests.Verification.Integrity;

public class CorpusVerdictTests(ITestOutputHelper output)
{
    private const long MostAllocated = 256L << 20;

    public static TheoryData<string, bool> All
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (var entry in SignedCorpus.Entries) data.Add(entry.File, entry.IsValid);
            return data;
        }
    }

    [CorpusTheory]
    [MemberData(nameof(All))]
    public void Every_file_of_the_corpus_is_judged_as_it_should_be(string file, bool valid)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();
        var report = SignatureIntegrity.Check(SignedCorpus.Read(file));

        output.WriteLine($"{report.Word} {report.Finding.Code} {report.Finding.Reason} ({clock.ElapsedMilliseconds} ms)");
        Assert.True(report.IsValid == valid, $"{report.Finding.Code}: {report.Finding.Reason}");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostAllocated);
    }
}
