using System.Data.Common;
using PhiGateway.Audit.Shipping;
using PhiGateway.Proof.Heads;

namespace PhiGateway.Proof.Fleet;

/// <summary>
/// Brings the heads that nodes put into the audit store into the fleet log, round after round: those of larger sizes than are known, and those
/// that were sent lately, which may be smaller.
/// </summary>
public sealed class FleetFeed(FleetLog log, IAuditStore store, IHeadStore heads, TimeSpan every, TimeProvider clock)
{
    private const int PerLog = 500;
    private const int Lately = 2000;

    // A node's clock may be behind, and a head wait while the store is away.
    private static readonly TimeSpan Window = TimeSpan.FromHours(1);

    private const int MostPages = 40;

    // Of each log: how many statements there were when they were last begun to be read, and the size to go on from; null: read to the end.
    private readonly Dictionary<string, (long Count, long? Next)> _statements = new(StringComparer.Ordinal);
    private string? _problem;

    /// <summary>What keeps it from the store, in words; null: nothing.</summary>
    public string? Problem => Volatile.Read(ref _problem);

    /// <summary>Goes round until it is stopped.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(every, clock, cancellationToken);
            await RoundAsync(cancellationToken);
        }
    }

    /// <summary>One round; what it cannot read now it reads the next time.</summary>
    internal async Task RoundAsync(CancellationToken cancellationToken)
    {
        try
        {
            string? problem = null;
            foreach (var name in await store.ListLogsAsync(cancellationToken))
            {
                try
                {
                    await CatchUpAsync(name, cancellationToken);
                    await ReadStatementsAsync(name, cancellationToken);
                }
#pragma warning disable CA1031 // Security: whoever ships may put heads there; those of one log must not keep the others' from being taken.
                catch (Exception e) when (e is not OperationCanceledException && !IsAway(e))
#pragma warning restore CA1031
                {
                    problem = $"The heads of {name} could not be taken ({e.GetType().Name}), the others were; it is tried again.";
                }
            }

            log.Add(await heads.ReadSinceAsync(clock.GetUtcNow() - Window, Lately, cancellationToken));
            Volatile.Write(ref _problem, problem);
        }
        catch (Exception e) when (IsAway(e))
        {
            Volatile.Write(ref _problem, $"The heads of the nodes could not be taken ({e.GetType().Name}); it is tried again.");
        }
    }

    private static bool IsAway(Exception fault) =>
        fault is DbException or TimeoutException or IOException or System.Net.Sockets.SocketException or UnauthorizedAccessException;

    private async Task CatchUpAsync(string name, CancellationToken cancellationToken)
    {
        for (long? next = log.Members.FirstOrDefault(member => member.Log == name)?.Size ?? 0; next is { } from; )
        {
            // Keys before checkpoints of the same size, or nobody knows who signed those.
            var page = await heads.ReadAsync(name, from, PerLog, cancellationToken);
            log.Add([.. page.OrderBy(static head => head.Size).ThenByDescending(static head => head.Kind)]);
            next = HeadPages.Behind(page, PerLog);
        }
    }

    // By their number, not by size or time: what a node says that was put back, with its clock, is found here.
    private async Task ReadStatementsAsync(string name, CancellationToken cancellationToken)
    {
        var count = await heads.CountStatementsAsync(name, cancellationToken);
        if (_statements.TryGetValue(name, out var read) && read.Next is null && read.Count == count)
        {
            return;
        }

        // Security: whoever ships may put thousands there. Broken off, it goes on where it was, and none is passed by; what came meanwhile
        // is read the time after.
        var begun = read.Next is null ? count : read.Count;
        long? next = read.Next ?? 0;
        for (var pages = 0; pages < MostPages && next is { } from; pages++)
        {
            var page = await heads.ReadStatementsAsync(name, from, PerLog, cancellationToken);
            log.Add(page);
            next = HeadPages.Behind(page, PerLog);
        }

        _statements[name] = (begun, next);
    }
}
