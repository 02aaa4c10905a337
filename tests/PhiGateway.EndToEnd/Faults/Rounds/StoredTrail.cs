using System.Data.Common;
using PhiGateway.Audit.Records;

namespace PhiGateway.EndToEnd.Faults.Rounds;

/// <summary>The trail as the store has it, read past the gateway; for the oracle.</summary>
internal sealed class StoredTrail
{
    private readonly Dictionary<Guid, List<AuditRecord>> _families = [];

    // Places whose answers were handed over, as the deliveries of many have them; by their beginnings.
    private readonly List<SequenceRange> _folded = [];
    private readonly long[] _begins;

    private StoredTrail(IReadOnlyList<(string Log, long Sequence, AuditRecord Record)> rows)
    {
        Rows = rows;
        foreach (var (_, sequence, record) in rows)
        {
            Places[record.Id] = sequence;
            Add(record.Id, record);
            if (record.ParentId != Guid.Empty)
            {
                Add(record.ParentId, record);
            }

            if (SequenceRanges.TryRead(record.Sequences, out var ranges))
            {
                _folded.AddRange(ranges);
            }
        }

        _folded.Sort(static (one, other) => one.First.CompareTo(other.First));
        _begins = [.. _folded.Select(static range => range.First)];
    }

    /// <summary>In order of log and place.</summary>
    public IReadOnlyList<(string Log, long Sequence, AuditRecord Record)> Rows { get; }

    /// <summary>Place of each record by its id.</summary>
    public Dictionary<Guid, long> Places { get; } = [];

    /// <param name="connection">To the store; opened here.</param>
    /// <param name="first">The first place that is read.</param>
    public static async Task<StoredTrail> ReadAsync(DbConnection connection, long first = 0)
    {
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // a number
        command.CommandText = FormattableString.Invariant(
            $"SELECT log, sequence, body FROM audit_event WHERE sequence >= {first} ORDER BY log, sequence"
        );
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<(string, long, AuditRecord)>();
        while (await reader.ReadAsync())
        {
            rows.Add((reader.GetString(0), reader.GetInt64(1), AuditRecordReader.Read(reader.GetFieldValue<byte[]>(2))));
        }

        return new StoredTrail(rows);
    }

    /// <summary>A record and those that name it as their parent.</summary>
    public IReadOnlyList<AuditRecord> Family(Guid id) => _families.TryGetValue(id, out var family) ? family : [];

    /// <summary>What became of the answers that a decision released, each word once.</summary>
    public IReadOnlyList<string> DeliveriesOf(Guid id)
    {
        var words = Family(id).Where(static one => one.Kind == AuditKind.Delivery).Select(static one => one.Delivery!).ToList();
        words.AddRange(
            Family(id)
                .Where(static one => one.Kind == AuditKind.Disclosure)
                .Select(one => Places[one.Id])
                .Where(IsFolded)
                .Select(static _ => "handed-over")
        );
        return words;
    }

    private bool IsFolded(long place)
    {
        var at = Array.BinarySearch(_begins, place);
        at = at < 0 ? ~at - 1 : at;
        return at >= 0 && place <= _folded[at].Last;
    }

    private void Add(Guid id, AuditRecord record)
    {
        if (!_families.TryGetValue(id, out var family))
        {
            _families[id] = family = [];
        }

        family.Add(record);
    }
}
