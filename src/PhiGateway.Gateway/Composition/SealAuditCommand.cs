using System.Globalization;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Storage;

namespace PhiGateway.Gateway.Composition;

/// <summary>
/// <c>seal-audit</c>: seals the bodies that the store holds as they are, and wraps every data key under the current body key; run with the login
/// that owns the tables, while nodes run.
/// </summary>
internal static class SealAuditCommand
{
    /// <summary>Seals and says how many; 2 when there is no key to seal with.</summary>
    public static async Task<int> RunAsync(GatewayOptions options, TextWriter output, TextWriter error)
    {
        try
        {
            if (BodyKeys.Read(options) is not { Current: not null } keys)
            {
                await error.WriteLineAsync("PhiGateway:Audit:Bodies:Key names no key: see docs/runbooks/sealed-bodies.md.");
                return 2;
            }

            await using var storage = BodyKeys.Open(options, options.Audit.Store.ConnectionString);
            await storage.Migrator.VerifyAsync(CancellationToken.None);
            var (bodies, wrapped, unopened) = await storage.SealStoredAsync(CancellationToken.None);
            await output.WriteLineAsync(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{bodies} bodies were sealed, {wrapped} data keys are under '{keys.Current}' now. "
                )
                    + "A node that runs with another key goes on sealing under that one: when every node was restarted with this one, run this "
                    + "again; if it then finds nothing, the other keys are needed no longer, but for backups."
            );
            foreach (var problem in unopened)
            {
                await error.WriteLineAsync($"Left as it is: {problem}");
            }

            return unopened.Count == 0 ? 0 : 1;
        }
        catch (Exception fault) when (StartFaults.IsForOperators(fault) || fault is System.Data.Common.DbException)
        {
            await error.WriteLineAsync($"The trail was not sealed: {fault.Message}");
            return 1;
        }
    }
}
