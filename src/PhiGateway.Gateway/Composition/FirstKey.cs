using PhiGateway.Admin.Access;

namespace PhiGateway.Gateway.Composition;

/// <summary>Makes sure that somebody can get into the control plane of a new installation.</summary>
internal static class FirstKey
{
    /// <summary>The generated key, to be shown once; null when one exists or one was configured.</summary>
    public static Task<string?> EnsureAsync(GatewayParts parts, CancellationToken cancellationToken) =>
        BootstrapKey.EnsureAsync(parts.RegistryStore, parts.Journal, parts.Clock, parts.Options.Admin.BootstrapKey, cancellationToken);
}
