using PhiGateway.Audit.Shipping;

namespace PhiGateway.Storage.Audit;

/// <summary>What is to be stored of a batch's bodies, in its order, and the data keys that have to be stored before.</summary>
internal sealed class SealedBodies(int count)
{
    private readonly List<(BodyKey? Key, ReadOnlyMemory<byte> Body)> _bodies = new(count);
    private readonly HashSet<BodyKey> _keys = [];

    /// <summary>
    /// Keys that the table must have, in one order everywhere. All of them each time, also those that an earlier batch brought: a failover may
    /// have taken them back, and what is sealed under a lost key is lost.
    /// </summary>
    public IEnumerable<BodyKey> Keys => _keys.OrderBy(static key => key.Id);

    /// <summary>Bodies as they are.</summary>
    public static SealedBodies Plain(IReadOnlyList<AuditEntry> entries)
    {
        var plain = new SealedBodies(entries.Count);
        foreach (var entry in entries)
        {
            plain._bodies.Add((null, entry.Body));
        }

        return plain;
    }

    public void Add(BodyKey key, ReadOnlyMemory<byte> body)
    {
        _bodies.Add((key, body));
        _keys.Add(key);
    }

    /// <summary>Id of the key of one body; null: it is not sealed.</summary>
    public long? KeyOf(int index) => _bodies[index].Key?.Id;

    public ReadOnlyMemory<byte> BodyOf(int index) => _bodies[index].Body;
}
