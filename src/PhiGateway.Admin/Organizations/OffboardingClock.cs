using Microsoft.Extensions.Logging;
using PhiGateway.Admin.Alerts;
using PhiGateway.Admin.Calls;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Admin.Organizations;

/// <summary>
/// Goes on with the clocks of offboardings whose last door was still open when their call was answered, or when the node that had answered it
/// ended; run by the host.
/// </summary>
/// <remarks>
/// Every node may run it: of two records of the same end the earlier counts, and a node begins only where the call's own node would have
/// ended.
/// </remarks>
public sealed class OffboardingClock
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    // A node lets nobody in without hearing of the registry for a day at most, whatever its setting.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(2);

    // So long the call itself looks.
    private static readonly TimeSpan OfTheCall = TimeSpan.FromMinutes(1);

    private readonly HashSet<Guid> _ended = [];
    private readonly OffboardingRegister _register;
    private readonly FleetReach _fleet;
    private readonly ISnapshotSource _snapshots;
    private readonly TimeProvider _time;
    private readonly ILogger<OffboardingClock> _log;

    internal OffboardingClock(
        OffboardingRegister register,
        FleetReach fleet,
        ISnapshotSource snapshots,
        TimeProvider time,
        ILogger<OffboardingClock> log
    ) => (_register, _fleet, _snapshots, _time, _log) = (register, fleet, snapshots, time, log);

    /// <summary>Looks until it is stopped; a fault waits for the next look.</summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        RegistryLook.RunAsync(
            _snapshots,
            Period,
            RunOnceAsync,
            fault => AdminLog.OffboardingsFailed(_log, fault.GetType().Name),
            _time,
            cancellationToken
        );

    /// <summary>One look; returns how many clocks it ended.</summary>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        var ended = 0;
        foreach (var one in await _register.ReadAsync(now - Longest, cancellationToken))
        {
            // Put down here, and not shipped yet.
            if (one.InForce is not null || now - one.ActAt < OfTheCall || _ended.Contains(one.Id))
            {
                continue;
            }

            if ((await _fleet.LookAsync(one.Revision, one.ActAt, cancellationToken)).Reach is { } reached)
            {
                await _register.ReachedAsync(one, reached);
                _ended.Add(one.Id);
                ended++;
            }
        }

        return ended;
    }
}
