using System.Collections.Concurrent;
using System.Net;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Decide;

/// <summary>
/// Remembers from which networks and for which types of resources each client has come with a sign-in as its use case asks for, so that what
/// it does first can be asked a fresh one for (RFC 9470). Asked and told by Decide, for clients of such use cases only.
/// </summary>
/// <remarks>
/// Thread-safe. Of this node and this process: after a start everything is new once more, and a client that renews its token is asked once.
/// Bounded: the clients of the last month, so many networks each, the one not seen for longest goes first.
/// </remarks>
internal sealed class HabitKeeper
{
    private const int MostNetworks = 64;

    // What was not seen for a month is new again.
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    private readonly ConcurrentDictionary<string, Habit> _clients = new(StringComparer.Ordinal);
    private long _sweptOn;

    /// <summary>Of how many clients anything is known.</summary>
    public int Count => _clients.Count;

    /// <summary>What is known of a client; null: nothing need be.</summary>
    public ClientHabits? Find(ClientEntry? client, IPAddress? peer, DateTimeOffset now)
    {
        if (client is null || !StepUpHabits.AreKept(client))
        {
            return null;
        }

        return _clients.TryGetValue(client.Client.Id, out var habit)
            ? habit.Look(NetworkOf(peer), now - Kept)
            : new ClientHabits(false, default);
    }

    /// <summary>A call was permitted.</summary>
    public void Note(ClientEntry? client, Caller caller, IPAddress? peer, IReadOnlyList<AccessPart> parts, DateTimeOffset now)
    {
        if (client is null || !StepUpHabits.AreKept(client) || StepUpHabits.Learn(client, caller, parts, now) is not { } types)
        {
            return;
        }

        Sweep(now);
        _clients.GetOrAdd(client.Client.Id, static _ => new Habit()).Note(NetworkOf(peer), types, now);
    }

    // Once a day. Whoever notes something of a client at that moment may lose it: it is asked once more.
    private void Sweep(DateTimeOffset now)
    {
        var day = now.UtcTicks / TimeSpan.TicksPerDay;
        var swept = Interlocked.Read(ref _sweptOn);
        if (day <= swept || Interlocked.CompareExchange(ref _sweptOn, day, swept) != swept)
        {
            return;
        }

        foreach (var pair in _clients)
        {
            if (pair.Value.LastNoted < now - Kept)
            {
                _clients.TryRemove(pair);
            }
        }
    }

    // As detection tells places apart; whoever cannot be placed comes from nowhere that is known.
    private static UInt128? NetworkOf(IPAddress? peer)
    {
        if (peer is null)
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[16];
        _ = peer.MapToIPv6().TryWriteBytes(bytes, out _);
        var isOld = peer.IsIPv4MappedToIPv6 || peer.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork;
        bytes[(isOld ? 15 : 6)..].Clear();
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    private sealed class Habit
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<UInt128, DateTimeOffset> _networks = [];
        private ResourceTypeSet _types;
        private DateTimeOffset _noted = DateTimeOffset.MaxValue;

        /// <summary>When it was last told of a call; far ahead while it was not yet.</summary>
        public DateTimeOffset LastNoted
        {
            get
            {
                lock (_gate)
                {
                    return _noted;
                }
            }
        }

        public ClientHabits Look(UInt128? network, DateTimeOffset since)
        {
            lock (_gate)
            {
                return new ClientHabits(network is { } place && _networks.TryGetValue(place, out var seen) && seen >= since, _types);
            }
        }

        public void Note(UInt128? network, ResourceTypeSet types, DateTimeOffset now)
        {
            lock (_gate)
            {
                (_types, _noted) = (_types.Union(types), now);
                if (network is not { } place)
                {
                    return;
                }

                if (_networks.Count >= MostNetworks && !_networks.ContainsKey(place))
                {
                    _networks.Remove(_networks.MinBy(static pair => pair.Value).Key);
                }

                _networks[place] = now;
            }
        }
    }
}
