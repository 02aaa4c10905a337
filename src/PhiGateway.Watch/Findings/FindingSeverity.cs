namespace PhiGateway.Watch.Findings;

/// <summary>How much harm a finding may stand for.</summary>
public enum FindingSeverity : byte
{
    /// <summary>Unusual; likely honest.</summary>
    Low,

    /// <summary>Somebody should look.</summary>
    Medium,

    /// <summary>Somebody should look today.</summary>
    High,

    /// <summary>Somebody should act now.</summary>
    Critical,
}
