using ECopy.Functions.Domain;
using ECopy.Functions.Storage;
using ECopy.Signing.Keys;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.RemoteSigning;

/// <summary>One confirmation for many, whatever is killed in between.</summary>
public sealed class SharedConfirmationTests
{
    private const string Authorize = "credentials/authorize";
    private const string SignHash = "signatures/signHash";

    [Fact]
    public async Task Fifty_that_come_together_need_one_confirmation()
    {
        await using var bench = await RemoteBench.StartAsync();
        bench.Offer();
        var key = bench.Open();
        await Task.WhenAll(Enumerable.Range(0, 25).Select(number => RemoteBench.AskAsync(key, number)));
        bench.Pass(bench.Service.Collect / 2);
        // The others come while the first still gather.
        await Task.WhenAll(Enumerable.Range(25, 25).Select(number => RemoteBench.AskAsync(key, number)));
        bench.Pass(bench.Service.Collect);
        await Task.WhenAll(Enumerable.Range(0, 50).Select(number => RemoteBench.AskAsync(key, number)));
        var shown = Assert.Single(bench.Phone.All);
        Assert.Equal((50, "ECopy: 50 copies"), (shown.Hashes.Count, shown.Description));
        bench.Pass(TimeSpan.FromMinutes(3));
        Assert.Equal(1, bench.Phone.Confirm());
        var answers = new SigningAnswer[50];
        for (var number = 0; number < 50; number++) answers[number] = await bench.AskToTheEndAsync(key, number);
        for (var number = 0; number < 50; number++) bench.RequireSigned(answers[number], key, number);
        Assert.Equal((1, 1), (bench.Signer.Count(Authorize), bench.Signer.Count(SignHash)));
        await bench.RequireNoSecretsAsync();
    }

    [Fact]
    public async Task The_first_waits_no_longer_than_it_may()
    {
        await using var bench = await RemoteBench.StartAsync();
        bench.Offer();
        var key = bench.Open();
        for (var number = 0; bench.Phone.All.Count == 0; number++)
        {
            Assert.True(number < 100);
            await RemoteBench.AskAsync(key, number);
            bench.Pass(TimeSpan.FromSeconds(3));
        }

        Assert.InRange(bench.Phone.All[0].Hashes.Count, 13, 15);
    }

    [Fact]
    public async Task A_credential_that_signs_twenty_at_a_time_is_asked_for_one_round_after_the_other()
    {
        await using var bench = await RemoteBench.StartAsync();
        var credential = bench.Offer();
        credential.Multisign = 20;
        var key = bench.Open();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(number => RemoteBench.AskAsync(key, number)));
        for (var rounds = 1; rounds <= 3; rounds++)
        {
            // Whoever finds the round before confirmed ends it; where all others have asked by then, the next wave begins another.
            for (var wave = 0; wave < 3 && bench.Phone.All.Count < rounds; wave++)
            {
                bench.Pass(TimeSpan.FromSeconds(30));
                await Task.WhenAll(Enumerable.Range(0, 50).Select(number => RemoteBench.AskAsync(key, number)));
            }

            Assert.Equal(rounds, bench.Phone.All.Count);
            Assert.Equal(1, bench.Phone.Confirm());
            bench.Pass(TimeSpan.FromSeconds(30));
            await RemoteBench.AskAsync(key, 0);
        }

        for (var number = 0; number < 50; number++) bench.RequireSigned(await bench.AskToTheEndAsync(key, number), key, number);
        Assert.Equal([20, 20, 10], bench.Phone.All.Select(one => one.Hashes.Count));
        Assert.Equal((1, 3), (bench.Phone.MostOpen, bench.Signer.Count(SignHash)));
    }

    [Fact]
    public async Task Two_programs_over_one_store_ask_once()
    {
        await using var bench = await RemoteBench.StartAsync();
        bench.Offer();
        bench.Phone.ConfirmsAtOnce = true;
        ISigningKey[] programs = [bench.Open(), bench.Open(), bench.Open()];
        for (var looks = 0; looks < 20; looks++)
        {
            await Task.WhenAll(Enumerable.Range(0, 30).Select(number => RemoteBench.AskAsync(programs[number % 3], number / 3)));
            bench.Pass(TimeSpan.FromSeconds(5));
        }

        for (var number = 0; number < 10; number++) bench.RequireSigned(await RemoteBench.AskAsync(programs[number % 3], number), programs[0], number);
        Assert.Equal((1, 1), (bench.Signer.Count(Authorize), bench.Signer.Count(SignHash)));
    }

    /// <summary>Every write of the whole way is where the program dies once, before it and after it.</summary>
    [Theory]
    [InlineData(StoreFault.CrashBefore)]
    [InlineData(StoreFault.CrashAfter)]
    [InlineData(StoreFault.LostAnswer)]
    public async Task Killed_at_any_write_it_goes_on_and_never_asks_twice_at_a_time(StoreFault fault)
    {
        var asked = new List<(string Write, int Times)>();
        for (var at = 1; ; at++)
        {
            await using var bench = await RemoteBench.StartAsync();
            bench.Offer();
            bench.Phone.ConfirmsAtOnce = true;
            var plan = new FaultPlan(write => write.Number == at ? fault : StoreFault.None);
            var key = bench.Open(store: new FaultyBlobStore(bench.Store, plan));
            try
            {
                for (var looks = 0; looks < 8; looks++)
                {
                    for (var number = 0; number < 3; number++) await RemoteBench.AskAsync(key, number);
                    bench.Pass(TimeSpan.FromSeconds(5));
                }
            }
            catch (SimulatedCrashException)
            {
            }
            catch (TransientException) when (fault is StoreFault.LostAnswer)
            {
            }

            if (plan.Writes.Count < at) break;
            var restarted = bench.Open();
            var waiting = true;
            for (var looks = 0; waiting && looks < 300; looks++)
            {
                waiting = false;
                for (var number = 0; number < 3; number++) waiting |= await RemoteBench.AskAsync(restarted, number) is SigningAnswer.Pending;
                bench.Pass(TimeSpan.FromSeconds(3));
            }

            for (var number = 0; number < 3; number++) bench.RequireSigned(await RemoteBench.AskAsync(restarted, number), restarted, number);
            Assert.True(bench.Phone.MostOpen <= 1, $"{at}");
            asked.Add(($"{plan.Writes[at - 1].Operation} {plan.Writes[at - 1].Path.Split('/').Length}", bench.Phone.All.Count));
        }

        // Only between the asking and its handle nobody can know whether the holder was asked, and only between the values and their
        // keeping are they the service's alone: there, and nowhere else, the holder confirms once more.
        Assert.InRange(asked.Count, 10, 60);
        Assert.All(asked, one => Assert.InRange(one.Times, 1, 2));
        Assert.Equal(fault is StoreFault.CrashBefore ? 2 : 0, asked.Count(one => one.Times == 2));
    }

    [Fact]
    public async Task Killed_between_asking_and_the_handle_it_waits_until_the_authorisation_is_over()
    {
        await using var bench = await RemoteBench.StartAsync();
        bench.Offer();
        var plan = new FaultPlan(_ => bench.Phone.All.Count > 0 ? StoreFault.CrashBefore : StoreFault.None);
        var killed = bench.Open(store: new FaultyBlobStore(bench.Store, plan));
        await RemoteBench.AskAsync(killed);
        bench.Pass(bench.Service.Collect);
        await Assert.ThrowsAsync<SimulatedCrashException>(() => RemoteBench.AskAsync(killed));
        Assert.Single(bench.Phone.All);
        // The holder confirms what nobody waits for any more; that signs nothing.
        Assert.Equal(1, bench.Phone.Confirm());
        var key = bench.Open();
        while (bench.Phone.All.Count == 1)
        {
            var pending = Assert.IsType<SigningAnswer.Pending>(await RemoteBench.AskAsync(key));
            bench.Pass(pending.LookAgainAt!.Value - bench.Clock.GetUtcNow());
        }

        Assert.InRange(bench.Clock.GetUtcNow() - TestPki.Now, bench.Service.ConfirmWithin, bench.Service.ConfirmWithin + TimeSpan.FromMinutes(1));
        Assert.Equal(0, bench.Signer.Count(SignHash));
        Assert.Equal(1, bench.Phone.Confirm());
        bench.RequireSigned(await bench.AskToTheEndAsync(key), key);
    }

    [Fact]
    public async Task What_the_holder_has_confirmed_outlives_the_program_though_the_service_says_it_once()
    {
        await using var bench = await RemoteBench.StartAsync();
        bench.Offer();
        bench.Signer.ForgetsHandles = true;
        bench.Phone.ConfirmsAtOnce = true;
        bench.Signer.Fail(SignHash, SignerFault.Throttled);
        var key = bench.Open();
        while (bench.Signer.Count(SignHash) == 0)
        {
            await RemoteBench.AskAsync(key);
            bench.Pass(TimeSpan.FromSeconds(3));
        }

        await bench.RequireNoSecretsAsync();
        bench.RequireSigned(await bench.AskToTheEndAsync(bench.Open()), key);
        Assert.Single(bench.Phone.All);
    }

    [Fact]
    public async Task A_service_that_loses_what_was_confirmed_is_not_asked_for_ever()
    {
        await using var bench = await RemoteBench.StartAsync();
        bench.Offer();
        bench.Phone.ConfirmsAtOnce = true;
        bench.Signer.Fail(SignHash, [.. Enumerable.Range(0, 9).Select(number => number % 2 == 0 ? SignerFault.CutAfter : SignerFault.Throttled)]);
        var refused = Assert.IsType<SigningAnswer.Refused>(await bench.AskToTheEndAsync(bench.Open()));
        Assert.Equal(("signing-time-limit", "remote-signing-lost"), (refused.Code, refused.Reason));
        Assert.Equal(3, bench.Phone.All.Count);
    }
}
