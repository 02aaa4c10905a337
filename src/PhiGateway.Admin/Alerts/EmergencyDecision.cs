namespace PhiGateway.Admin.Alerts;

/// <summary>What somebody decided about an emergency use.</summary>
public enum EmergencyDecision : byte
{
    /// <summary>It was one.</summary>
    Justified,

    /// <summary>It was none: what follows is the reviewer's to do.</summary>
    Unjustified,
}
