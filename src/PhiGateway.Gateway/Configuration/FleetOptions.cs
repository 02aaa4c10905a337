namespace PhiGateway.Gateway.Configuration;

/// <summary>What an operator writes for the node whose control plane keeps the fleet log; one of a fleet, as a rule.</summary>
public sealed class FleetOptions
{
    /// <summary>Whether this node keeps one; default false.</summary>
    public bool Keep { get; set; }

    /// <summary>Its name, which is that of its key; default the node's, with <c>/fleet</c>.</summary>
    public string? Name { get; set; }

    /// <summary>Folder of the published files; default <c>fleet</c> below the journal's.</summary>
    public string? Directory { get; set; }

    /// <summary>Whether the witnesses of this node's own log (<c>Audit:Log:Witnesses</c>) are asked to cosign it too; default false.</summary>
    public bool Witnessed { get; set; }

    /// <summary>How often the nodes' heads are taken; default 1 minute, 1 second to 1 hour.</summary>
    public TimeSpan Every { get; set; } = TimeSpan.FromMinutes(1);
}
