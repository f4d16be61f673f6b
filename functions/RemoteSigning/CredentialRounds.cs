using ECopy.Functions.Domain;

namespace ECopy.Functions.RemoteSigning;

/// <summary>How far the authorisation of a round is.</summary>
internal enum RoundState
{
    /// <summary>Written before the service is told: whoever finds it so does not know whether the holder was asked.</summary>
    Asking,

    /// <summary>The holder has been asked; the handle says about what.</summary>
    Asked,

    /// <summary>The holder has confirmed; the activation data are here, the signatures are not.</summary>
    Confirmed,

    /// <summary>Signed, refused or out of time: what became of each digest is about to be kept under its own name.</summary>
    Over,
}

/// <summary>One digest that waits for its signature.</summary>
/// <param name="Digest">Hex: also the name under which its outcome is kept.</param>
/// <param name="Document">What the holder is shown of it.</param>
/// <param name="Asked">In how many authorisations it has been.</param>
internal sealed record RoundMember(string Digest, string Algorithm, string Document, int Asked);

/// <summary>One authorisation, for all its members.</summary>
/// <param name="ExpiresAt">Until then the holder may have it on the phone, whatever we know of it.</param>
/// <param name="LookAt">Nobody speaks to the service about it before: a pause, or somebody is at it.</param>
/// <param name="Holder">Who is at it.</param>
/// <param name="Activation">Sealed: worth something only together with the client's secret.</param>
/// <param name="Values">In the order of the members.</param>
internal sealed record SigningRound(
    string Id,
    RoundState State,
    IReadOnlyList<RoundMember> Members,
    DateTimeOffset AskedAt,
    DateTimeOffset ExpiresAt,
    DateTimeOffset LookAt,
    string? Holder,
    string? Handle,
    byte[]? Activation,
    IReadOnlyList<byte[]>? Values,
    string? Code,
    string? Reason)
{
    public bool IsDue(DateTimeOffset now) => State is not RoundState.Asking && LookAt <= now;
}

/// <summary>
/// Everything that is outstanding at one credential, in one record: at most one authorisation, and what gathers for the next.
/// The changes are pure; each recognises its own earlier effect, since a change may be applied anew.
/// </summary>
/// <param name="Since">When the first of those that wait came.</param>
/// <param name="OpensAt">When they are asked about, unless another comes.</param>
internal sealed record CredentialRounds(
    int Schema, string Service, string Credential, SigningRound? Current, IReadOnlyList<RoundMember> Waiting, DateTimeOffset? Since, DateTimeOffset? OpensAt) : IStoredRecord
{
    /// <summary>An authorisation of which nothing more was heard, or whose signatures were lost, is asked for again so often.</summary>
    private const int MostAsked = 3;

    public static int CurrentSchema => 1;

    public static CredentialRounds Empty(RemoteKeyId key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new CredentialRounds(CurrentSchema, key.Service, key.Credential, null, [], null, null);
    }

    public bool Has(string digest) => Current?.Members.Any(member => member.Digest == digest) is true || Waiting.Any(member => member.Digest == digest);

    /// <summary>Comes in while nothing says of its digest anything yet.</summary>
    public CredentialRounds Join(RoundMember member, RemoteService service, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(member);
        ArgumentNullException.ThrowIfNull(service);
        if (Has(member.Digest)) return this;
        var since = Since ?? now;
        var quiet = now + service.Collect;
        var latest = since + service.CollectAtMost;
        return this with { Waiting = [.. Waiting, member], Since = since, OpensAt = quiet < latest ? quiet : latest };
    }

    public bool MayOpen(DateTimeOffset now) => Current is null && Waiting.Count > 0 && OpensAt <= now;

    /// <summary>Somebody asks the service what this credential may do: the others wait for that.</summary>
    public CredentialRounds PutOff(DateTimeOffset until) => Current is null && Waiting.Count > 0 ? this with { OpensAt = until } : this;

    /// <summary>
    /// Begins an authorisation, before the service is told of it. Those that do not fit, want another algorithm, or have been asked
    /// about less often, wait for the next.
    /// </summary>
    /// <param name="wanted">Digests of which no outcome is kept: one might have come in again while its outcome was being written.</param>
    public CredentialRounds Ask(string id, IReadOnlySet<string> wanted, int most, TimeSpan life, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        if (Current is not null) return this;
        var ready = Waiting.Where(member => wanted.Contains(member.Digest)).ToList();
        var members = ready.Where(member => (member.Algorithm, member.Asked) == (ready[0].Algorithm, ready[0].Asked)).Take(most).Select(member => member with { Asked = member.Asked + 1 }).ToList();
        if (members.Count == 0) return this;
        var taken = members.Select(member => member.Digest).ToHashSet(StringComparer.Ordinal);
        return Wait([.. Waiting.Where(member => !taken.Contains(member.Digest))], now) with
        {
            Current = new SigningRound(id, RoundState.Asking, members, now, now + life, now + life, null, null, null, null, null, null),
        };
    }

    /// <summary>Takes out what has its outcome already.</summary>
    public CredentialRounds Leave(IReadOnlySet<string> ended) => Waiting.Any(member => ended.Contains(member.Digest))
        ? Wait([.. Waiting.Where(member => !ended.Contains(member.Digest))], OpensAt)
        : this;

    /// <summary>Changes the round if it still is the one that is meant.</summary>
    public CredentialRounds With(string id, Func<SigningRound, SigningRound> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return Current?.Id == id && change(Current) is var changed && !ReferenceEquals(changed, Current) ? this with { Current = changed } : this;
    }

    /// <summary>The service has surely not taken the order: as if it had not been begun.</summary>
    public CredentialRounds NotAsked(string id, DateTimeOffset again) => Current is { State: RoundState.Asking } round && round.Id == id
        ? Back([.. round.Members.Select(member => member with { Asked = member.Asked - 1 })], again)
        : this;

    /// <summary>
    /// The authorisation came to nothing without anybody's having refused: its members are asked about once more, and those that
    /// were often enough end as out of time.
    /// </summary>
    public CredentialRounds AskAnew(string id, DateTimeOffset now)
    {
        if (Current is not { } round || round.Id != id || round.State is RoundState.Over) return this;
        return round.Members.Any(member => member.Asked >= MostAsked)
            ? With(id, one => one with { State = RoundState.Over, LookAt = now, Code = "signing-time-limit", Reason = RemoteReply.Lost })
            : Back(round.Members, now);
    }

    /// <summary>Its outcomes are kept; the next may be asked.</summary>
    public CredentialRounds Close(string id) => Current?.Id == id ? this with { Current = null } : this;

    private CredentialRounds Back(IReadOnlyList<RoundMember> members, DateTimeOffset opensAt) => Wait([.. members, .. Waiting], opensAt) with { Current = null };

    /// <summary>What waited for the round before has gathered long enough.</summary>
    private CredentialRounds Wait(IReadOnlyList<RoundMember> waiting, DateTimeOffset? opensAt) =>
        waiting.Count == 0 ? this with { Waiting = [], Since = null, OpensAt = null } : this with { Waiting = waiting, Since = Since ?? opensAt, OpensAt = opensAt };
}

/// <summary>What became of one digest, for good: a copy that is approved again has another digest.</summary>
internal sealed record RemoteOutcome(int Schema, string Digest, string Round, byte[]? Value, string? Code, string? Reason) : IStoredRecord
{
    public static int CurrentSchema => 1;
}
