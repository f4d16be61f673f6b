using System.Buffers.Binary;
using ECopy.Signing.Pdf.Images;
using ECopy.TestKit;
using Xunit.Abstractions;

namespace ECopy.Signing.Tests.Pdf.Images;

public class ImageFuzzTests(ITestOutputHelper output)
{
    private const int Seed = 20261122, Mutants = 120;
    private const long MostMemory = 64 << 20;

    [Fact]
    public void Thousands_of_damaged_pictures_give_a_picture_or_a_refusal_and_never_much_memory()
    {
        output.WriteLine($"seed {Seed}, {Mutants} mutants of each of {PictureFiles.Good.Count} files");
        var random = new Random(Seed);
        int read = 0, refused = 0;
        foreach (var (name, file) in PictureFiles.Good)
        {
            for (var i = 0; i < Mutants; i++)
            {
                var mutant = Mutate(file, random);
                var before = GC.GetAllocatedBytesForCurrentThread();
                try
                {
                    ScanImage.Read(mutant, ImageLimits.Default with { MaxPixels = 4_000_000, MaxDecodedBytes = 16 << 20 }).AddTo(new MemorySink());
                    read++;
                }
                catch (ImageFormatException)
                {
                    refused++;
                }
                catch (Exception fault)
                {
                    Assert.Fail($"{name}, mutant {i} of seed {Seed}: {fault}");
                }

                Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MostMemory, $"{name}, mutant {i} of seed {Seed}: memory");
            }
        }

        output.WriteLine($"{read} read, {refused} refused");
        Assert.True(read + refused >= 3000 && read > 100 && refused > 100);
    }

    private static byte[] Mutate(byte[] file, Random random)
    {
        var mutant = file.ToList();
        for (var n = random.Next(1, 5); n > 0; n--)
        {
            // Headers are where parsers fail; half of all changes hit the first three hundred bytes.
            var at = random.Next(random.Next(2) == 0 ? Math.Min(300, mutant.Count) : mutant.Count);
            switch (random.Next(6))
            {
                case 0: mutant[at] = (byte)random.Next(256); break;
                case 1: mutant[at] ^= (byte)(1 << random.Next(8)); break;
                case 2: mutant[at] = 0xFF; break;
                case 3: mutant.RemoveRange(at, Math.Min(random.Next(1, 40), mutant.Count - at)); break;
                case 4: mutant.InsertRange(at, mutant.GetRange(at, Math.Min(random.Next(1, 60), mutant.Count - at))); break;
                default: mutant.RemoveRange(at, mutant.Count - at); break;
            }

            if (mutant.Count == 0) return [];
        }

        var bytes = mutant.ToArray();
        // Checksums put right again let most mutants of a PNG past the first gate.
        if (random.Next(4) != 0) Repair(bytes);
        return bytes;
    }

    private static void Repair(byte[] png)
    {
        if (png is not [0x89, (byte)'P', ..]) return;
        for (var at = 8; at + 12 <= png.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan(at));
            if (length > png.Length - at - 12) return;
            PictureFiles.Chunk(System.Text.Encoding.Latin1.GetString(png, at + 4, 4), png[(at + 8)..(at + 8 + (int)length)]).AsSpan(^4..).CopyTo(png.AsSpan(at + 8 + (int)length));
            at += 12 + (int)length;
        }
    }
}
