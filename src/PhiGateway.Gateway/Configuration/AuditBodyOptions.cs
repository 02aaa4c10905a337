namespace PhiGateway.Gateway.Configuration;

/// <summary>What an operator writes about how bodies of records are sealed in the audit store.</summary>
public sealed class AuditBodyOptions
{
    /// <summary>
    /// Name of the body key that wraps new data keys; null, the default: bodies are stored as they are. Security: without it, whoever reads the
    /// database's files, or a backup, reads PHI.
    /// </summary>
    public string? Key { get; set; }

    /// <summary>Every body key by its name: a reference to 32 bytes in base64. Older ones stay until 'phi-gateway seal-audit' has run.</summary>
    public IReadOnlyDictionary<string, string> Keys { get; set; } = new Dictionary<string, string>();
}
