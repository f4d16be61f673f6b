using ECopy.Signing.Pdf.Reading;
using ECopy.TestKit;
using Xunit.Abstractions;

namespace ECopy.Signing.Tests.Pdf.Reading;

/// <summary>Changed files: read, or refused with a code; nothing else. ECOPY_FUZZ_PDF sets the number for long runs.</summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int Seed = 20260819;
    private const int Rounds = 3_000;
    private const int LargestInput = 60_000;

    [Fact]
    public void Changed_files_are_read_or_refused_with_a_code()
    {
        var rounds = int.TryParse(Environment.GetEnvironmentVariable("ECOPY_FUZZ_PDF"), out var asked) ? asked : Rounds;
        var inputs = Inputs();
        output.WriteLine($"seed {Seed}, {rounds} files from {inputs.Count}");
        var random = new Random(Seed);
        var codes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var round = 0; round < rounds; round++)
        {
            var (name, file) = inputs[round % inputs.Count];
            var changed = Change(file, random);
            var code = "read";
            try
            {
                ReadWhole.Read(changed);
            }
            catch (PdfFormatException fault)
            {
                code = fault.Code;
            }
            catch (Exception fault)
            {
                Assert.Fail($"round {round} of seed {Seed}, from {name}: {fault}");
            }

            codes[code] = codes.GetValueOrDefault(code) + 1;
        }

        foreach (var (code, count) in codes) output.WriteLine($"{code} {count}");
        // Were nothing read or nothing refused, the changes would test nothing.
        Assert.InRange(codes.GetValueOrDefault("read"), 1, rounds - 1);
        Assert.InRange(codes.Count, 5, int.MaxValue);
    }

    [Fact]
    public void Every_byte_of_a_small_file_changed_is_read_or_refused_with_a_code()
    {
        foreach (var whole in new[] { PdfText.WithField().Bytes, PdfText.WithField(streams: true).Bytes })
        {
            for (var i = 0; i < whole.Length; i++)
            {
                foreach (var value in new byte[] { 0, (byte)'9', (byte)'<', (byte)(whole[i] ^ 1), (byte)(whole[i] ^ 0x80) })
                {
                    var changed = (byte[])whole.Clone();
                    changed[i] = value;
                    var fault = Record.Exception(() => ReadWhole.Read(changed));
                    if (fault is not null) Assert.IsType<PdfFormatException>(fault);
                }

                var cut = Record.Exception(() => ReadWhole.Read(whole.AsMemory(0, i)));
                if (i < whole.Length - 1) Assert.IsType<PdfFormatException>(cut);
            }
        }
    }

    private static List<(string Name, byte[] File)> Inputs()
    {
        List<(string, byte[])> inputs =
        [
            ("table", PdfText.WithField().Bytes),
            ("streams", PdfText.WithField(streams: true).Bytes),
        ];
        inputs.AddRange(SignedCorpus.Entries.Select(entry => (entry.File, SignedCorpus.Read(entry.File))).Where(one => one.Item2.Length <= LargestInput));
        return inputs;
    }

    private static byte[] Change(byte[] file, Random random)
    {
        var changed = (byte[])file.Clone();
        switch (random.Next(6))
        {
            case 0:
                for (var i = random.Next(1, 20); i > 0; i--) changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
                return changed;
            case 1:
                return changed[..random.Next(changed.Length)];
            case 2:
                Swap(changed, random);
                return changed;
            case 3:
                var start = random.Next(changed.Length);
                return [.. changed[..start], .. changed[Math.Min(changed.Length, start + random.Next(1, 200))..]];
            case 4:
                // Digits are where offsets, lengths and numbers are.
                for (var tries = 0; tries < 400; tries++)
                {
                    var at = random.Next(changed.Length);
                    if (changed[at] is >= (byte)'0' and <= (byte)'9') changed[at] = (byte)('0' + random.Next(10));
                    if (tries > 40 && random.Next(20) == 0) break;
                }

                return changed;
            default:
                byte[][] words = ["<<"u8.ToArray(), ">>"u8.ToArray(), "["u8.ToArray(), "("u8.ToArray(), " 0 R"u8.ToArray(), "stream\n"u8.ToArray(), "endobj"u8.ToArray(), "/Prev 9"u8.ToArray(), "-1"u8.ToArray(), "%%EOF"u8.ToArray(), "xref"u8.ToArray(), "/Kids"u8.ToArray(), "null"u8.ToArray()];
                var word = words[random.Next(words.Length)];
                var place = random.Next(changed.Length - word.Length);
                word.CopyTo(changed, place);
                return changed;
        }
    }

    private static void Swap(byte[] bytes, Random random)
    {
        var length = random.Next(1, Math.Min(512, bytes.Length / 3));
        var (first, second) = (random.Next(bytes.Length - length), random.Next(bytes.Length - length));
        var piece = bytes.AsSpan(first, length).ToArray();
        bytes.AsSpan(second, length).CopyTo(bytes.AsSpan(first));
        piece.CopyTo(bytes.AsSpan(second));
    }
}
