using PhiGateway.Audit.Records;

namespace PhiGateway.Audit.Shipping;

/// <summary>What a search of the audit trail asks for; null members do not narrow it.</summary>
public sealed record AuditQuery
{
    /// <summary>From this moment on, UTC.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Before this moment, UTC.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Id of the registered client.</summary>
    public string? Client { get; init; }

    /// <summary>Tenant of the route.</summary>
    public string? Tenant { get; init; }

    /// <summary>Keyed pseudonyms of a patient, one for each tenant looked into; empty: whoever's.</summary>
    public IReadOnlyList<string> PatientKeys { get; init; } = [];

    /// <summary><c>permit</c>, <c>deny</c> or <c>error</c>.</summary>
    public string? Decision { get; init; }

    /// <summary>Code of the deny reason.</summary>
    public string? Reason { get; init; }

    /// <summary>What sort of event.</summary>
    public AuditKind? Kind { get; init; }

    /// <summary>Only what is no part of a request: no decision, disclosure or intent, and nothing that came of one.</summary>
    public bool IsOfNoRequest { get; init; }

    /// <summary>A decision id: finds the record and those that belong to it.</summary>
    public Guid? Id { get; init; }

    /// <summary>Who did it, for changes and searches of the trail.</summary>
    public string? Actor { get; init; }

    /// <summary>FHIR resource type asked for.</summary>
    public string? ResourceType { get; init; }

    /// <summary>FHIR interaction asked for.</summary>
    public string? Interaction { get; init; }

    /// <summary>Id of the use case under which it was decided.</summary>
    public string? UseCase { get; init; }

    /// <summary>Id of the use case's organization.</summary>
    public string? Organization { get; init; }

    /// <summary>One purpose code among those that counted.</summary>
    public string? Purpose { get; init; }

    /// <summary>1 to 500; default 50.</summary>
    public int Limit { get; init; } = 50;

    /// <summary>Opaque, from <see cref="AuditPage.Next"/>.</summary>
    public string? Cursor { get; init; }
}
