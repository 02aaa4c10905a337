using PhiGateway.Gateway.Configuration;
using PhiGateway.Storage;

namespace PhiGateway.Gateway.Composition;

/// <summary><c>seal-registry</c>: seals every registry document that has no seal yet, as it stands.</summary>
internal static class SealRegistryCommand
{
    /// <summary>Seals and says how many; 2 when there is no key to seal with.</summary>
    public static async Task<int> RunAsync(GatewayOptions options, TextWriter output, TextWriter error)
    {
        try
        {
            if (RegistrySeals.Read(options, null) is not { } seal)
            {
                await error.WriteLineAsync("PhiGateway:Registry:SealKeyFile names no key: see docs/runbooks/registry-seals.md.");
                return 2;
            }

            var login = options.Admin.RegistryConnectionString ?? options.Registry.ConnectionString;
            await using var registry = RegistryStorage.Create(GatewayHost.StoreOf(options.Registry.Provider, login), seal: seal);
            await output.WriteLineAsync($"{await registry.SealAllAsync(CancellationToken.None)} documents were sealed as they stand.");
            return 0;
        }
        catch (Exception fault) when (StartFaults.IsForOperators(fault) || fault is System.Data.Common.DbException)
        {
            await error.WriteLineAsync($"The registry was not sealed: {fault.Message}");
            return 1;
        }
    }
}
