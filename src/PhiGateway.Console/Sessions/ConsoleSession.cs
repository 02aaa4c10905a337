using PhiGateway.Admin.Calls;

namespace PhiGateway.Console.Sessions;

/// <summary>One person at one browser, from sign-in to sign-out, as this node's memory has it.</summary>
/// <remarks>
/// What was opened, what waits and what runs is of this node alone; who it is goes along in the cookie where the nodes share a key
/// (<see cref="SessionFleet"/>). Not thread-safe but for what says so: two clicks at once of one person may lose a message, never a right.
/// </remarks>
internal sealed class ConsoleSession : ICallerSession
{
    // Somebody looks at a handful of patients at a time; the oldest is asked for anew.
    private const int MostOpened = 32;

    private readonly Lock _gate = new();
    private readonly List<OpenedPatient> _opened = [];

    // By the name of what is looked at, of which there are a few.
    private readonly Dictionary<string, DateTimeOffset> _looks = new(StringComparer.Ordinal);
    private string? _notice;
    private int _isLanding;
    private volatile bool _hasEnded;
    private volatile Func<bool>? _isEnded;
    private volatile ConsoleSession? _successor;

    public ConsoleSession(AdminCaller caller, string name, string task, DateTimeOffset begun, ProviderSession? provider = null)
    {
        Caller = caller with { Session = this };
        (Name, Task, Begun, LastSeen, Provider) = (name, task, begun, begun, provider);
    }

    /// <summary>Who acts, with roles, in this session.</summary>
    public AdminCaller Caller { get; }

    /// <summary>Name as shown.</summary>
    public string Name { get; }

    /// <summary>What the person does, as shown; empty: not said.</summary>
    public string Task { get; }

    /// <summary>Whether it was ended, on whatever node, or is older than any may be; one that the same person took over goes on there.</summary>
    public bool IsOver => _successor is { } next ? next.IsOver : _hasEnded || _isEnded?.Invoke() == true;

    /// <summary>Stands in every form of the session and in no other (synchronizer token).</summary>
    public string FormToken { get; init; } = SessionToken.New();

    /// <summary>When it began.</summary>
    public DateTimeOffset Begun { get; }

    /// <summary>The last click.</summary>
    public DateTimeOffset LastSeen { get; set; }

    /// <summary>The session at the identity provider, which can end this one; null: none is known.</summary>
    public ProviderSession? Provider { get; }

    /// <summary>When and how the person last proved who they are.</summary>
    public SignInProof Proof { get; init; } = SignInProof.None;

    /// <summary>Whether something long was begun in it, so that every page leads to it.</summary>
    public bool HasWork { get; set; }

    /// <summary>The forms that were taken in it, each once.</summary>
    public TakenForms Forms { get; } = new();

    /// <summary>The step that waits for a fresh sign-in; null: none does.</summary>
    public HeldStep? Held { get; set; }

    /// <summary>Says how its end is known besides: by age, or by what ends the person's sessions everywhere.</summary>
    public void Watch(Func<bool> isEnded) => _isEnded = isEnded;

    /// <summary>Ends it, with what runs in it.</summary>
    public void End() => _hasEnded = true;

    /// <summary>Goes on where a session of the same person at the same browser was; so does what runs in that.</summary>
    public void TakeOver(ConsoleSession former)
    {
        former._successor = this;
        (Held, HasWork) = (former.Held, former.HasWork);
        lock (former._gate)
        {
            _opened.AddRange(former._opened);
        }
    }

    /// <summary>The sign-in leads on to an address, which somebody else may have written.</summary>
    public void Land() => Interlocked.Exchange(ref _isLanding, 1);

    /// <summary>Whether a request is the one that the sign-in led to: the first behind it.</summary>
    public bool TakeLanding() => Interlocked.Exchange(ref _isLanding, 0) == 1;

    /// <summary>Leaves a message for the next page.</summary>
    public void Say(string words) => Interlocked.Exchange(ref _notice, words);

    /// <summary>Takes the message, once.</summary>
    public string? TakeNotice() => Interlocked.Exchange(ref _notice, null);

    /// <summary>Remembers since when it is on record that a page, which asks again by itself, is looked at; thread-safe.</summary>
    public void Look(string page, DateTimeOffset at)
    {
        lock (_gate)
        {
            _looks[page] = at;
        }
    }

    /// <summary>Whether that is on record, and not from before a moment; thread-safe.</summary>
    public bool IsLooking(string page, DateTimeOffset since)
    {
        lock (_gate)
        {
            return _looks.TryGetValue(page, out var at) && at > since;
        }
    }

    /// <summary>Remembers that a patient was opened for a reason; thread-safe.</summary>
    public void Open(OpenedPatient patient)
    {
        lock (_gate)
        {
            _opened.RemoveAll(known => known.Key == patient.Key);
            _opened.Add(patient);
            if (_opened.Count > MostOpened)
            {
                _opened.RemoveAt(0);
            }
        }
    }

    /// <summary>The patients that this session opened, the latest first; thread-safe.</summary>
    public IReadOnlyList<OpenedPatient> ListOpened()
    {
        lock (_gate)
        {
            return [.. Enumerable.Reverse(_opened)];
        }
    }

    /// <summary>The patient behind a key, when this session opened it; null: a reason has to be given first.</summary>
    public OpenedPatient? FindOpened(string key)
    {
        lock (_gate)
        {
            return _opened.Find(known => known.Key == key);
        }
    }
}

/// <summary>The session at the identity provider that a session here came from.</summary>
/// <param name="Subject">The person there.</param>
/// <param name="Id">Its id; null: the provider names none.</param>
/// <param name="Said">When the provider said who it is (<c>iat</c> of the id token), by its clock; null: not known.</param>
internal sealed record ProviderSession(string? Subject, string? Id, DateTimeOffset? Said = null)
{
    // Where only our clock says when a session began, the provider's may be behind it by so much.
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Whether an end that the provider tells means a session that came of this: one that it had begun by then, in the same second too. Both
    /// moments are of its own clock.
    /// </summary>
    /// <param name="end">When it ended.</param>
    /// <param name="begun">When the session began here.</param>
    public bool IsBefore(DateTimeOffset end, DateTimeOffset begun) =>
        Said is { } said ? said.ToUnixTimeSeconds() <= end.ToUnixTimeSeconds() : begun <= end + Skew;
}

/// <summary>A patient that was opened in a session. PHI: it stays in memory.</summary>
/// <param name="Key">Keyed hash, for URLs.</param>
/// <param name="Tenant">Tenant.</param>
/// <param name="Patient">Logical id.</param>
/// <param name="Why">The reason that was given.</param>
internal sealed record OpenedPatient(string Key, string Tenant, string Patient, string Why);
