using System.Net;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// The input of one decision besides the snapshot: caller, tenant, environment, time and the parts of the request. The same input always
/// gives the same answer.
/// </summary>
public sealed record AccessRequest
{
    public required Caller Caller { get; init; }

    /// <summary>The tenant of the route.</summary>
    public required string Tenant { get; init; }

    /// <summary>
    /// The tag that every record of the tenant carries, where several tenants share a backend, as system and code; null: the backend is the
    /// tenant's own.
    /// </summary>
    public TokenValue? TenantTag { get; init; }

    /// <summary>The environment of the route.</summary>
    public required string Environment { get; init; }

    /// <summary>Address of the TCP peer; null when unknown, which matches no network.</summary>
    public IPAddress? Peer { get; init; }

    /// <summary>The moment of the decision, UTC.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Everything asked for or pulled in; empty is denied.</summary>
    public required IReadOnlyList<AccessPart> Parts { get; init; }

    /// <summary>The tool of an agent by which it was asked; null: by none.</summary>
    public string? Tool { get; init; }

    /// <summary>
    /// What the client did before under a sign-in as its use case asks for, where that asks for it when something is new; null: nobody has kept
    /// it, and everything is new.
    /// </summary>
    public ClientHabits? Habits { get; init; }

    /// <summary>Why a break-glass purpose is asserted; null otherwise.</summary>
    public string? Justification { get; init; }
}
