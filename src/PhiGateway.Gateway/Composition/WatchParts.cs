using PhiGateway.Admin.Alerts;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Policy.Registry;
using PhiGateway.Watch.Detection;

namespace PhiGateway.Gateway.Composition;

/// <summary>Puts the watch over the trail together, for the host to run beside the traffic.</summary>
internal static class WatchParts
{
    /// <summary>Makes it; null where the operator wants none on this node.</summary>
    public static TrailWatch? Create(GatewayParts parts, ILogger log)
    {
        var options = parts.Options;
        if (!options.Watch.Enabled)
        {
            return null;
        }

        var watch = new TrailWatch(
            parts.AuditStore,
            parts.Snapshots,
            new FindingAlerts(parts.RegistryStore, parts.Journal, parts.Snapshots, QuarantineOf(options.Watch), parts.Clock),
            new TrailWatchOptions { StateFile = StateFileOf(options) },
            parts.Clock
        );

        // Said once, until a round succeeds again.
        string? told = null;
        watch.Failed += fault =>
        {
            if (told != fault)
            {
                GatewayLog.WatchFailed(log, fault);
                told = fault;
            }
        };
        watch.Read += (_, _) => told = null;
        return watch;
    }

    private static QuarantineRules QuarantineOf(WatchOptions options) =>
        new(RisksOf(options.Quarantine), options.MostQuarantines)
        {
            Slowed = RisksOf(options.Throttle),
            SlowTo = options.ThrottleTo,
            Renewed = RisksOf(options.Renew),
        };

    private static Dictionary<string, RiskTier> RisksOf(IEnumerable<string> entries) =>
        entries
            .Select(QuarantineRules.Parse)
            .Where(static entry => entry is not null)
            .DistinctBy(static entry => entry!.Value.Rule)
            .ToDictionary(static entry => entry!.Value.Rule, static entry => entry!.Value.Risk);

    private static string StateFileOf(GatewayOptions options) =>
        options.Watch.StateFile ?? Path.Combine(options.Audit.Journal.Directory, "watch.state");
}
