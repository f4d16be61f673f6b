using System.Globalization;
using ECopy.Signing.Pades;
using ECopy.Signing.Pdf;
using ECopy.Signing.Tests.Pades;
using ECopy.Signing.Tests.Verification.Integrity;
using ECopy.Signing.Trust.Revocation;
using ECopy.Signing.Verification;
using ECopy.TestKit;
using Xunit.Abstractions;

namespace ECopy.Signing.Tests.Verification.Validation;

/// <summary>The published attacks and flipped bytes, through the full path: trusted keys and good evidence help no forgery.</summary>
public class HostileSignatureTests(ITestOutputHelper output)
{
    private const int Seed = 319102;
    private static readonly TestPki Pki = TestPki.Instance;
    private static readonly DateTimeOffset At = TestPki.Now.AddMinutes(1);

    [Fact]
    public async Task No_mutant_of_a_copy_passes()
    {
        var evidence = await SignatureValidationTests.EvidenceAsync();
        var copy = await Copies.SealedAsync();
        var lasting = await LastingCopies.LastingAsync();
        var streams = await Copies.SealedAsync(streams: true);
        Assert.Equal(Finding.Passed, Validate(copy, evidence).Finding);
        Assert.Equal(Finding.Passed, Validate(streams, evidence).Finding);
        Assert.Equal(Finding.Passed, Validate(lasting, evidence).Finding);

        IEnumerable<Mutants.Mutant> mutants =
        [
            .. Mutants.Saved(copy), .. Mutants.Forged(copy), .. Mutants.Overwritten(copy), .. Mutants.Wrapped(copy), .. Mutants.Shadowed(copy, 3, 4, null), .. Mutants.Certified(copy, 3, "Seal", mayNotSign: false),
            .. Mutants.Saved(streams), .. Mutants.Forged(streams), .. Mutants.Forged(lasting), .. Mutants.Wrapped(lasting), .. Mutants.Shadowed(lasting, 3, 4, null),
        ];
        var results = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var mutant in mutants)
        {
            var finding = Validate(mutant.File, evidence).Finding;
            Assert.False(finding.IsPassed, mutant.Name);
            Assert.NotEqual("", finding.Reason);
            var result = $"{Etsi.Name(finding.Indication)}/{Etsi.Name(finding.SubIndication)}";
            results[result] = results.GetValueOrDefault(result) + 1;
        }

        foreach (var (result, count) in results) output.WriteLine($"{count,6} {result}");
        Assert.InRange(results.Values.Sum(), 200, int.MaxValue);
    }

    [Fact]
    public async Task A_store_of_another_copy_speaks_for_nobody_here()
    {
        var others = await LastingCopies.MaterialAsync(await LastingCopies.TimestampedAsync());
        var copy = await LastingCopies.StoredAsync(await Copies.SealedAsync(TestKey.P384, TestKey.P384), others);
        var finding = Validate(copy, RevocationEvidence.None).Finding;
        Assert.Equal((Indication.Indeterminate, SubIndication.TryLater), (finding.Indication, finding.SubIndication));
    }

    [Fact]
    public async Task A_document_timestamp_of_another_copy_is_none()
    {
        var (one, other) = (await LastingCopies.LastingAsync(), await LastingCopies.LastingAsync());
        var (to, from) = (Mutants.Last(one).ByteRange!.Gap, Mutants.Last(other).ByteRange!.Gap);
        var mixed = one.ToArray();
        // Lengths differ by a few bytes; the end is padding in both.
        var digits = mixed.AsSpan((int)to.Start + 1, (int)to.Length - 2);
        digits.Fill((byte)'0');
        other.AsSpan((int)from.Start + 1, Math.Min((int)from.Length - 2, digits.Length)).CopyTo(digits);
        var report = Validate(mixed, await SignatureValidationTests.EvidenceAsync());
        Assert.Equal((Indication.TotalFailed, SubIndication.HashFailure), (report.Finding.Indication, report.Finding.SubIndication));
        Assert.False(report.Timestamps[0].Finding.IsPassed);
        // What it would have preserved is judged without it.
        Assert.All(report.Signatures, signature => Assert.Null(signature.PreservedTime));
    }

    /// <summary>Every byte with ECOPY_SOAK=1; else every 43rd, from another one each time that the seed changes.</summary>
    [Fact]
    public async Task No_flipped_byte_of_a_small_copy_passes()
    {
        var step = Environment.GetEnvironmentVariable("ECOPY_SOAK") == "1" ? 1 : 43;
        output.WriteLine($"seed {Seed}, step {step}");
        var evidence = await SignatureValidationTests.EvidenceAsync();
        var copy = await Copies.SealedAsync();
        var gap = Mutants.Last(copy).ByteRange!.Gap;
        var padding = PaddingOf(copy, gap);
        for (var i = Seed % step; i < copy.Length; i += step)
        {
            var flipped = copy.ToArray();
            flipped[i] ^= (byte)(1 << (i % 8));
            var report = Validate(flipped, evidence);
            var inside = i > gap.Start && i < gap.End - 1;
            // Of a message itself nothing covers versions and sets; they change neither signer nor what is signed.
            if (!inside || i >= padding) Assert.False(report.Finding.IsPassed, $"byte {i}");
        }
    }

    /// <summary>ECOPY_FLIPS of them in the long runs.</summary>
    [Fact]
    public async Task No_flipped_bit_of_a_large_copy_passes()
    {
        var count = int.TryParse(Environment.GetEnvironmentVariable("ECOPY_FLIPS"), NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 120;
        output.WriteLine($"seed {Seed}, {count} flips");
        var random = new Random(Seed);
        var evidence = await SignatureValidationTests.EvidenceAsync();
        var blank = Copies.Blank(picture: new byte[2 << 20]);
        var copy = await Copies.SignAsync(await Copies.SignAsync(blank, SignatureRole.Person, Pki.Person(TestKey.P256)), SignatureRole.Seal, Pki.Agency(TestKey.P256));
        Assert.Equal(Finding.Passed, Validate(copy, evidence).Finding);
        var gap = Mutants.Last(copy).ByteRange!.Gap;
        for (var i = 0; i < count; i++)
        {
            var at = random.Next(copy.Length);
            copy[at] ^= (byte)(1 << (i % 8));
            if (at <= gap.Start || at >= gap.End - 1) Assert.False(Validate(copy, evidence).Finding.IsPassed, $"byte {at}");
            copy[at] ^= (byte)(1 << (i % 8));
        }
    }

    private static long PaddingOf(byte[] copy, SourceSpan gap)
    {
        var digits = copy.AsSpan((int)gap.Start, (int)gap.Length);
        // The last digit that is not zero may be the first half of the last byte.
        return gap.Start + digits[..^1].LastIndexOfAnyExcept((byte)'0') + 2;
    }

    private static SignedFileReport Validate(byte[] file, RevocationEvidence evidence) =>
        SignatureValidation.Validate(file, new ValidationPolicy(Pki.Anchors, At, evidence), CancellationToken.None);
}
