using PhiGateway.Admin.Keeping;
using PhiGateway.Admin.Status;
using PhiGateway.Admin.Trail;

namespace PhiGateway.Console.Pages.Trust;

/// <summary>What the screen of trust shows.</summary>
/// <param name="Log">This node's transparency log; null: it has signed nothing yet.</param>
/// <param name="NoLog">Why; null: there is one.</param>
/// <param name="Status">The registry in force here.</param>
/// <param name="Nodes">Every node as it last reported.</param>
/// <param name="Trust">Who else watches the trail, and who has it; null: the host does not say.</param>
/// <param name="At">Now.</param>
/// <param name="Fleet">The fleet log that this node keeps; null: whoever looks may not see it.</param>
/// <param name="Keeping">What is held and what is gone; null: whoever looks may not see it.</param>
/// <param name="MayReadHistory">Whether whoever looks reads the history of the registry.</param>
public sealed record TrustModel(
    LogReport? Log,
    string? NoLog,
    HereReport Status,
    NodesReport Nodes,
    TrustHealth? Trust,
    DateTimeOffset At,
    FleetModel? Fleet = null,
    KeepingModel? Keeping = null,
    bool MayReadHistory = false
);

/// <summary>What is shown of the fleet log.</summary>
/// <param name="Report">The log; null: this node keeps none, or cannot open it.</param>
/// <param name="Without">Why there is none; null: there is one.</param>
public sealed record FleetModel(FleetReport? Report, string? Without);

/// <summary>What is shown of the keeping of the trail.</summary>
/// <param name="Holds">Holds on deletion, the newest first.</param>
/// <param name="Gone">What was deleted or destroyed, the newest first.</param>
/// <param name="Without">Why neither can be told; null: both are.</param>
public sealed record KeepingModel(IReadOnlyList<LegalHold> Holds, IReadOnlyList<GoneMonth> Gone, string? Without = null);
