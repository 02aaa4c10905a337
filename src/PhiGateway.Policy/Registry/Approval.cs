namespace PhiGateway.Policy.Registry;

/// <summary>
/// Records that two persons agreed that one client may do exactly what its fingerprint says; the latest approval of a client counts.
/// </summary>
public sealed record Approval : IRegistryEntity
{
    public required string Id { get; init; }

    public required string Client { get; init; }

    /// <summary>Who asked.</summary>
    public required string RequestedBy { get; init; }

    /// <summary>Who approved; never who asked.</summary>
    public required string ApprovedBy { get; init; }

    public required DateTimeOffset ApprovedAt { get; init; }

    public string? Reason { get; init; }

    /// <summary>SHA-256 in lower-case hex of the canonical form of everything approved (see <c>ApprovalFingerprint</c>).</summary>
    public required string Fingerprint { get; init; }

    /// <summary>First day no longer valid, UTC; null: as long as the use case.</summary>
    public DateOnly? Until { get; init; }

    /// <summary>
    /// Set when the approval was carried over a change that only narrowed; who asked, who approved and since when stay as they were.
    /// </summary>
    public CarriedOver? CarriedOver { get; init; }
}

/// <summary>An approval carried over a pure narrowing, the latest one; earlier ones stand in the trail.</summary>
/// <param name="By">Who marked the change as not needing approval anew; an approver.</param>
/// <param name="At">When, UTC.</param>
/// <param name="From">The fingerprint that was approved before the change.</param>
public sealed record CarriedOver(string By, DateTimeOffset At, string From);
