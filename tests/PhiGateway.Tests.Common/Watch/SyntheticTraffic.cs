using PhiGateway.Watch.Feed;
using PhiGateway.Watch.Registered;

namespace PhiGateway.Tests.Common.Watch;

/// <summary>
/// Months of made-up traffic of many clients, in order of time, with labelled attacks and honest oddities; the same for the same seed on
/// every machine. Also says what the registry would say on the day that is being written.
/// </summary>
internal sealed class SyntheticTraffic : IRegisteredClients
{
    private static readonly DateTimeOffset Begin = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<string, SyntheticClient> _clients;
    private readonly Oddities _oddities;
    private readonly Attacks _attacks;

    public SyntheticTraffic(ulong seed, int clients, int days, int attacksOfEachKind)
    {
        Days = days;
        var chance = new Chance(seed);
        var all = Enumerable.Range(1, clients).Select(number => new SyntheticClient(number, new Chance(chance.Next()))).ToList();
        _clients = all.ToDictionary(static client => client.Id, StringComparer.Ordinal);
        _oddities = new Oddities(all, days);
        _attacks = new Attacks(all, days, attacksOfEachKind, chance.Next());
    }

    public int Days { get; }

    public int ClientCount => _clients.Count;

    /// <summary>The labels; complete when all records were read.</summary>
    public IReadOnlyList<Attack> Attacks => [.. _attacks.Planted];

    public RegisteredClient? Find(string client) => _clients.GetValueOrDefault(client)?.Registered;

    /// <summary>Each client has a roster of its own.</summary>
    public IReadOnlyCollection<string> FindHolders(string roster) => ["client-" + roster[^3..]];

    /// <summary>Every record; to be read once.</summary>
    public IEnumerable<WatchEvent> Read()
    {
        var late = new List<WatchEvent>();
        for (var day = 0; day < Days; day++)
        {
            var date = Begin.AddDays(day);
            var sink = new EventSink();
            sink.Events.AddRange(late);

            // Clocks go forward in spring.
            var shift = day >= 83 ? -1 : 0;
            foreach (var client in _clients.Values)
            {
                HonestDays.Write(sink, client, date, day, shift);
            }

            _oddities.Write(sink, day, date);
            _attacks.Write(sink, day, date);
            sink.Events.Sort(static (left, right) => left.Time.CompareTo(right.Time));
            late = sink.Events.FindAll(seen => seen.Time >= date.AddDays(1));
            foreach (var seen in sink.Events)
            {
                if (seen.Time < date.AddDays(1))
                {
                    yield return seen;
                }
            }
        }
    }
}
