using System.Data.Common;
using System.Net.Sockets;
using PhiGateway.Admin.Access;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Storage.Common;

namespace PhiGateway.Gateway.Composition;

/// <summary>Makes sure that somebody can get into the control plane of a new installation.</summary>
internal static class FirstKey
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The generated key, to be shown once; null when one exists, one was configured, or the registry does not answer yet: it is then made,
    /// and shown, as soon as it does.
    /// </summary>
    public static async Task<string?> EnsureAsync(
        GatewayParts parts,
        ILogger log,
        List<Task> loops,
        CancellationToken stopping,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await MakeAsync(parts, cancellationToken);
        }
        catch (Exception fault) when (IsAway(fault))
        {
            GatewayLog.FirstKeyLater(log, fault.GetType().Name);
            loops.Add(RetryAsync(parts, log, stopping));
            return null;
        }
    }

    /// <summary>Shows a generated key on the console, the only place where it ever stands.</summary>
    public static Task ShowAsync(string key) => Console.Out.WriteLineAsync($"First admin key, shown this once: {key}");

    private static Task<string?> MakeAsync(GatewayParts parts, CancellationToken cancellationToken) =>
        BootstrapKey.EnsureAsync(parts.RegistryStore, parts.Journal, parts.Clock, parts.Options.Admin.BootstrapKey, cancellationToken);

    private static async Task RetryAsync(GatewayParts parts, ILogger log, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(Pause, parts.Clock, stopping);
                if (await MakeAsync(parts, stopping) is { } key)
                {
                    await ShowAsync(key);
                }

                return;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (IsAway(fault))
            {
                // Still away.
            }
#pragma warning disable CA1031 // A key that can never be made must not take the node with it; the log says why.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                GatewayLog.PartStopped(log, "first admin key", fault.GetType().Name);
                return;
            }
        }
    }

    private static bool IsAway(Exception fault) =>
        fault is DbException or TimeoutException or SocketException or StorageException { Problem: StorageProblem.Unreachable }
        || fault.InnerException is DbException or SocketException;
}
