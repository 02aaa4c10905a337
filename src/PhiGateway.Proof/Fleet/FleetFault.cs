namespace PhiGateway.Proof.Fleet;

/// <summary>Why the fleet log of this node cannot be opened.</summary>
/// <param name="Words">In words for operators.</param>
public sealed record FleetFault(string Words);
