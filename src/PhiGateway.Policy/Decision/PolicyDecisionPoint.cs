using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Policy.Decision;

/// <summary>Answers the question that tokens do not: pure, synchronous, the same answer for the same input.</summary>
public static class PolicyDecisionPoint
{
    /// <summary>Asks every question in order; the first closed door answers.</summary>
    public static Decision Decide(AccessRequest request, RegistrySnapshot snapshot) => throw new NotImplementedException();

    /// <summary>The questions of revocation alone, for answers that are already streaming: null while nothing is revoked.</summary>
    public static DenyReason? FindRevocation(Caller caller, string tenant, RegistrySnapshot snapshot) => throw new NotImplementedException();
}
