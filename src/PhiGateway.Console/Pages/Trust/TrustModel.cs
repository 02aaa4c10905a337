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
public sealed record TrustModel(LogReport? Log, string? NoLog, HereReport Status, NodesReport Nodes, TrustHealth? Trust, DateTimeOffset At);
