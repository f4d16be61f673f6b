using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using ECopy.Signing.Pades;
using ECopy.Signing.Pdf.Reading;
using ECopy.TestKit;

namespace ECopy.EndToEnd.Tests;

/// <summary><c>verify --signatures</c> and <c>--integrity-only</c>: any signed file, with or without a store.</summary>
[Collection(TheProgram.Name)]
public sealed class SignatureCommandTests(IssuedCopies issued)
{
    private const int MostMilliseconds = 3000;
    private const int MostKilobytes = 256 << 10;

    /// <summary>Where there is no store at all. Time of the processor: others may be busy on the same machine.</summary>
    [CorpusFact]
    public void Every_file_of_the_corpus_gets_its_exit_code_in_time()
    {
        using var nowhere = new ProgramUnderTest();
        Assert.Equal(27, SignedCorpus.Entries.Count);
        foreach (var entry in SignedCorpus.Entries)
        {
            using var running = nowhere.StartScript($"""
                code=0; ecopy verify '{SignedCorpus.PathOf(entry.File)}' --integrity-only --json >answer.json || code=$?
                times; exit $code
                """);
            var answer = running.Wait();
            var word = JsonDocument.Parse(File.ReadAllText(Path.Combine(nowhere.Folder, "answer.json"))).RootElement.GetProperty("word").GetString();
            Assert.True(entry.IsValid == (answer.ExitCode == 0), $"{entry.File}: {answer}");
            Assert.Equal(word switch { "valid" => 0, "unsupported" => 2, "malformed" or "unsigned" => 3, _ => 1 }, answer.ExitCode);
            Assert.Equal("", answer.Error);
            Assert.InRange(ProcessorMilliseconds(answer.Output), 1, MostMilliseconds);
        }

        Assert.False(Directory.Exists(nowhere.Data));
    }

    [Fact]
    public void The_memory_of_a_check_stays_small()
    {
        using var nowhere = new ProgramUnderTest();
        // The kernel's own count of the most that was resident, managed or not.
        using var running = nowhere.StartScript($$"""
            ecopy verify '{{issued.PhotoCopy.Path}}' --integrity-only >answer & pid=$!
            most=0
            while [ -r /proc/$pid/status ]; do
              now=$(awk '/^VmHWM/ {print $2}' /proc/$pid/status 2>/dev/null || true)
              if [ -z "$now" ]; then break; fi
              most=$now
            done
            wait $pid; echo $most
            """);
        var answer = running.Wait();
        Assert.Equal(0, answer.ExitCode);
        Assert.InRange(int.Parse(answer.Output, System.Globalization.CultureInfo.InvariantCulture), 1, MostKilobytes);
    }

    [Fact]
    public void A_copy_is_judged_with_the_roots_of_its_store()
    {
        var (exitCode, report) = Check(issued.Program, issued.PhotoCopy.Path, "--signatures");
        // Level decides what is known about revocation; never is it a failure, and never a pass without evidence.
        Assert.Equal("valid", report.GetProperty("word").GetString());
        Assert.Equal(report.GetProperty("indication").GetString() == "TOTAL-PASSED" ? 0 : 2, exitCode);
        var signatures = report.GetProperty("signatures").EnumerateArray().ToList();
        Assert.Equal(["Person", "Seal"], signatures.Select(one => one.GetProperty("field").GetString()));
        Assert.All(signatures, one => Assert.True(one.GetProperty("chain").GetArrayLength() > 1));
        Assert.NotEqual(0, signatures[0].GetProperty("later").GetArrayLength());
    }

    [Fact]
    public void A_changed_copy_fails_and_what_is_no_pdf_is_malformed()
    {
        var bytes = File.ReadAllBytes(issued.PhotoCopy.Path);
        bytes[bytes.Length / 4] ^= 1;
        var changed = issued.Program.Put("changed-signatures.pdf", bytes);
        Assert.Equal(1, Check(issued.Program, changed, "--signatures").ExitCode);
        Assert.Equal(1, Check(issued.Program, changed, "--integrity-only").ExitCode);
        var garbage = issued.Program.Put("garbage-signatures.pdf", "no PDF"u8);
        Assert.Equal(3, Check(issued.Program, garbage, "--signatures").ExitCode);
        Assert.Equal(3, Check(issued.Program, garbage, "--integrity-only").ExitCode);
    }

    [Fact]
    public void Roots_come_from_a_folder_with_the_time_in_which_they_are_trusted()
    {
        using var nowhere = new ProgramUnderTest();
        var roots = Directory.CreateDirectory(Path.Combine(nowhere.Folder, "roots")).FullName;
        Assert.Equal(2, Check(nowhere, issued.PhotoCopy.Path, "--signatures").ExitCode);
        var empty = nowhere.Run("verify", issued.PhotoCopy.Path, "--signatures", "--trust", "roots", "--lang", "en");
        Assert.Equal(2, empty.ExitCode);
        Assert.Contains("holds no certificate file", empty.Error, StringComparison.Ordinal);

        var pem = TestPki.Instance.Root.Certificate.ExportCertificatePem();
        File.WriteAllText(Path.Combine(roots, "root.pem"), "From: 2020-01-01T00:00:00Z\nUntil: 2020-12-31T00:00:00Z\n" + pem);
        var (exitCode, report) = Check(nowhere, issued.PhotoCopy.Path, "--signatures", "--trust", "roots");
        Assert.Equal((2, "NO_CERTIFICATE_CHAIN_FOUND"), (exitCode, report.GetProperty("subIndication").GetString()));
        File.WriteAllText(Path.Combine(roots, "broken.crt"), "no certificate");
        Assert.Contains("broken.crt", nowhere.Run("verify", issued.PhotoCopy.Path, "--signatures", "--trust", "roots", "--lang", "en").Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--trust", "roots")]
    [InlineData("--at", "2026-11-22")]
    [InlineData("--online", "")]
    [InlineData("--signatures --at", "yesterday")]
    public void What_goes_with_signatures_only_is_a_wrong_command_line_alone(string option, string value) =>
        Assert.Equal(64, issued.Program.Run(["verify", issued.PhotoCopy.Path, .. option.Split(' '), .. value.Length > 0 ? (string[])[value] : []]).ExitCode);

    [CorpusFact]
    public void A_foreign_file_of_the_highest_level_passes_at_its_time()
    {
        using var nowhere = new ProgramUnderTest();
        // Its authority's root lies in the file's own store.
        var file = SignedCorpus.PathOf("ph-pades-lta-dss-indirect-arrs-test-2.pdf");
        var roots = Directory.CreateDirectory(Path.Combine(nowhere.Folder, "roots")).FullName;
        var certificates = SecurityStore.Read(PdfDocument.Open(File.ReadAllBytes(file)).Latest).Certificates.Select(one => X509CertificateLoader.LoadCertificate(one.Span));
        File.WriteAllBytes(Path.Combine(roots, "root.cer"), certificates.Single(one => one.SubjectName.RawData.AsSpan().SequenceEqual(one.IssuerName.RawData)).RawData);
        var (exitCode, report) = Check(nowhere, file, "--signatures", "--trust", "roots", "--at", "2020-11-01T00:00:00Z");
        Assert.Equal((0, "TOTAL-PASSED"), (exitCode, report.GetProperty("indication").GetString()));
        Assert.Equal("B-LTA", report.GetProperty("signatures")[0].GetProperty("level").GetString());
        Assert.Equal(2, Check(nowhere, file, "--signatures", "--trust", "roots").ExitCode);
    }

    private static (int ExitCode, JsonElement Report) Check(ProgramUnderTest program, string file, params string[] options)
    {
        var answer = program.Run(["verify", file, .. options, "--json"]);
        Assert.True(answer.Output.Length > 0, answer.ToString());
        return (answer.ExitCode, JsonDocument.Parse(answer.Output).RootElement.Clone());
    }

    // The second line of "times" is what the shell's children used: user and system, as 0m0.412s.
    private static double ProcessorMilliseconds(string output) => output.Split('\n')[1].Split(' ').Sum(part =>
    {
        var (minutes, seconds) = (part.Split('m')[0], part.Split('m')[1].TrimEnd('s'));
        return 1000 * ((60 * double.Parse(minutes, System.Globalization.CultureInfo.InvariantCulture)) + double.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture));
    });
}

/// <summary>A test of the corpus: shown as skipped, by name, where the corpus is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CorpusFactAttribute : FactAttribute
{
    public CorpusFactAttribute()
    {
        if (SignedCorpus.Folder is null) Skip = "the corpus of signed PDFs is not here (ECOPY_CORPUS)";
    }
}
