using PhiGateway.Policy.Decision;

namespace PhiGateway.Policy.Snapshot;

/// <summary>The doors of one client's PHI path: which are open, which closed, and when each will close by itself.</summary>
public static class Posture
{
    /// <summary>Every door in the order in which the decision asks.</summary>
    public static IReadOnlyList<Door> Of(ClientEntry client, RegistrySnapshot snapshot, DateTimeOffset now) => throw new NotImplementedException();
}

/// <summary>One door.</summary>
/// <param name="Name">Such as <c>agreement</c>.</param>
/// <param name="Reason">The reason with which it refuses when closed.</param>
/// <param name="Open">Whether it is open now.</param>
/// <param name="ClosesAt">When it closes by itself, UTC; null: it has no date.</param>
/// <param name="ToOpen">What an operator does to open it; null when open.</param>
public sealed record Door(string Name, DenyReason Reason, bool Open, DateTimeOffset? ClosesAt, string? ToOpen);
