using System.Security.Cryptography;
using ECopy.Signing.Timestamp;
using ECopy.TestKit;
using Xunit.Abstractions;

namespace ECopy.Signing.Tests.Timestamp;

/// <summary>Tokens that are wrong in one way each, and a client that must use none of them.</summary>
public class TimestampCheckTests(ITestOutputHelper output)
{
    private const int Seed = 3161;
    private static readonly TestPki Pki = TestPki.Instance;

    [Fact]
    public async Task A_right_token_has_no_problem_and_its_path_leads_to_the_root()
    {
        var verdict = await RunAsync(await Tsa.TokenAsync(Tsa.Message));
        Assert.Empty(verdict.Problems);
        Assert.Equal(Tsa.Identity(TestKey.P256).Certificate.RawData, verdict.Signer!.RawData);
        Assert.Equal(Pki.Root.Certificate.RawData, verdict.Path!.Certificates[^1].RawData);
    }

    [Fact]
    public async Task Each_wrong_token_is_named_by_what_is_wrong()
    {
        await AssertAsync("timestamp-imprint", await Tsa.TokenAsync([1, 2, 3]));
        await AssertAsync("timestamp-nonce", await Tsa.TokenAsync(Tsa.Message), expected => expected with { Nonce = new byte[] { 1 } });
        await AssertAsync("timestamp-policy", await Tsa.TokenAsync(Tsa.Message), expected => expected with { Policy = "1.2.3.4" });
        await AssertAsync("timestamp-time", await Tsa.TokenAsync(Tsa.Message), expected => expected with { Within = (TestPki.Now.AddSeconds(1), TestPki.Now.AddSeconds(9)) });
        await AssertAsync("timestamp-foreign", await Tsa.TokenAsync(Tsa.Message), expected => expected with { Anchors = Pki.ForeignRoot.Anchors });
        await AssertAsync("timestamp-certificate-time", await Tsa.TokenAsync(Tsa.Message, at: TestPki.Now.AddYears(3)));
        await AssertAsync("timestamp-certificate-missing", await UncertifiedAsync());
        await AssertAsync("timestamp-purpose", await Tsa.TokenAsync(Tsa.Message, signer: Pki.Person(TestKey.P256)));
        await AssertAsync("timestamp-purpose", await Tsa.TokenAsync(Tsa.Message, signer: Tsa.Issue(TestKey.P256, Tsa.Purposes(false, "1.3.6.1.5.5.7.3.8"))));
        await AssertAsync("timestamp-purpose", await Tsa.TokenAsync(Tsa.Message, signer: Tsa.Issue(TestKey.P256, Tsa.Purposes("1.3.6.1.5.5.7.3.8", "1.3.6.1.5.5.7.3.3"))));
        await AssertAsync("timestamp-signature", Spoil(await Tsa.TokenAsync(Tsa.Message)));
        await AssertAsync("timestamp-imprint", await OtherHashAsync());
    }

    [Fact]
    public async Task The_client_gives_out_only_what_it_has_checked()
    {
        var good = Assert.IsType<TimestampAnswer.Granted>(await AskAsync(request => Tsa.AnswerAsync(request.ToArray())));
        Assert.Equal(TestPki.Now, good.Token.Time);
        var refused = Assert.IsType<TimestampAnswer.Refused>(await AskAsync(_ => Tsa.AnswerAsync([])));
        Assert.Equal([PkiFailure.BadDataFormat], refused.Failures);

        Assert.Equal("timestamp-encoding", Problem(await AskAsync(_ => Task.FromResult("<html>"u8.ToArray()))));
        // The answer to another question, kept by somebody.
        var old = await Tsa.AnswerAsync(TimestampRequest.Create(MessageImprint.Of(HashAlgorithmName.SHA256, SHA256.HashData(Tsa.Message))).Encode());
        Assert.Equal("timestamp-nonce", Problem(await AskAsync(_ => Task.FromResult(old))));
        Assert.Equal("timestamp-time", Problem(await AskAsync(request => Tsa.AnswerAsync(request.ToArray(), clock: new SettableTime(TestPki.Now.AddHours(1))))));
        await Assert.ThrowsAsync<IOException>(() => AskAsync(_ => throw new IOException("down")));
    }

    [Fact]
    public async Task No_flipped_byte_of_a_token_survives_unless_it_means_the_same()
    {
        var token = await Tsa.TokenAsync(Tsa.Message);
        var same = 0;
        for (var i = 0; i < token.Length; i += 9)
        {
            var flipped = token.ToArray();
            flipped[i] ^= 0x01;
            try
            {
                var read = TimestampToken.Read(flipped);
                if (!TimestampCheck.Run(read, Tsa.Expecting(Tsa.Message)).IsSound) continue;
                // What no signature covers (versions, certificates of issuers that lead elsewhere) may differ; the statement may not.
                Assert.Equal(TimestampToken.Read(token).Cms.Content!.Value.ToArray(), read.Cms.Content!.Value.ToArray());
                same++;
            }
            catch (TimestampFormatException)
            {
                // A typed answer is the other right one.
            }
        }

        output.WriteLine($"{same} of {(token.Length + 8) / 9} say the same still");
        Assert.InRange(same, 0, token.Length / 18);
    }

    [Fact]
    public async Task Mutated_bytes_end_in_a_typed_error_or_a_verdict()
    {
        output.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        var request = TimestampRequest.Create(MessageImprint.Of(HashAlgorithmName.SHA256, SHA256.HashData(Tsa.Message)), Tsa.Policy).Encode();
        var answer = await Tsa.AnswerAsync(request);
        var token = TimestampResponse.Read(answer).Token!.Value.ToArray();
        using var key = Tsa.Identity(TestKey.P256).SigningKey();
        var authority = new TimestampAuthority(key, Tsa.Policy, new SettableTime(TestPki.Now));
        var (typed, read) = (0, 0);
        for (var i = 0; i < 2000; i++)
        {
            try
            {
                switch (i % 4)
                {
                    case 0: TimestampResponse.Read(Mutation.Of(answer, random, 4)); break;
                    case 1: await authority.AnswerAsync(Mutation.Of(request, random, 4), CancellationToken.None); break;
                    case 2: TimestampRequest.Read(Mutation.Of(request, random, 2)); break;
                    default: TimestampCheck.Run(TimestampToken.Read(Mutation.Of(token, random, 3)), Tsa.Expecting(Tsa.Message)); break;
                }

                read++;
            }
            catch (TimestampFormatException)
            {
                typed++;
            }
        }

        output.WriteLine($"typed {typed}, read {read}");
        Assert.True(typed > 250 && read > 250);
    }

    private static Task<TimestampVerdict> RunAsync(byte[] token, Func<TimestampExpectation, TimestampExpectation>? change = null)
    {
        var expected = Tsa.Expecting(Tsa.Message);
        return Task.FromResult(TimestampCheck.Run(TimestampToken.Read(token), change?.Invoke(expected) ?? expected));
    }

    private static async Task AssertAsync(string code, byte[] token, Func<TimestampExpectation, TimestampExpectation>? change = null) =>
        Assert.Equal(code, Assert.Single((await RunAsync(token, change)).Problems).Code);

    private static async Task<byte[]> UncertifiedAsync()
    {
        using var key = Tsa.Identity(TestKey.P256).SigningKey();
        return (await TimestampAuthority.IssueAsync(key, Tsa.Content(Tsa.Message), withCertificates: false, CancellationToken.None))!;
    }

    // Another digest algorithm than the one asked for, and nothing as its digest.
    private static async Task<byte[]> OtherHashAsync()
    {
        using var key = Tsa.Identity(TestKey.P256).SigningKey();
        var content = Tsa.Content(Tsa.Message) with { Imprint = MessageImprint.Of(HashAlgorithmName.SHA384, ReadOnlyMemory<byte>.Empty) };
        return (await TimestampAuthority.IssueAsync(key, content, withCertificates: true, CancellationToken.None))!;
    }

    private static byte[] Spoil(byte[] token)
    {
        var value = TimestampToken.Read(token).Cms.Signers[0].Signature.ToArray();
        token[token.AsSpan().IndexOf(value) + value.Length - 1] ^= 1;
        return token;
    }

    private static async Task<TimestampAnswer> AskAsync(Func<ReadOnlyMemory<byte>, Task<byte[]>> answer)
    {
        var demands = new TimestampDemands(Pki.Anchors, Tsa.Policy, TimeSpan.FromMinutes(1));
        var client = new TimestampClient(new Transport(answer), demands, new SettableTime(TestPki.Now));
        return await client.RequestAsync(HashAlgorithmName.SHA256, SHA256.HashData(Tsa.Message), CancellationToken.None);
    }

    private static string Problem(TimestampAnswer answer) => Assert.IsType<TimestampAnswer.Unusable>(answer).Problems[0].Code;

    private sealed class Transport(Func<ReadOnlyMemory<byte>, Task<byte[]>> answer) : ITimestampTransport
    {
        public async Task<ReadOnlyMemory<byte>> SendAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken) => await answer(request);
    }
}
