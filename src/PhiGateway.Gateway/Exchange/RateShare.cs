using System.Globalization;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// The share of one rate, and of the places beside it, that this node gives out: nodes lease shares of what the registry sets for all of
/// them, once a second, by how much each is asked for. Part of <see cref="ClientGate"/>; filled and emptied by the keeper that tells the
/// other nodes.
/// </summary>
/// <remarks>
/// Thread-safe. Shares are thousandths of the whole. While the database answers, shares that were told never add up to more than the whole
/// (ADR 93 states what is let out beyond it, and when); while it is away each node has the whole, as with quotas.
/// </remarks>
internal sealed class RateShare
{
    /// <summary>The whole.</summary>
    public const int Whole = 1000;

    /// <summary>Behind the owner's name where nodes tell each other.</summary>
    public const string Suffix = "/rate";

    private const string Claims = "c:";
    private const string Needs = "n:";

    // What a node gives out that waits for its share: a twentieth, so that nobody waits behind a node that has all of it.
    private const int Waiting = Whole / 20;

    // After so many rounds without a request a share is given back.
    private const int IdleRounds = 5;

    private static readonly TimeSpan Repeats = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Forgotten = TimeSpan.FromSeconds(10);

    // Nodes come and go, each under a name of its own.
    private static readonly TimeSpan Dropped = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Told> _others = new(StringComparer.Ordinal);
    private volatile int _rate;
    private volatile int _places;
    private volatile int _inForce = Whole;
    private long _asked;
    private int _most;
    private int _claimed;
    private int _need;
    private int _toldNeed;
    private int _idle = IdleRounds;
    private long _stamp;
    private DateTimeOffset _saidAt;

    /// <summary>How much of the whole this node may give out now.</summary>
    public int InForce => Math.Max(_inForce, Waiting);

    /// <summary>Whether the rate is shared: what the registry does not set stays each node's own.</summary>
    public bool SharesRate => _rate > 0;

    /// <summary>Whether the places are shared.</summary>
    public bool SharesPlaces => _places > 0;

    /// <summary>What is shared: told with each request, for the registry may change it.</summary>
    /// <param name="rate">Requests a second; null: not shared.</param>
    /// <param name="places">Requests at once; null: not shared.</param>
    public void Follow(int? rate, int? places)
    {
        if (_rate != (rate ?? 0) || _places != (places ?? 0))
        {
            (_rate, _places) = (rate ?? 0, places ?? 0);
        }
    }

    /// <summary>So many requests came, whether they were let in or not.</summary>
    public void Ask(int requests) => Interlocked.Add(ref _asked, requests);

    /// <summary>So many are in flight.</summary>
    public void Hold(int inFlight)
    {
        var most = Volatile.Read(ref _most);
        while (inFlight > most)
        {
            var before = Interlocked.CompareExchange(ref _most, inFlight, most);
            if (before == most)
            {
                return;
            }

            most = before;
        }
    }

    /// <summary>
    /// What this node claims from now on and needs, where the others do not know it; null: nothing new. Whoever cannot say it calls
    /// <see cref="Unsay"/>, and whoever said it <see cref="Settle"/>.
    /// </summary>
    /// <param name="name">Of the owner.</param>
    /// <param name="node">Name of the node.</param>
    /// <param name="nodes">How many nodes there are; 0: this one stops and claims nothing.</param>
    /// <param name="inFlight">How many requests have a place now.</param>
    /// <param name="now">The moment.</param>
    public QuotaUse? Say(string name, string node, int nodes, int inFlight, DateTimeOffset now)
    {
        lock (_lock)
        {
            Measure(inFlight);
            var claim = nodes == 0 || _idle == IdleRounds ? 0 : ClaimOf(nodes, inFlight, now);
            var need = nodes == 0 ? 0 : _need;
            var isKnown = claim == _claimed && Math.Abs(need - _toldNeed) <= Whole / 10 && (need == 0) == (_toldNeed == 0);
            if (isKnown && ((claim == 0 && need == 0) || now - _saidAt < Repeats))
            {
                return null;
            }

            // From here on the others may take what is not claimed.
            (_claimed, _toldNeed, _saidAt) = (claim, need, now);
            _inForce = claim > 0 ? Math.Min(_inForce, claim) : _inForce;
            _stamp = Math.Max(_stamp + 1, now.ToUnixTimeSeconds());
            var day = now.UtcTicks / TimeSpan.TicksPerDay;
            var words = new List<string>(2);
            LeasedWords.Add(words, Claims, claim);
            LeasedWords.Add(words, Needs, need);
            return new QuotaUse(name, node, 0, words, day, _stamp) { Ends = now + TimeSpan.FromDays(1) };
        }
    }

    /// <summary>What was said stands there, and what the others said is known.</summary>
    public void Settle(DateTimeOffset now)
    {
        lock (_lock)
        {
            foreach (var (node, told) in _others)
            {
                if (now - told.HeardAt > Dropped)
                {
                    _others.Remove(node);
                }
            }

            // Who has claimed nothing, since nobody called, gives out what nobody else has claimed: a call is the first for a moment.
            var rest = Math.Clamp(Whole - OthersOf(now).Sum(static other => other.Claim), 0, Whole);
            _inForce = _claimed > 0 ? Math.Min(_claimed, rest) : rest;
        }
    }

    /// <summary>It could not be said: until it can, this node counts for itself.</summary>
    public void Unsay()
    {
        lock (_lock)
        {
            _inForce = Whole;
            _saidAt = default;
            _toldNeed = -1;
        }
    }

    /// <summary>What another node said.</summary>
    public void Learn(QuotaUse use, DateTimeOffset now)
    {
        lock (_lock)
        {
            var isRepeated = _others.TryGetValue(use.Node, out var before) && before.Stamp == use.Records;
            var claim = (int)Math.Min(LeasedWords.Of(use, Claims), Whole);
            var need = (int)Math.Min(LeasedWords.Of(use, Needs), Whole);
            _others[use.Node] = new Told(claim, need, use.Records, isRepeated ? before.HeardAt : now);
        }
    }

    private void Measure(int inFlight)
    {
        var asked = Interlocked.Exchange(ref _asked, 0);
        var most = Math.Max(Interlocked.Exchange(ref _most, inFlight), inFlight);
        _idle = asked == 0 && most == 0 ? Math.Min(_idle + 1, IdleRounds) : 0;
        var need = Math.Max(PartOf(asked, _rate), PartOf(most, _places));

        // It falls slowly: traffic that comes in gusts keeps its share between them.
        _need = _idle == IdleRounds ? 0 : Math.Max(need, _need * 3 / 4);
    }

    private int ClaimOf(int nodes, int inFlight, DateTimeOffset now)
    {
        var others = OthersOf(now).ToList();
        var rest = Whole - others.Sum(static other => other.Claim);
        var desired = Math.Max(DesiredOf(nodes, others), PartOf(inFlight, _places));

        // An even share may be told though others have claimed it: they read it, and give way.
        return Math.Clamp(desired, 0, Math.Max(rest, Whole / (others.Count + 1)));
    }

    private int DesiredOf(int nodes, List<Told> others)
    {
        var mine = Padded(_need);
        if (others.Count == 0)
        {
            // Beside nodes that are not called it leaves them theirs, unless it needs more.
            return Math.Max(mine, Whole / Math.Max(nodes, 1));
        }

        var needs = others.Select(static other => Padded(other.Need)).Append(mine).Order().ToList();
        var spare = Whole - needs.Sum();
        if (spare >= 0)
        {
            return mine + (spare / Math.Max(nodes, others.Count + 1));
        }

        // Not enough for all: who needs little has it, and the others have the same each.
        var (left, waiting) = (Whole, needs.Count);
        foreach (var need in needs)
        {
            if (need > left / waiting)
            {
                return Math.Min(mine, left / waiting);
            }

            left -= need;
            waiting--;
        }

        return mine;
    }

    // Of nodes that have a share or wait for one; a node that fell silent is forgotten.
    private IEnumerable<Told> OthersOf(DateTimeOffset now) =>
        _others.Values.Where(other => (other.Claim > 0 || other.Need > 0) && now - other.HeardAt < Forgotten);

    private static int Padded(int need) => Math.Min(need + (need / 4) + 1, Whole);

    private static int PartOf(long amount, int whole) =>
        whole > 0 && amount > 0 ? (int)Math.Min(((amount * Whole) + whole - 1) / whole, Whole) : 0;

    private readonly record struct Told(int Claim, int Need, long Stamp, DateTimeOffset HeardAt);
}
