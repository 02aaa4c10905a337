using PhiGateway.Audit.Records;

namespace PhiGateway.Admin.Alerts;

/// <summary>
/// Adds up one day's emergency calls, in any order, into one use per client and token; filled by the look for emergency uses.
/// </summary>
/// <remarks>
/// Of a client with more tokens than a person would ever decide about one by one, those that came last are one use together: what is kept,
/// and how many alerts there are, does not grow with the calls.
/// </remarks>
/// <param name="day">Which day, UTC.</param>
internal sealed class DayUses(DateTimeOffset day)
{
    /// <summary>Tokens of one client and day with an alert of their own.</summary>
    internal const int MostTokens = 100;

    /// <summary>Stands for a client that no record names.</summary>
    internal const string Nobody = "unknown";

    /// <summary>Stands for all tokens of a client beyond those with an alert of their own; no token's hash is that.</summary>
    internal const string RestOf = "*";

    private readonly Dictionary<(string Client, string? Token), DayUse> _uses = [];
    private readonly Dictionary<string, int> _tokens = new(StringComparer.Ordinal);

    /// <summary>Counts one call.</summary>
    public void Add(AuditRecord record)
    {
        var client = record.Client ?? Nobody;
        var key = (client, record.TokenHash);
        if (!_uses.TryGetValue(key, out var use))
        {
            // Twice as many as are told apart in the end, so that of those the earliest are.
            var count = _tokens.GetValueOrDefault(client);
            if (count >= 2 * MostTokens)
            {
                Rest(client).Add(record);
                return;
            }

            _tokens[client] = count + 1;
            _uses[key] = use = Use(client, record.TokenHash);
        }

        use.Add(record);
    }

    /// <summary>What there is to tell.</summary>
    public IReadOnlyList<DayUse> ToList()
    {
        foreach (var client in _tokens.Where(static count => count.Value > MostTokens).Select(static count => count.Key))
        {
            var late = _uses
                .Where(use => use.Key.Client == client && !use.Value.IsRest)
                .OrderBy(static use => use.Value.First.Time)
                .ThenBy(static use => use.Value.Key, StringComparer.Ordinal)
                .Skip(MostTokens)
                .ToList();
            foreach (var (key, use) in late)
            {
                _uses.Remove(key);
                Rest(client).Add(use);
            }
        }

        return [.. _uses.Values.OrderBy(static use => use.First.Time)];
    }

    /// <summary>What names the use of a token on a day, for the id of its alert.</summary>
    /// <param name="client">Id of the client.</param>
    /// <param name="token">Hash of the token; <see cref="RestOf"/>: all further ones together.</param>
    /// <param name="day">The day.</param>
    internal static string KeyOf(string client, string? token, DateTimeOffset day) => $"{client}\n{token}\n{day:yyyy-MM-dd}";

    private DayUse Rest(string client)
    {
        var key = (client, (string?)RestOf);
        if (!_uses.TryGetValue(key, out var rest))
        {
            _uses[key] = rest = Use(client, RestOf, isRest: true);
        }

        return rest;
    }

    private DayUse Use(string client, string? token, bool isRest = false) => new(client, KeyOf(client, token, day)) { IsRest = isRest };
}

/// <summary>The emergency calls of one client with one token on one day, or with all its further tokens.</summary>
/// <param name="client">Id of the client.</param>
/// <param name="key">Names it, for the alert's id.</param>
internal sealed class DayUse(string client, string key)
{
    // More than a client may have had since.
    private const int MostOwners = 100;

    // Of calls beyond these the last is named too; the search has them all.
    private const int MostRecords = 20;

    // Of so many tokens each may be somebody else's.
    private const int MostUsers = DayUses.MostTokens;

    private readonly HashSet<string> _owners = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _users = new(StringComparer.OrdinalIgnoreCase);
    private readonly SortedSet<(DateTimeOffset Time, Guid Decision)> _first = [];

    public string Client => client;

    public string Key => key;

    /// <summary>How many calls.</summary>
    public long Calls { get; private set; }

    /// <summary>Whether it stands for several tokens.</summary>
    public bool IsRest { get; init; }

    /// <summary>Whoever owned the client at one of the calls.</summary>
    public IReadOnlyCollection<string> Owners => _owners;

    /// <summary>In whose name the calls were made, as their tokens say.</summary>
    public IReadOnlyCollection<string> Users => _users;

    public UseMoment First { get; private set; } = null!;

    public UseMoment Last { get; private set; } = null!;

    /// <summary>What was said of it and whom it touched; null: not asked for.</summary>
    public UseDetails? Details { get; init; }

    /// <summary>Ids of the first of its decisions and of the last one, in order.</summary>
    public IReadOnlyList<string> Records =>
        [.. _first.Select(static one => one.Decision).Append(Last.Decision).Distinct().Select(static id => id.ToString("D"))];

    /// <summary>Says that it is of several tokens, when it is.</summary>
    public string Tokens => IsRest ? " with further tokens" : string.Empty;

    /// <summary>Counts one call.</summary>
    public void Add(AuditRecord record)
    {
        Calls++;
        Take(new UseMoment(record.Time, record.ParentId, record.Purpose, record.Tenant, record.Owner));
        Name(record.Time, record.ParentId);
        TakeUsers([.. record.Actors, record.Subject]);
        Details?.Add(record);
    }

    /// <summary>Takes another's calls.</summary>
    public void Add(DayUse other)
    {
        Calls += other.Calls;
        Take(other.First);
        Take(other.Last);
        foreach (var owner in other._owners)
        {
            Take(owner);
        }

        TakeUsers(other._users);
        foreach (var (time, decision) in other._first)
        {
            Name(time, decision);
        }
    }

    private void Name(DateTimeOffset time, Guid decision)
    {
        if (_first.Add((time, decision)) && _first.Count > MostRecords)
        {
            _first.Remove(_first.Max);
        }
    }

    private void Take(UseMoment moment)
    {
        First = First is null || moment.Time < First.Time ? moment : First;
        Last = Last is null || moment.Time > Last.Time ? moment : Last;
        Take(moment.Owner);
    }

    private void Take(string? owner)
    {
        if (!string.IsNullOrWhiteSpace(owner) && _owners.Count < MostOwners)
        {
            _owners.Add(owner);
        }
    }

    private void TakeUsers(IEnumerable<string?> users)
    {
        foreach (var user in users)
        {
            if (!string.IsNullOrWhiteSpace(user) && _users.Count < MostUsers)
            {
                _users.Add(user);
            }
        }
    }
}

/// <summary>One emergency call, as far as its alert names it.</summary>
internal sealed record UseMoment(DateTimeOffset Time, Guid Decision, string? Purpose, string? Tenant, string? Owner);
