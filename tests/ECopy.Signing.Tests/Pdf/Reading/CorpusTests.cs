using System.Globalization;
using System.Text.RegularExpressions;
using ECopy.Signing.Pdf.Reading;
using ECopy.TestKit;

namespace ECopy.Signing.Tests.Pdf.Reading;

public sealed partial class CorpusTests
{
    private const long MostAllocated = 256L << 20;

    public static TheoryData<string> All => [.. SignedCorpus.Entries.Select(entry => entry.File)];

    public static TheoryData<string> Valid => [.. SignedCorpus.Entries.Where(entry => entry.IsValid).Select(entry => entry.File)];

    [CorpusTheory]
    [MemberData(nameof(All))]
    public void Every_file_is_read_or_refused_with_a_code(string file)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            ReadWhole.Read(SignedCorpus.Read(file));
        }
        catch (PdfFormatException fault)
        {
            Assert.StartsWith("pdf-", fault.Code, StringComparison.Ordinal);
            Assert.DoesNotContain(SignedCorpus.Entries, entry => entry.File == file && entry.IsValid);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostAllocated);
    }

    [CorpusTheory]
    [MemberData(nameof(Valid))]
    public void Signature_fields_and_their_ranges_are_those_that_pdfsig_finds(string file)
    {
        var found = AcroForm.Read(PdfDocument.Open(SignedCorpus.Read(file)).Latest).SignatureFields.Where(one => one.Signature is not null)
            .Select(one => (one.Name, one.Signature!.ByteRange!.A, one.Signature.ByteRange.B, one.Signature.ByteRange.End)).Order().ToList();

        Assert.Equal(PdfsigRanges(SignedCorpus.PathOf(file)), found);
        Assert.NotEmpty(found);
    }

    [CorpusTheory]
    [MemberData(nameof(Valid))]
    public void The_gap_of_a_valid_signature_is_its_contents_and_its_range_ends_a_revision(string file)
    {
        var document = PdfDocument.Open(SignedCorpus.Read(file));

        foreach (var signature in AcroForm.Read(document.Latest).SignatureFields.Select(one => one.Signature).OfType<SignatureValue>())
        {
            Assert.Equal(signature.ByteRange!.Gap, signature.ContentsSpan);
            Assert.Contains(document.Revisions, revision => revision.End == signature.ByteRange.End || revision.MarkerEnd == signature.ByteRange.End);
            Assert.True(signature.Span!.Value.Contains(signature.ContentsSpan!.Value));
            Assert.True(signature.Span.Value.Contains(signature.ByteRangeSpan!.Value));
            Assert.Empty(signature.RepeatedKeys);
        }

        Assert.True(document.Trailing.IsEmpty);
    }

    [CorpusTheory]
    [MemberData(nameof(Valid))]
    public void Revisions_follow_each_other_without_a_gap(string file)
    {
        var document = PdfDocument.Open(SignedCorpus.Read(file));

        Assert.All(document.Revisions, revision => Assert.InRange(revision.XrefOffset, 0, revision.End));
        Assert.Equal(document.Revisions.Select(revision => revision.End).Order(), document.Revisions.Select(revision => revision.End));
        Assert.Equal(document.File.Length, document.Latest.End);
    }

    [CorpusFact]
    public void The_corpus_has_both_kinds()
    {
        Assert.InRange(SignedCorpus.Entries.Count(entry => entry.IsValid), 9, int.MaxValue);
        Assert.InRange(SignedCorpus.Entries.Count(entry => !entry.IsValid), 9, int.MaxValue);
    }

    internal static List<(string Name, long A, long B, long End)> PdfsigRanges(string path)
    {
        var answer = OutsideTool.Run("pdfsig", "-nocert", path).Output;
        return [.. Ranges().Matches(answer).Select(match => (
            match.Groups["name"].Value,
            Number(match.Groups["a"]), Number(match.Groups["b"]), Number(match.Groups["end"]))).Order()];
    }

    private static long Number(Group group) => long.Parse(group.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"Field Name: (?<name>[^\n]*)\n(?:(?!Field Name)[^\n]*\n)*?[^\n]*Signed Ranges: \[0 - (?<a>\d+)\], \[(?<b>\d+) - (?<end>\d+)\]", RegexOptions.ExplicitCapture)]
    private static partial Regex Ranges();
}
