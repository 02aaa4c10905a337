using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using PhiGateway.Admin.Alerts;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Admin.Shadows;

/// <summary>
/// Judges live traffic under the candidates that run as shadows, out of the stored trail, behind the requests; run by the host. It answers
/// nobody and can stop nobody.
/// </summary>
/// <remarks>
/// Every node may run it over the trail of all: the same records give the same counts. A node that starts anew reads from where the shadow
/// began, and judges what lies behind over the registry as it is then.
/// </remarks>
public sealed class ShadowWatch
{
    // Rows that the record of an outcome holds.
    internal const int MostRowsKept = 100;

    private const int Page = 500;
    private const int RestPerWork = 9;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ReadAgain = TimeSpan.FromSeconds(30);

    // What was decided before the end has been stored by then, on nodes that are not cut off.
    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<Guid, ShadowRun> _runs = [];
    private readonly ShadowRegister _register;
    private readonly ShadowRegistries _registries;
    private readonly IAuditStore _trail;
    private readonly ISnapshotSource _snapshots;
    private readonly AdminOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<ShadowWatch> _log;
    private IReadOnlyList<KnownShadow> _known = [];
    private DateTimeOffset? _read;
    private int _written;

    internal ShadowWatch(
        ShadowRegister register,
        ShadowRegistries registries,
        IAuditStore trail,
        ISnapshotSource snapshots,
        AdminOptions options,
        TimeProvider time,
        ILogger<ShadowWatch> log
    ) => (_register, _registries, _trail, _snapshots, _options, _time, _log) = (register, registries, trail, snapshots, options, time, log);

    /// <summary>Judges until it is stopped; a fault waits for the next look.</summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        RegistryLook.RunAsync(
            _snapshots,
            Period,
            RunOnceAsync,
            fault => AdminLog.ShadowsFailed(_log, fault.GetType().Name),
            _time,
            cancellationToken
        );

    /// <summary>One round: whatever the store holds by now; returns how many records were read.</summary>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        await RefreshAsync(cancellationToken);
        if (_runs.IsEmpty)
        {
            return 0;
        }

        foreach (var run in _runs.Values)
        {
            await run.RenewAsync(cancellationToken);
        }

        var read = 0;
        for (var isBehind = true; isBehind; )
        {
            var (began, at) = (_time.GetTimestamp(), _time.GetUtcNow());
            (var count, isBehind) = await ReadAsync(at, cancellationToken);
            read += count;
            if (isBehind)
            {
                // Requests come first: while it is behind, it works for a tenth of the time.
                await Task.Delay(_time.GetElapsedTime(began) * RestPerWork, _time, cancellationToken);
            }
        }

        await CloseAsync();
        return read;
    }

    /// <summary>What a shadow has come to on this node; null: it does not run here.</summary>
    internal ShadowReport? Find(Guid id) => _runs.TryGetValue(id, out var run) ? ReportOf(run) : null;

    private ShadowReport ReportOf(ShadowRun run)
    {
        var state = run.Problem is null ? ShadowState.Running : ShadowState.Halted;
        return new ShadowReport(run.Shadow, state, run.Problem, run.UpTo, _options.Node, run.Fold.Counts());
    }

    // Those that run, and those whose end nobody has put down.
    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var (now, written) = (_time.GetUtcNow(), _register.Written);
        if (_read is null || now - _read >= ReadAgain || written != _written)
        {
            (_known, _read, _written) = (await _register.ReadAsync(cancellationToken), now, written);
        }

        // The oldest first: what more was started at once on several nodes waits, and misses nothing.
        var open = _known
            .Where(static one => one.Outcome is null)
            .OrderBy(static one => one.Shadow.From)
            .Take(_options.Shadows.Most)
            .ToDictionary(static one => one.Shadow.Id);
        foreach (var (id, _) in _runs)
        {
            if (!open.ContainsKey(id))
            {
                _runs.TryRemove(id, out _);
            }
        }

        foreach (var (id, one) in open)
        {
            _runs.GetOrAdd(id, _ => new ShadowRun(one, _registries, _options, _time)).Shadow = one.Shadow;
        }
    }

    // One page of each log, from where the run that is furthest behind wants it.
    private async Task<(int Count, bool IsBehind)> ReadAsync(DateTimeOffset at, CancellationToken cancellationToken)
    {
        var (count, isBehind, isAnswering) = (0, false, false);
        DateTimeOffset? upTo = null;
        Exception? unread = null;
        foreach (var log in await _trail.ListLogsAsync(cancellationToken))
        {
            var from = _runs.Values.Min(run => run.NextOf(log));
            IReadOnlyList<AuditEntry> entries;
            try
            {
                entries = await _trail.ReadAsync(log, from, Page, cancellationToken);
                isAnswering = true;
            }
#pragma warning disable CA1031 // Security: whoever ships may have put a row there that cannot be read; the other logs are judged.
            catch (Exception fault) when (fault is not OperationCanceledException)
#pragma warning restore CA1031
            {
                unread ??= fault;
                continue;
            }

            foreach (var entry in entries)
            {
                foreach (var run in _runs.Values)
                {
                    run.Take(entry);
                }
            }

            count += entries.Count;
            if (entries.Count == Page || AuditPageBytes.IsCut(entries))
            {
                isBehind = true;
                upTo = upTo is { } earlier && earlier < entries[^1].Time ? earlier : entries[^1].Time;
            }
        }

        if (unread is not null && !isAnswering)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(unread);
        }

        if (unread is not null)
        {
            AdminLog.ShadowsFailed(_log, unread.GetType().Name);
        }

        foreach (var run in _runs.Values)
        {
            run.UpTo = upTo ?? at;
        }

        return (count, isBehind);
    }

    private async Task CloseAsync()
    {
        foreach (var (id, run) in _runs)
        {
            if (run.UpTo >= run.Shadow.End + Settled)
            {
                await _register.ReportAsync(run.Shadow, new ShadowOutcome(_options.Node, run.UpTo, run.Fold.Counts(MostRowsKept)));
                _runs.TryRemove(id, out _);
            }
        }
    }
}
