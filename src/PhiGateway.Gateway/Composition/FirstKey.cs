using System.Data.Common;
using System.Net.Sockets;
using PhiGateway.Admin.Access;

namespace PhiGateway.Gateway.Composition;

/// <summary>Makes sure that somebody can get into the control plane of a new installation.</summary>
internal static class FirstKey
{
    /// <summary>The generated key, to be shown once; null when one exists or one was configured.</summary>
    public static async Task<string?> EnsureAsync(GatewayParts parts, CancellationToken cancellationToken)
    {
        try
        {
            return await BootstrapKey.EnsureAsync(
                parts.RegistryStore,
                parts.Journal,
                parts.Clock,
                parts.Options.Admin.BootstrapKey,
                cancellationToken
            );
        }
        catch (Exception fault)
            when (fault is DbException or TimeoutException or SocketException || fault.InnerException is DbException or SocketException)
        {
            // Without the registry nobody can use a key anyway; the next start tries again.
            return null;
        }
    }
}
