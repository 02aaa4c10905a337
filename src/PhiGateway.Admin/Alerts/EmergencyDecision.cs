namespace PhiGateway.Admin.Alerts;

/// <summary>A reviewer's decision about an emergency use.</summary>
public enum EmergencyDecision : byte
{
    /// <summary>It was one.</summary>
    Justified,

    /// <summary>It was none: what follows is the reviewer's to do.</summary>
    Unjustified,
}
