using PhiGateway.Audit.Journal.Files;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Storage.Common;

namespace PhiGateway.Gateway.Composition;

/// <summary>
/// Reads the configured key with which registry documents are sealed, or explains why it cannot be used. The key is never made here, for
/// all nodes share one.
/// </summary>
internal static class RegistrySeals
{
    /// <summary>Null when none is configured.</summary>
    /// <exception cref="JournalOpenException">The file is not there, is no key, or can be read by others: in words.</exception>
    public static RegistrySeal? Read(GatewayOptions options, ILogger? log)
    {
        if (options.Registry.SealKeyFile is not { } file)
        {
            return null;
        }

        if (!File.Exists(file))
        {
            throw new JournalOpenException(
                $"The seal key {file} is not there. All nodes of a registry share one: copy it from another node, or make it once "
                    + "(openssl rand 32). See docs/runbooks/registry-seals.md."
            );
        }

        try
        {
            var seal = new RegistrySeal(KeyFile.OpenOrCreate(file, "seal key"), options.Registry.SealRequired);
            if (log is not null)
            {
                seal.Refused += (kind, id, had) => GatewayLog.SealRefused(log, kind.ToString(), id, had ? "another" : "no");
            }

            return seal;
        }
        catch (InvalidDataException fault)
        {
            throw new JournalOpenException(fault.Message);
        }
    }
}
