using PhiGateway.Audit.Shipping;

namespace PhiGateway.Tests.Audit.Shipping;

/// <summary>A store in memory that keeps the contract and fails on demand.</summary>
internal sealed class MemoryAuditStore : IAuditStore
{
    public SortedDictionary<long, AuditEntry> Rows { get; } = [];

    public bool Down { get; set; }

    /// <summary>Places in which somebody has put another row beside the record, which is the one that is found first.</summary>
    public HashSet<long> WithAnother { get; } = [];

    /// <summary>The next batch is stored, but the answer is lost.</summary>
    public bool LoseAnswer { get; set; }

    public int Batches { get; private set; }

    public Task<long> GetWatermarkAsync(string log, CancellationToken cancellationToken)
    {
        Fail();
        var next = 0L;
        while (Rows.ContainsKey(next))
        {
            next++;
        }

        return Task.FromResult(next - 1);
    }

    public Task<byte[]?> GetHashAsync(string log, long sequence, CancellationToken cancellationToken)
    {
        Fail();
        if (WithAnother.Contains(sequence))
        {
            return Task.FromResult<byte[]?>(new byte[32]);
        }

        return Task.FromResult(Rows.TryGetValue(sequence, out var row) ? row.ChainHash.ToArray() : null);
    }

    public Task<byte[]?> GetHashAsync(string log, long sequence, ReadOnlyMemory<byte> sought, CancellationToken cancellationToken) =>
        Rows.TryGetValue(sequence, out var row) && row.ChainHash.Span.SequenceEqual(sought.Span)
            ? Task.FromResult<byte[]?>(row.ChainHash.ToArray())
            : GetHashAsync(log, sequence, cancellationToken);

    public Task<IReadOnlyList<string>> ListLogsAsync(string node, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([.. Rows.Values.Select(row => row.Log).Distinct()]);

    public Task<IReadOnlyList<string>> ListLogsAsync(CancellationToken cancellationToken) => ListLogsAsync(string.Empty, cancellationToken);

    public Task AppendAsync(IReadOnlyList<AuditEntry> entries, CancellationToken cancellationToken)
    {
        Fail();
        foreach (var entry in entries)
        {
            if (Rows.TryGetValue(entry.Sequence, out var old) && !old.ChainHash.Span.SequenceEqual(entry.ChainHash.Span))
            {
                throw new AuditForkException(entry.Log, entry.Sequence);
            }
        }

        foreach (var entry in entries)
        {
            Rows[entry.Sequence] = entry;
        }

        Batches++;
        if (LoseAnswer)
        {
            LoseAnswer = false;
            throw new TimeoutException("secret value of a patient");
        }

        return Task.CompletedTask;
    }

    public Task<AuditPage> QueryAsync(AuditQuery query, CancellationToken cancellationToken) => Task.FromResult(new AuditPage([], null));

    public Task<IReadOnlyList<AuditCount>> CountAsync(AuditCounts counts, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<AuditCount>>([]);

    public Task<AuditEntry?> FindDeliveryAsync(string log, long sequence, CancellationToken cancellationToken) =>
        Task.FromResult(Rows.Values.FirstOrDefault(entry => entry.Delivers(sequence)));

    public Task<IReadOnlyList<AuditEntry>> ReadAsync(string log, long fromSequence, int limit, CancellationToken cancellationToken)
    {
        Fail();
        return Task.FromResult<IReadOnlyList<AuditEntry>>([.. Rows.Values.Where(r => r.Sequence >= fromSequence).Take(limit)]);
    }

    public Task<IReadOnlyList<AuditEntry>> ReadFiledAsync(string log, long fromSequence, int limit, CancellationToken cancellationToken) =>
        ReadAsync(log, fromSequence, limit, cancellationToken);

    private void Fail()
    {
        if (Down)
        {
            throw new TimeoutException("secret value of a patient");
        }
    }
}
