using System.Data.Common;
using System.Net.Sockets;
using PhiGateway.Admin.Access;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Telemetry;

namespace PhiGateway.Gateway.Composition;

/// <summary>
/// Ensures at start that an installation has an admin key that works, generated or configured, so that somebody can get into its control
/// plane; asks again while the registry does not answer.
/// </summary>
internal static class FirstKey
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The generated key, to be shown once; null when one exists or one was configured. Not settled when the registry did not answer.
    /// </summary>
    public static async Task<(string? Key, bool Settled)> TryEnsureAsync(GatewayParts parts, CancellationToken cancellationToken)
    {
        try
        {
            return (await EnsureAsync(parts, cancellationToken), true);
        }
        catch (Exception fault) when (IsAway(fault))
        {
            return (null, false);
        }
    }

    /// <summary>The same, asked again until the registry answers.</summary>
    public static Task<string?> EnsureLaterAsync(GatewayParts parts, ILogger log, CancellationToken stopping) =>
        EnsureLaterAsync(token => EnsureAsync(parts, token), parts.Clock, log, stopping);

    /// <summary>The same of whatever makes the key.</summary>
    /// <param name="ensure">Makes it, unless there is one; throws while that is not known.</param>
    /// <param name="clock">Of the pauses.</param>
    /// <param name="log">Is told each time in vain.</param>
    /// <param name="stopping">Ends the asking.</param>
    public static async Task<string?> EnsureLaterAsync(
        Func<CancellationToken, Task<string?>> ensure,
        TimeProvider clock,
        ILogger log,
        CancellationToken stopping
    )
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(Pause, clock, stopping);
                return await ensure(stopping);
            }
            catch (OperationCanceledException)
            {
                return null;
            }
#pragma warning disable CA1031 // Until there is a key nobody can get in: whatever is wrong now, it is tried again.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                GatewayLog.FirstKeyDelayed(log, fault.GetType().Name);
            }
        }

        return null;
    }

    private static Task<string?> EnsureAsync(GatewayParts parts, CancellationToken cancellationToken) =>
        BootstrapKey.EnsureAsync(
            parts.RegistryStore,
            parts.Journal,
            parts.Clock,
            parts.Options.Admin.BootstrapKey,
            FileOf(parts.Options),
            cancellationToken,
            parts.Options.Admin.RenewBootstrapKey
        );

    /// <summary>Where a generated key is put: beside the journal, unless the configuration says otherwise.</summary>
    public static string FileOf(GatewayOptions options) =>
        Path.GetFullPath(
            options.Admin.BootstrapFile
                ?? Path.Combine(Path.GetDirectoryName(Path.GetFullPath(options.Audit.Journal.Directory)) ?? ".", "bootstrap.key")
        );

    private static bool IsAway(Exception fault) =>
        fault is DbException or TimeoutException or SocketException || fault.InnerException is DbException or SocketException;
}
