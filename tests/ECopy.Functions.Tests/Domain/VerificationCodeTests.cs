using ECopy.Functions.Domain;
using Xunit.Abstractions;

namespace ECopy.Functions.Tests.Domain;

public sealed class VerificationCodeTests(ITestOutputHelper output)
{
    private const string Letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int Seed = 20261122;

    [Fact]
    public void Every_single_error_is_caught()
    {
        foreach (var code in Codes(200))
        {
            for (var i = 0; i < code.Length; i++)
            {
                foreach (var letter in Letters)
                {
                    if (letter != code[i]) Assert.Null(VerificationCode.Read(code[..i] + letter + code[(i + 1)..]).Code);
                }
            }
        }
    }

    [Fact]
    public void Every_swap_of_any_two_letters_is_caught()
    {
        foreach (var code in Codes(500))
        {
            for (var i = 0; i < code.Length; i++)
            {
                for (var j = i + 1; j < code.Length; j++)
                {
                    if (code[i] == code[j]) continue;
                    var swapped = code.ToCharArray();
                    (swapped[i], swapped[j]) = (swapped[j], swapped[i]);
                    Assert.Null(VerificationCode.Read(new string(swapped)).Code);
                }
            }
        }
    }

    [Fact]
    public void All_eighty_bits_count()
    {
        for (var bit = 0; bit < 80; bit++)
        {
            var bits = new byte[10];
            bits[bit / 8] = (byte)(0x80 >> (bit % 8));
            Assert.NotEqual(VerificationCode.FromBits(new byte[10])[..16], VerificationCode.FromBits(bits)[..16]);
        }

        Assert.Equal(1000, Enumerable.Range(0, 1000).Select(_ => VerificationCode.Draw()).Distinct().Count());
    }

    [Fact]
    public void Look_alikes_case_blanks_and_dashes_are_understood()
    {
        var code = VerificationCode.FromBits([0x00, 0x44, 0x32, 0x14, 0xC7, 0x42, 0x54, 0xB6, 0x35, 0xCF]);
        Assert.Matches("^[0-9A-Z]{17}$", code);
        Assert.Contains('0', code);
        Assert.Contains('1', code);
        Assert.Equal($"{code[..4]}-{code[4..8]}-{code[8..12]}-{code[12..]}", VerificationCode.Format(code));
        foreach (var typed in (string[])
        [
            code,
            VerificationCode.Format(code),
            VerificationCode.Format(code).ToLowerInvariant(),
            "  " + VerificationCode.Format(code).Replace('-', ' ') + "\t",
            VerificationCode.Format(code).Replace('-', '–'),
            code.Replace('0', 'O').Replace('1', 'I'),
            code.Replace('0', 'o').Replace('1', 'l'),
        ])
        {
            Assert.Equal(code, VerificationCode.Read(typed).Code);
        }
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData("M0S8", null)]
    [InlineData("M0S8-SZFH-YY4G-C9KPB-0", null)]
    [InlineData("M0S8-SZFH-YY4G-C9KPC", null)]
    [InlineData("M0S8-SZUH-YY4G-C9KPB", 7)]
    [InlineData("M0S8-SZFH-YY4G-C9KP*", 17)]
    [InlineData("Ộ0S8-SZFH-YY4G-C9KPB", 1)]
    public void A_mistyped_code_says_where_only_when_a_letter_is_impossible(string? typed, int? place)
    {
        var reading = VerificationCode.Read(typed);
        Assert.Null(reading.Code);
        Assert.Equal(place, reading.ImpossibleAt);
    }

    [Fact]
    public void Any_text_is_read_without_an_exception()
    {
        output.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        for (var i = 0; i < 20_000; i++)
        {
            var typed = new string([.. Enumerable.Range(0, random.Next(0, 40)).Select(_ => (char)random.Next(0, 0x3000))]);
            Assert.Null(VerificationCode.Read(typed).Code);
        }
    }

    private IEnumerable<string> Codes(int count)
    {
        output.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        var bits = new byte[10];
        for (var i = 0; i < count; i++)
        {
            random.NextBytes(bits);
            var code = VerificationCode.FromBits(bits);
            Assert.Equal(code, VerificationCode.Read(code).Code);
            yield return code;
        }
    }
}
