using System.Data.Common;
using System.Net.Sockets;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Health;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Identity.Common;
using PhiGateway.Storage;
using PhiGateway.Storage.Common;

namespace PhiGateway.Gateway.Composition;

/// <summary>
/// Reads the configured body keys, or explains why they cannot be used. They are never made here, for all nodes of a store share them.
/// </summary>
internal static class BodyKeys
{
    /// <summary>Null when none is configured.</summary>
    /// <exception cref="StorageException">One is not there, is no key, or can be read by others: in words, never with the key.</exception>
    public static BodyKeyRing? Read(GatewayOptions options)
    {
        var bodies = options.Audit.Bodies;
        if (bodies.Keys.Count == 0)
        {
            return null;
        }

        var keys = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var (name, reference) in bodies.Keys)
        {
            keys[name] = ReadOne(name, reference);
        }

        return new BodyKeyRing(keys, bodies.Key);
    }

    /// <summary>The audit store, by one of the configured logins, with these keys.</summary>
    public static AuditStorage Open(GatewayOptions options, string connectionString, TimeProvider? clock = null) =>
        AuditStorage.Create(GatewayHost.StoreOf(options.Audit.Store.Provider, connectionString), clock, Read(options));

    /// <summary>
    /// What of the store's bodies cannot be read with them: told in the log and by readiness, and never a reason not to start, since records
    /// are written without reading any. A store that is away is asked later, by whoever reads.
    /// </summary>
    public static async Task<IReadOnlyList<StartProblem>> CheckAsync(AuditStorage storage, ILogger log, CancellationToken cancellationToken)
    {
        try
        {
            var problems = await storage.CheckBodyKeysAsync(cancellationToken);
            foreach (var problem in problems)
            {
                GatewayLog.BodyKeyUnopened(log, problem);
            }

            return [.. problems.Select(static problem => new StartProblem("body keys", problem))];
        }
        catch (Exception fault) when (fault is DbException or TimeoutException or SocketException)
        {
            // It says so by itself, in /readyz.
            return [];
        }
    }

    private static byte[] ReadOne(string name, string reference)
    {
        if (!SecretReference.TryResolve(reference, out var secret, out var problem))
        {
            throw Problem(name, problem);
        }

        if (SecretReference.FindRightsFlaw(reference) is { } flaw)
        {
            throw Problem(name, flaw);
        }

        var key = new byte[BodyKeyRing.KeyBytes + 1];
        return Convert.TryFromBase64String(secret, key, out var length) && length == BodyKeyRing.KeyBytes
            ? key[..length]
            : throw Problem(name, $"it must be {BodyKeyRing.KeyBytes} bytes in base64 (openssl rand -base64 {BodyKeyRing.KeyBytes})");
    }

    private static StorageException Problem(string name, string problem) =>
        new(StorageProblem.Misconfigured, $"The body key '{name}' (PhiGateway:Audit:Bodies:Keys) cannot be used: {problem}.");
}
