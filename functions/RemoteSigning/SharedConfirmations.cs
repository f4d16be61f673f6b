using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using ECopy.Functions.Domain;
using ECopy.Functions.Storage;
using ECopy.Signing.Keys;

namespace ECopy.Functions.RemoteSigning;

/// <summary>
/// One confirmation for all that waits for the same credential. Whoever asks for a signature finds its digest's outcome, or joins
/// what is outstanding; the first who finds something due does it for all, having claimed it in the record. Order, each step
/// stored before the next: gathered → asking → asked (handle) → confirmed (activation data) → over (values) → one outcome per
/// digest → closed. Killed between asking and asked, nobody knows whether the holder was asked: then it is waited until the
/// authorisation is surely over. Killed anywhere else, the next one goes on from the record.
/// </summary>
internal sealed partial class SharedConfirmations(IBlobStore store, RemoteServices services, TimeProvider clock, ILogger<SharedConfirmations> log)
{
    /// <summary>Longer than everything that is done under a claim, tokens included.</summary>
    private static readonly TimeSpan Claim = TimeSpan.FromSeconds(90);

    /// <summary>How long after its end an authorisation is still asked about while the service does not answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    private static readonly TimeSpan Soonest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    /// <summary>Open, check, sign, keep: no call does more, nor the same thing for ever.</summary>
    private const int MostActs = 6;

    private readonly ConcurrentDictionary<string, SemaphoreSlim> gates = new(StringComparer.Ordinal);

    /// <summary>The value, not yet checked; or what is waited for; or why there will be none.</summary>
    public async Task<SigningAnswer> SignAsync(RemoteKeyId key, SignatureAlgorithm algorithm, SigningOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(algorithm);
        ArgumentNullException.ThrowIfNull(order);
        var found = services.Find(key.Service);
        if (found.IsRejected) return new SigningAnswer.Refused("signing-key-failed", found.Rejection!.Code);
        var at = new Place(key, found.Value, NameOf(key));
        var member = new RoundMember(Convert.ToHexStringLower(order.Digest.Span), algorithm.Id, order.Document, 0);
        for (var acts = 0; ; acts++)
        {
            if (await OutcomeAsync(at, member.Digest, cancellationToken) is { } outcome)
                return outcome.Value is { } value ? new SigningAnswer.Signed(value) : new SigningAnswer.Refused(outcome.Code!, outcome.Reason!);
            var rounds = await ChangeAsync(at, current => current.Join(member, at.Service, clock.GetUtcNow()), cancellationToken);
            if (acts == MostActs || !await ActAsync(at, rounds, cancellationToken)) return Pending(at, await ReadAsync(at, cancellationToken), member.Digest);
        }
    }

    /// <summary>Does what is due, if anything is and nobody else is at it.</summary>
    private async Task<bool> ActAsync(Place at, CredentialRounds rounds, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        switch (rounds.Current)
        {
            case null when rounds.MayOpen(now):
                return await OpenAsync(at, rounds, cancellationToken);
            case { State: RoundState.Asking } lost when lost.ExpiresAt <= now:
                LogLost(lost.Id, lost.Members.Count);
                await ChangeAsync(at, current => current.AskAnew(lost.Id, clock.GetUtcNow()), cancellationToken);
                return true;
            case { } round when round.IsDue(now):
                return await LookAsync(at, round.Id, cancellationToken);
            default:
                return false;
        }
    }

    private async Task<bool> OpenAsync(Place at, CredentialRounds rounds, CancellationToken cancellationToken)
    {
        // No claim: should two be here, one begins the round, and the other finds it begun.
        await ChangeAsync(at, current => current.PutOff(clock.GetUtcNow() + Claim), cancellationToken);
        var ended = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in rounds.Waiting)
        {
            if (await OutcomeAsync(at, member.Digest, cancellationToken) is not null) ended.Add(member.Digest);
        }

        if (ended.Count > 0) rounds = await ChangeAsync(at, current => current.Leave(ended), cancellationToken);
        var credential = await services.ReadAsync(at.Service, at.Key.Credential, cancellationToken);
        if (credential.IsRejected)
        {
            // It may be put right, and nobody has been asked: they wait, visibly.
            LogFault(at.Service.Name, credential.Rejection!.Code);
            await ChangeAsync(at, current => current.PutOff(clock.GetUtcNow() + TimeSpan.FromSeconds(30)), cancellationToken);
            return false;
        }

        var id = Guid.NewGuid().ToString("N");
        var wanted = rounds.Waiting.Select(member => member.Digest).ToHashSet(StringComparer.Ordinal);
        var begun = await ChangeAsync(at, current => current.Ask(id, wanted, credential.Value.Multisign, at.Service.ConfirmWithin, clock.GetUtcNow()), cancellationToken);
        if (begun.Current is not { } round || round.Id != id) return true;

        // From here on the holder may have been asked, until the service says otherwise.
        var reply = await services.AuthorizeAsync(
            at.Service, at.Key.Credential, SignatureAlgorithm.Parse(round.Members[0].Algorithm), [.. round.Members.Select(member => Convert.FromHexString(member.Digest))], Described(round), id, cancellationToken);
        switch (reply)
        {
            case RemoteReply.NotTaken never:
                LogFault(at.Service.Name, never.Cause);
                await ChangeAsync(at, current => current.NotAsked(id, clock.GetUtcNow() + (never.RetryAfter ?? TimeSpan.FromSeconds(5))), cancellationToken);
                return false;
            case RemoteReply.Unknown unknown:
                LogFault(at.Service.Name, unknown.Cause);
                return false;
            default:
                LogAsked(id, round.Members.Count);
                await HearAsync(at, round, reply, cancellationToken);
                return true;
        }
    }

    private async Task<bool> LookAsync(Place at, string id, CancellationToken cancellationToken)
    {
        var holder = Guid.NewGuid().ToString("N");
        var claimed = await ChangeAsync(
            at, current => current.With(id, one => one.IsDue(clock.GetUtcNow()) ? one with { Holder = holder, LookAt = clock.GetUtcNow() + Claim } : one), cancellationToken);
        if (claimed.Current is not { } round || round.Id != id || round.Holder != holder) return false;

        switch (round.State)
        {
            case RoundState.Asked:
                return await HearAsync(at, round, await services.CheckAsync(at.Service, round.Handle!, cancellationToken), cancellationToken);
            case RoundState.Confirmed:
                return await HearAsync(at, round, await SignAsync(at, round, cancellationToken), cancellationToken);
            default:
                await KeepAsync(at, round, cancellationToken);
                return true;
        }
    }

    private async Task<RemoteReply> SignAsync(Place at, SigningRound round, CancellationToken cancellationToken)
    {
        if (ActivationSeal.Open(round.Activation, at.Service.ClientSecret, round.Id) is not { } activation) return new RemoteReply.Refused("signing-time-limit", RemoteReply.Lost);
        var credential = await services.ReadAsync(at.Service, at.Key.Credential, cancellationToken);
        if (credential.IsRejected) return new RemoteReply.NotTaken(credential.Rejection!.Code);
        return await services.SignAsync(
            at.Service, credential.Value, SignatureAlgorithm.Parse(round.Members[0].Algorithm), activation, [.. round.Members.Select(member => Convert.FromHexString(member.Digest))], cancellationToken);
    }

    /// <summary>Writes down what the service said of a round. True when something more may be done at once.</summary>
    private async Task<bool> HearAsync(Place at, SigningRound round, RemoteReply reply, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        switch (reply)
        {
            case RemoteReply.Granted granted:
                var activation = ActivationSeal.Close(granted.Activation, at.Service.ClientSecret, round.Id);
                await ChangeAsync(at, current => current.With(round.Id, one => one with { State = RoundState.Confirmed, Activation = activation, LookAt = now }), cancellationToken);
                return true;
            case RemoteReply.Waiting waiting when now < round.ExpiresAt:
                await ChangeAsync(at, current => current.With(round.Id, one => one with { State = RoundState.Asked, Handle = waiting.Handle, LookAt = now + Pause(round, now) }), cancellationToken);
                return false;
            case RemoteReply.Waiting:
                return await EndAsync(at, round, "signing-time-limit", "remote-signing-unconfirmed", cancellationToken);
            case RemoteReply.Values values:
                await ChangeAsync(at, current => current.With(round.Id, one => one with { State = RoundState.Over, Values = values.Of, Activation = null, LookAt = now }), cancellationToken);
                return true;
            // Nobody said no.
            case RemoteReply.Refused { Reason: RemoteReply.Lost }:
                LogLost(round.Id, round.Members.Count);
                await ChangeAsync(at, current => current.AskAnew(round.Id, now), cancellationToken);
                return true;
            case RemoteReply.Refused refused when refused.Reason is not RemoteReply.Denied || round.State is RoundState.Asking:
                return await EndAsync(at, round, refused.Code, refused.Reason, cancellationToken);
            default:
                // What is outstanding stays so while the line is bad, or the service lets us in no more: looked at again later.
                LogFault(at.Service.Name, reply switch { RemoteReply.NotTaken never => never.Cause, RemoteReply.Unknown unknown => unknown.Cause, _ => RemoteReply.Denied });
                if (now >= round.ExpiresAt + Patience) return await EndAsync(at, round, "signing-time-limit", "remote-signing-unreachable", cancellationToken);
                var again = now + ((reply as RemoteReply.NotTaken)?.RetryAfter ?? Pause(round, now));
                await ChangeAsync(at, current => current.With(round.Id, one => one with { LookAt = again }), cancellationToken);
                return false;
        }
    }

    private async Task<bool> EndAsync(Place at, SigningRound round, string code, string reason, CancellationToken cancellationToken)
    {
        LogEnded(round.Id, round.Members.Count, code, reason);
        await ChangeAsync(at, current => current.With(round.Id, one => one with { State = RoundState.Over, Code = code, Reason = reason, Activation = null, LookAt = clock.GetUtcNow() }), cancellationToken);
        return true;
    }

    /// <summary>Outcomes first, then the round is forgotten: a digest is always found in one of the two.</summary>
    private async Task KeepAsync(Place at, SigningRound round, CancellationToken cancellationToken)
    {
        foreach (var (index, member) in round.Members.Index())
        {
            // Whoever comes first: the values are those of the record, the same for all.
            var outcome = new RemoteOutcome(RemoteOutcome.CurrentSchema, member.Digest, round.Id, round.Values?[index], round.Code, round.Reason);
            await store.CreateImmutableJsonAsync(BlobPaths.RemoteOutcome(at.Name, member.Digest), outcome, cancellationToken);
        }

        await ChangeAsync(at, current => current.Close(round.Id), cancellationToken);
    }

    private async Task<RemoteOutcome?> OutcomeAsync(Place at, string digest, CancellationToken cancellationToken) =>
        (await store.ReadJsonAsync<RemoteOutcome>(BlobPaths.RemoteOutcome(at.Name, digest), cancellationToken))?.Value;

    private async Task<CredentialRounds> ReadAsync(Place at, CancellationToken cancellationToken) =>
        (await store.ReadRequiredJsonAsync<CredentialRounds>(BlobPaths.RemoteRounds(at.Name), cancellationToken)).Value;

    private async Task<CredentialRounds> ChangeAsync(Place at, Func<CredentialRounds, CredentialRounds> change, CancellationToken cancellationToken)
    {
        var path = BlobPaths.RemoteRounds(at.Name);
        // Fifty copies of one official come at once: here they stand in line, and only other processes make compare-and-swap fail.
        var gate = gates.GetOrAdd(path, _ => new SemaphoreSlim(1));
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (await store.ReadJsonAsync<CredentialRounds>(path, cancellationToken) is null) await store.CreateJsonAsync(path, CredentialRounds.Empty(at.Key), cancellationToken);
            var changed = await store.UpdateAsync<CredentialRounds>(
                path,
                current => change(current) is var wanted && ReferenceEquals(wanted, current) ? Change<CredentialRounds>.Keep : wanted,
                clock,
                cancellationToken);
            return changed.Value;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>A few seconds at first, when most confirm; slower for who takes longer.</summary>
    private static TimeSpan Pause(SigningRound round, DateTimeOffset now) =>
        TimeSpan.FromSeconds(Math.Clamp((now - round.AskedAt).TotalSeconds / 10, 3, 15));

    private SigningAnswer.Pending Pending(Place at, CredentialRounds rounds, string digest)
    {
        var now = clock.GetUtcNow();
        if (rounds.Current is not { } round)
        {
            var opens = rounds.OpensAt is { } set && set < now + Soon ? set : now + Soon;
            return new SigningAnswer.Pending("next", now + at.Service.ConfirmWithin, opens > now + Soonest ? opens : now + Soonest);
        }

        var isMine = round.Members.Any(member => member.Digest == digest);
        // It is this key that says when it is over; of an authorisation that is to come, only that it ends after this one is known.
        var ends = (round.ExpiresAt > now ? round.ExpiresAt : now) + (isMine ? Claim : at.Service.ConfirmWithin);
        return new SigningAnswer.Pending(isMine ? round.Id : "next", ends, now + Pause(round, now));
    }

    private static string Described(SigningRound round) => round.Members is [var only] ? $"ECopy: {only.Document}" : FormattableString.Invariant($"ECopy: {round.Members.Count} copies");

    /// <summary>A credential's name may hold anything; its path does not.</summary>
    private static string NameOf(RemoteKeyId key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key.ToString())))[..32];

    private sealed record Place(RemoteKeyId Key, RemoteService Service, string Name);

    [LoggerMessage(EventId = 601, Level = LogLevel.Information, Message = "Signing round {Round}: the holder was asked to confirm {Count} signatures")]
    private partial void LogAsked(string round, int count);

    [LoggerMessage(EventId = 602, Level = LogLevel.Warning, Message = "Signing round {Round} of {Count} signatures came to nothing and is asked for again")]
    private partial void LogLost(string round, int count);

    [LoggerMessage(EventId = 603, Level = LogLevel.Warning, Message = "Signing service {Service} did not do what it was asked: {Cause}")]
    private partial void LogFault(string service, string cause);

    [LoggerMessage(EventId = 604, Level = LogLevel.Warning, Message = "Signing round {Round} of {Count} signatures ended: {Code} ({Reason})")]
    private partial void LogEnded(string round, int count, string code, string reason);
}
