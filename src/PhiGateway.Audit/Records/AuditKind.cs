namespace PhiGateway.Audit.Records;

/// <summary>The kinds of audit record; the numbers are part of the stored format.</summary>
public enum AuditKind : byte
{
    /// <summary>A refusal, or a permit that never reached the upstream.</summary>
    Decision = 1,

    /// <summary>A permit and what is about to be released.</summary>
    Disclosure = 2,

    /// <summary>A write about to be forwarded.</summary>
    Intent = 3,

    /// <summary>What came of an intent.</summary>
    Outcome = 4,

    /// <summary>Bytes sent, complete or aborted.</summary>
    Delivery = 5,

    /// <summary>A credential was accepted or refused.</summary>
    Auth = 6,

    /// <summary>A change of the registry, a key, the configuration.</summary>
    Admin = 7,

    /// <summary>Somebody went past a rule in an emergency.</summary>
    Override = 8,

    /// <summary>Start, stop, gap, recovery.</summary>
    System = 9,

    /// <summary>Somebody searched the audit trail.</summary>
    AuditUse = 10,

    /// <summary>A pattern in the traffic that somebody should look at.</summary>
    Detection = 11,

    /// <summary>A legal hold was set or lifted.</summary>
    Hold = 12,
}
