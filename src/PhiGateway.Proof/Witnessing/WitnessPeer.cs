using PhiGateway.Proof.Cosigning;

namespace PhiGateway.Proof.Witnessing;

/// <summary>A witness that this node's log asks.</summary>
/// <param name="Name">Its name in the policy file and in what people read.</param>
/// <param name="Address">Its prefix, for handing in and for monitoring; ends with a slash.</param>
/// <param name="Key">Its published key.</param>
public sealed record WitnessPeer(string Name, Uri Address, WitnessKey Key);
