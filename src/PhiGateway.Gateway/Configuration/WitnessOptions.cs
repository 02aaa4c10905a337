namespace PhiGateway.Gateway.Configuration;

/// <summary>What an operator writes for a node that witnesses the logs of others.</summary>
public sealed class WitnessOptions
{
    /// <summary>
    /// File with the keys of the logs that this node witnesses, one a line as the logs publish them, read again when it changes; null, the
    /// default: none. Security: what stands there is whose checkpoints this node cosigns.
    /// </summary>
    public string? LogsFile { get; set; }

    /// <summary>Name of its key; default the node's, with <c>/witness</c>.</summary>
    public string? Name { get; set; }

    /// <summary>
    /// Whether it cosigns with a key of ML-DSA-44 besides, which holds against quantum computers; default false. Whoever asks names either of
    /// its keys.
    /// </summary>
    public bool MlDsa { get; set; }

    /// <summary>
    /// Folder of what it has seen, default <c>witness</c> below the journal's. Security: what is lost there, or put back, it has never seen.
    /// </summary>
    public string? Directory { get; set; }
}

/// <summary>A witness of this node's log.</summary>
public sealed class WitnessPeerOptions
{
    /// <summary>Its name in the policy file: lower-case letters, digits and dashes.</summary>
    public string Name { get; set; } = string.Empty;

    /// <summary>Its prefix, such as <c>https://gw-02.hospital.example:8443/witness</c>.</summary>
    public string Address { get; set; } = string.Empty;

    /// <summary>Its published key: <c>name+id+base64</c>.</summary>
    public string Key { get; set; } = string.Empty;
}
