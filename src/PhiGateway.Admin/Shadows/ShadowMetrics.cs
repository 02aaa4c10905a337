using System.Diagnostics.Metrics;
using PhiGateway.Admin.Replay;

namespace PhiGateway.Admin.Shadows;

/// <summary>Counts what shadows on this node would have decided; written by each <see cref="ShadowRun"/>.</summary>
internal static class ShadowMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string Name = "PhiGateway.Shadows";

    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Decisions = Meter.CreateCounter<long>(
        "phi_gateway.shadow.decisions",
        "{decision}",
        "What shadows would have decided, and whether it differs from what was."
    );

    /// <summary>Counts one that was judged.</summary>
    public static void Count(Judged judged) =>
        Decisions.Add(
            1,
            new KeyValuePair<string, object?>("result", judged.Becomes == ReplayJudge.Permitted ? "allow" : "deny"),
            new KeyValuePair<string, object?>("differs", judged.Differs)
        );
}
