namespace PhiGateway.Audit.Shipping;

/// <summary>What records can be told apart and counted by.</summary>
public enum AuditFacet
{
    /// <summary>The number of the kind.</summary>
    Kind,

    /// <summary>permit, deny, error.</summary>
    Decision,

    /// <summary>Code of the deny reason.</summary>
    Reason,

    /// <summary>Registered client.</summary>
    Client,

    /// <summary>Tenant of the route.</summary>
    Tenant,

    /// <summary>Person.</summary>
    Actor,

    /// <summary>FHIR resource type asked for.</summary>
    ResourceType,

    /// <summary>FHIR interaction.</summary>
    Interaction,

    /// <summary>Use case under which it was decided.</summary>
    UseCase,

    /// <summary>The use case's organization.</summary>
    Organization,

    /// <summary>Purpose codes that counted, all of them together.</summary>
    Purpose,
}
