using System.Data.Common;
using PhiGateway.Audit.Records;

namespace PhiGateway.EndToEnd.Faults.Rounds;

/// <summary>The trail as the store has it, read past the gateway; for the oracle.</summary>
internal sealed class StoredTrail
{
    private readonly Dictionary<Guid, List<AuditRecord>> _families = [];

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
                foreach (var range in ranges)
                {
                    Folded.Add(range);
                }
            }
        }
    }

    /// <summary>In order of log and place.</summary>
    public IReadOnlyList<(string Log, long Sequence, AuditRecord Record)> Rows { get; }

    /// <summary>Place of each record by its id.</summary>
    public Dictionary<Guid, long> Places { get; } = [];

    /// <summary>Places whose answers were handed over, as the deliveries of many have them.</summary>
    public List<SequenceRange> Folded { get; } = [];

    /// <param name="connection">To the store; opened here.</param>
    public static async Task<StoredTrail> ReadAsync(DbConnection connection)
    {
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT log, sequence, body FROM audit_event ORDER BY log, sequence";
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
                .Where(place => Folded.Exists(range => range.First <= place && place <= range.Last))
                .Select(static _ => "handed-over")
        );
        return words;
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
