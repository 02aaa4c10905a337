using PhiGateway.Policy.Decisions;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Clients;

/// <summary>The doors of a client's PHI path.</summary>
/// <param name="Client">Client id.</param>
/// <param name="Status">State in the lifecycle.</param>
/// <param name="PathOpen">Whether every door is open on this node.</param>
/// <param name="Revision">Registry revision this node enforces.</param>
/// <param name="Fingerprint">Fingerprint of what would be approved now; approve with it.</param>
/// <param name="ApprovedFingerprint">Fingerprint that was approved last.</param>
/// <param name="Doors">Every door in the order in which the decision asks; empty: this node does not know the client yet.</param>
/// <param name="UnknownNames">Names on the path that this node's configuration does not have: every call fails while there is one.</param>
public sealed record PostureReport(
    string Client,
    string Status,
    bool PathOpen,
    long Revision,
    string? Fingerprint,
    string? ApprovedFingerprint,
    IReadOnlyList<DoorReport> Doors,
    IReadOnlyList<ProblemPointer> UnknownNames
)
{
    /// <summary>Credentials in force that are secrets which travel: whoever reads one is the client.</summary>
    public IReadOnlyList<SharedSecret> SharedSecrets { get; init; } = [];
}
