using System.Text.Json;
using PhiGateway.Policy.Registry;
using PhiGateway.Storage;

namespace PhiGateway.Benchmarks.Peers;

/// <summary>
/// What every gateway under measurement is set up with: one FHIR route to one backend, and registry documents written as they are.
/// </summary>
internal static class GatewaySetup
{
    public static Dictionary<string, object> ReverseProxyTo(string backend, string tenant) =>
        new()
        {
            ["Routes"] = new Dictionary<string, object>
            {
                ["fhir"] = new Dictionary<string, object>
                {
                    ["ClusterId"] = "backend",
                    ["Match"] = new { Path = "/fhir/{**rest}" },
                    ["Metadata"] = new Dictionary<string, string>
                    {
                        ["Phi.Kind"] = "fhir-r4",
                        ["Phi.Base"] = "/fhir",
                        ["Phi.Tenant"] = tenant,
                    },
                },
            },
            ["Clusters"] = new Dictionary<string, object>
            {
                ["backend"] = new Dictionary<string, object>
                {
                    ["Destinations"] = new Dictionary<string, object> { ["a"] = new { Address = $"{backend}/fhir" } },
                },
            },
        };

    /// <summary>Writes new documents in one transaction.</summary>
    public static Task WriteAsync(RegistryStorage storage, IEnumerable<IRegistryEntity> entities, string actor) =>
        storage.Store.WriteAsync(
            [
                .. entities.Select(static entity => new RegistryWrite(
                    KindOf(entity),
                    entity.Id,
                    JsonSerializer.Serialize(entity, entity.GetType(), RegistryJson.Options),
                    0
                )),
            ],
            actor,
            CancellationToken.None
        );

    private static RegistryKind KindOf(IRegistryEntity entity) =>
        Enum.GetValues<RegistryKind>().First(kind => RegistryJson.TypeOf(kind) == entity.GetType());
}
