using System.Text;
using ECopy.Signing.Tests.Pdf.Reading;
using ECopy.Signing.Verification;
using ECopy.Signing.Verification.Integrity;

namespace ECopy.Signing.Tests.Verification.Integrity;

/// <summary>Files whose comparison would never end. Nothing in them is truly signed: the comparison comes first to that.</summary>
public class CostlyFileTests
{
    private const long MostAllocated = 256L << 20;

    [Theory]
    [InlineData(1)]
    [InlineData(2000)]
    public void Loops_that_each_revision_writes_in_another_way_come_to_an_end(int wide)
    {
        var file = new PdfText();
        file.Object(1, "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]>>/X 5 0 R>>")
            .Object(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>")
            .Object(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>")
            .Object(4, "<</FT/Sig/T(A)/V 6 0 R>>")
            .Object(5, $"[{Repeat("[5 0 R]", wide)}]")
            .Object(6, "<</Type/Sig/Filter/X/SubFilter/adbe.pkcs7.detached/Contents<00>/ByteRange[0 1 2 0000000000]>>")
            .Table("/Size 7/Root 1 0 R");
        var length = file.Bytes.Length;
        file.Object(1, "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]>>/X[" + Repeat("7 0 R ", wide) + "]>>")
            .Object(7, $"[[{Repeat("7 0 R ", wide)}]]")
            .Table($"/Size 8/Root 1 0 R/Prev {file.LastXref}");
        var bytes = file.Bytes;
        // The range ends where the first revision does.
        Encoding.ASCII.GetBytes($"{length - 2:D10}", bytes.AsSpan(bytes.AsSpan().IndexOf("0000000000]"u8)));

        var before = GC.GetAllocatedBytesForCurrentThread();
        var report = SignatureIntegrity.Check(bytes);

        Assert.Equal(IntegrityWord.Unsupported, report.Word);
        Assert.StartsWith("pdf-limit-", report.Finding.Code, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostAllocated);
    }

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
