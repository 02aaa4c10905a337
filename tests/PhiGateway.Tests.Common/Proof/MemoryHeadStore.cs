using PhiGateway.Proof.Heads;

namespace PhiGateway.Tests.Common.Proof;

/// <summary>Heads in memory: added, never changed.</summary>
internal sealed class MemoryHeadStore : IHeadStore
{
    public List<LogHead> Heads { get; } = [];

    public bool Down { get; set; }

    public Task AppendAsync(IReadOnlyList<LogHead> heads, CancellationToken cancellationToken)
    {
        if (Down)
        {
            throw new TimeoutException();
        }

        Heads.AddRange(heads.Where(head => !Heads.Contains(head)));
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<LogHead>> ReadAsync(string log, long fromSize, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<LogHead>>([
            .. Heads.Where(head => head.Log == log && head.Size >= fromSize).OrderBy(head => head.Size).Take(limit),
        ]);

    public Task<long> CountStatementsAsync(string log, CancellationToken cancellationToken) =>
        Task.FromResult(Heads.LongCount(head => head.Log == log && head.Kind == LogHeadKind.Keys));

    public Task<IReadOnlyList<LogHead>> ReadStatementsAsync(string log, long fromSize, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<LogHead>>([
            .. Heads
                .Where(head => head.Log == log && head.Kind == LogHeadKind.Keys && head.Size >= fromSize)
                .OrderBy(head => head.Size)
                .Take(limit),
        ]);

    public Task<IReadOnlyList<LogHead>> ReadSinceAsync(DateTimeOffset from, int limit, CancellationToken cancellationToken) =>
        Down
            ? throw new TimeoutException()
            : Task.FromResult<IReadOnlyList<LogHead>>([
                .. Heads.Where(head => head.Time >= from).OrderByDescending(head => head.Time).Take(limit).OrderBy(head => head.Time),
            ]);
}
