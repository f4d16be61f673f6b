namespace ECopy.TestKit;

/// <summary>How one request for a confirmation stands.</summary>
internal enum ConfirmationState
{
    Open,
    Confirmed,
    Refused,

    /// <summary>Its activation data have been used.</summary>
    Used,
}

/// <summary>What the holder sees on the phone, and what hangs on it.</summary>
internal sealed class Confirmation(string handle, string credential, IReadOnlyList<string> hashes, string hashAlgorithm, string description, DateTimeOffset until)
{
    public string Handle { get; } = handle;

    public string Credential { get; } = credential;

    public IReadOnlyList<string> Hashes { get; } = hashes;

    public string HashAlgorithm { get; } = hashAlgorithm;

    public string Description { get; } = description;

    public DateTimeOffset Until { get; } = until;

    /// <summary>Given once the holder has confirmed.</summary>
    public string Activation { get; } = "SAD-" + Guid.NewGuid().ToString("N");

    public ConfirmationState State { get; set; }

    public bool IsOpenAt(DateTimeOffset now) => State is ConfirmationState.Open && now < Until;
}

/// <summary>The holder's phone: shows what was asked, and the holder says yes or no, or nothing.</summary>
internal sealed class VirtualPhone(TimeProvider clock)
{
    private readonly Lock gate = new();
    private readonly List<Confirmation> all = [];

    /// <summary>Yes to everything, as soon as it comes.</summary>
    public bool ConfirmsAtOnce { get; set; }

    /// <summary>The most requests that ever were open at one time.</summary>
    public int MostOpen { get; private set; }

    public IReadOnlyList<Confirmation> All
    {
        get
        {
            lock (gate) return [.. all];
        }
    }

    public void Show(Confirmation asked)
    {
        lock (gate)
        {
            all.Add(asked);
            MostOpen = Math.Max(MostOpen, all.Count(one => one.IsOpenAt(clock.GetUtcNow())));
            if (ConfirmsAtOnce) asked.State = ConfirmationState.Confirmed;
        }
    }

    public Confirmation? Find(Func<Confirmation, bool> wanted)
    {
        lock (gate) return all.Find(one => wanted(one));
    }

    /// <summary>Says yes to what is open; how many that were.</summary>
    public int Confirm() => Answer(ConfirmationState.Confirmed);

    public int Refuse() => Answer(ConfirmationState.Refused);

    private int Answer(ConfirmationState state)
    {
        lock (gate)
        {
            var open = all.FindAll(one => one.IsOpenAt(clock.GetUtcNow()));
            foreach (var one in open) one.State = state;
            return open.Count;
        }
    }
}
