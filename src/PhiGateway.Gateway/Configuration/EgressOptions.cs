namespace PhiGateway.Gateway.Configuration;

/// <summary>What an operator writes about outgoing connections: which networks and addresses this process may call.</summary>
public sealed class EgressOptions
{
    /// <summary>
    /// Networks or addresses that may be called, and no others; empty: all but link-local, metadata, unspecified, multicast and reserved
    /// ones, and loopback only where the configuration says it literally.
    /// </summary>
    public IReadOnlyList<string> Allow { get; set; } = [];
}
