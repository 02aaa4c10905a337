using PhiGateway.Watch.Feed;

namespace PhiGateway.Watch.Usage;

/// <summary>
/// The ledger of what each client used: by operation, include, label and element, each by purpose and tenant, with first and last use and a
/// count. Written by the detector, read by the control plane; thread-safe, and bounded for each client.
/// </summary>
internal sealed class UsageLedger : IUsageSource
{
    // A client has some dozen; whoever has more than this loses its oldest.
    private const int MostOfOne = 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Dictionary<Key, Use>> _clients = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public IReadOnlyList<UsageRow> Of(string client)
    {
        lock (_lock)
        {
            return _clients.TryGetValue(client, out var uses)
                ? [.. uses.Select(static pair => Row(pair.Key, pair.Value)).OrderBy(static row => row.Last)]
                : [];
        }
    }

    /// <summary>Counts an access.</summary>
    public void Note(WatchEvent seen)
    {
        lock (_lock)
        {
            var uses = OfClient(seen.Client);
            Note(uses, new Key(seen.Operation, seen.Purpose, seen.Tenant), seen.Time);
            foreach (var part in seen.Parts)
            {
                Note(uses, new Key(part, seen.Purpose, seen.Tenant), seen.Time);
            }
        }
    }

    private static void Note(Dictionary<Key, Use> uses, Key key, DateTimeOffset at)
    {
        if (!uses.TryGetValue(key, out var use))
        {
            if (uses.Count >= MostOfOne)
            {
                uses.Remove(uses.MinBy(static pair => pair.Value.Last).Key);
            }

            uses[key] = use = new Use { First = at };
        }

        use.Last = at > use.Last ? at : use.Last;
        use.Count++;
    }

    /// <summary>Writes it to the file in which baselines are kept.</summary>
    public void Write(BinaryWriter writer)
    {
        lock (_lock)
        {
            writer.Write(_clients.Count);
            foreach (var (client, uses) in _clients)
            {
                writer.Write(client);
                writer.Write(uses.Count);
                foreach (var (key, use) in uses)
                {
                    writer.Write(key.Operation);
                    writer.Write(key.Purpose);
                    writer.Write(key.Tenant);
                    writer.Write(use.First.UtcTicks);
                    writer.Write(use.Last.UtcTicks);
                    writer.Write(use.Count);
                }
            }
        }
    }

    /// <summary>Reads it back.</summary>
    public void Read(BinaryReader reader)
    {
        lock (_lock)
        {
            for (var clients = reader.ReadInt32(); clients > 0; clients--)
            {
                var uses = OfClient(reader.ReadString());
                for (var left = reader.ReadInt32(); left > 0; left--)
                {
                    uses[new Key(reader.ReadString(), reader.ReadString(), reader.ReadString())] = new Use
                    {
                        First = new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero),
                        Last = new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero),
                        Count = reader.ReadInt64(),
                    };
                }
            }
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _clients.Clear();
        }
    }

    private Dictionary<Key, Use> OfClient(string client)
    {
        if (!_clients.TryGetValue(client, out var uses))
        {
            _clients[client] = uses = [];
        }

        return uses;
    }

    private static UsageRow Row(Key key, Use use) => new(key.Operation, key.Purpose, key.Tenant, use.First, use.Last, use.Count);

    private readonly record struct Key(string Operation, string Purpose, string Tenant);

    private sealed class Use
    {
        public DateTimeOffset First { get; init; }

        public DateTimeOffset Last { get; set; }

        public long Count { get; set; }
    }
}
