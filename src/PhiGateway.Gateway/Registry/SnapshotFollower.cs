using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Logging;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Gateway.Registry;

/// <summary>Keeps the node's snapshot at the registry's newest revision: wake, load what changed, build, swap, report.</summary>
/// <remarks>A load that fails changes nothing and says so in readiness; an older revision is never taken.</remarks>
internal sealed class SnapshotFollower(
    IRegistrySource source,
    SnapshotHolder holder,
    LastGoodSnapshot lastGood,
    GatewayOptions options,
    TimeProvider clock,
    ILogger<SnapshotFollower> log)
{
    // So few changes are built in well under a millisecond.
    private const int QuickToBuild = 50;

    private readonly RegistrySnapshotBuilder _builder = new();
    private volatile string? _problem;
    private bool _loaded;

    /// <summary>Why the last load failed, in words; null when it did not.</summary>
    public string? Problem => _problem;

    /// <summary>Whether the registry itself was read since this process started; false while it serves from the last good snapshot's file.</summary>
    public bool HasReachedRegistry => Volatile.Read(ref _loaded);

    /// <summary>Whether the last load was a page of more.</summary>
    private bool HasMore { get; set; }

    /// <summary>Loads once, before the node serves: from the registry or else from the last good snapshot.</summary>
    public async Task StartWithRegistryAsync(CancellationToken cancellationToken)
    {
        await FollowOnceAsync(cancellationToken);
        if (!_loaded && lastGood.TryRead() is { } kept)
        {
            Publish(_builder.Rebuild(kept.Everything), kept.ConfirmedAt);
        }
    }

    /// <summary>Takes whatever is newer; false when the registry could not be read.</summary>
    public async Task<bool> FollowOnceAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!_loaded)
            {
                var everything = await source.LoadAllAsync(cancellationToken);
                if (everything.Revision < holder.Current.Revision)
                {
                    GatewayLog.OlderRevisionRefused(log, everything.Revision, holder.Current.Revision);
                    _problem = "the registry is at an older revision than this node has seen";
                    return false;
                }

                Publish(_builder.Rebuild(everything), clock.GetUtcNow());
                _loaded = true;
                lastGood.Offer(everything, clock.GetUtcNow());
            }
            else
            {
                var asked = clock.GetUtcNow();
                var changes = await source.LoadSinceAsync(holder.Current.Revision, cancellationToken);
                HasMore = changes.HasMore;
                if (changes.Revision > holder.Current.Revision)
                {
                    // A revocation is in force before the rest is built.
                    if (changes.Revocations.Count > 0 && changes.Items.Count + changes.Members.Count > QuickToBuild)
                    {
                        holder.Publish(_builder.Apply(new RegistryChanges(holder.Current.Revision, [], [], changes.Revocations)), holder.ConfirmedAt ?? asked);
                    }

                    Publish(_builder.Apply(changes), asked);
                    lastGood.Changed();
                }
                else
                {
                    holder.Confirm(asked);
                }
            }

            _problem = null;
            return true;
        }
#pragma warning disable CA1031 // Whatever is wrong with the database, the node keeps what it has.
        catch (Exception fault) when (fault is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            _problem = $"the registry could not be read ({fault.GetType().Name})";
            GatewayLog.SnapshotLoadFailed(log, fault.GetType().Name, holder.Current.Revision);
            return false;
        }
    }

    /// <summary>Follows until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken stoppingToken)
    {
        var reported = -1L;
        var reportedAt = DateTimeOffset.MinValue;
        while (!stoppingToken.IsCancellationRequested)
        {
            var reached = await FollowOnceAsync(stoppingToken);
            var now = clock.GetUtcNow();
            if (reached && (holder.Current.Revision != reported || now - reportedAt > TimeSpan.FromSeconds(10)))
            {
                reported = await TryReportAsync(now, stoppingToken) ? holder.Current.Revision : -1;
                reportedAt = now;
            }

            if (reached && HasMore)
            {
                continue;
            }

            if (reached)
            {
                await lastGood.WriteIfDueAsync(source, stoppingToken);
                await source.WaitForChangeAsync(options.Registry.PollInterval, stoppingToken);
            }
            else
            {
                await Task.Delay(options.Registry.PollInterval, clock, stoppingToken);
            }
        }
    }

    private void Publish(RegistrySnapshot next, DateTimeOffset confirmedAt)
    {
        if (!holder.Publish(next, confirmedAt))
        {
            GatewayLog.OlderRevisionRefused(log, next.Revision, holder.Current.Revision);
            return;
        }

        GatewayLog.SnapshotPublished(log, next.Revision, next.ClientCount, next.MemberCount, next.Problems.Count);
        foreach (var problem in next.Problems.Take(20))
        {
            GatewayLog.RegistryProblem(log, problem.Path, problem.Message);
        }
    }

    private async Task<bool> TryReportAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            await source.ReportNodeAsync(new NodeStatus(options.Node, holder.Current.Revision, now, _problem), cancellationToken);
            return true;
        }
#pragma warning disable CA1031 // Best effort by contract.
        catch (Exception fault) when (fault is not OperationCanceledException)
#pragma warning restore CA1031
        {
            return false;
        }
    }
}
