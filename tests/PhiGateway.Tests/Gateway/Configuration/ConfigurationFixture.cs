using Microsoft.Extensions.Configuration;
using PhiGateway.Gateway.Composition;
using PhiGateway.Gateway.Configuration;

namespace PhiGateway.Tests.Gateway.Configuration;

/// <summary>A good configuration as flat keys, and what is found wrong when some are changed.</summary>
internal static class ConfigurationFixture
{
    public const string Gateway = "PhiGateway:";

    public const string Route = "ReverseProxy:Routes:fhir:";

    public const string Cluster = "ReverseProxy:Clusters:ehr:";

    private static readonly Dictionary<string, string?> Good = new()
    {
        [Gateway + "Environment"] = "production",
        [Gateway + "Node"] = "gw-01",
        [Gateway + "PublicBase"] = "https://gw.hospital.example",
        [Gateway + "Listeners:Data"] = "http://127.0.0.1:8080",
        [Gateway + "Listeners:Admin"] = "http://127.0.0.1:8081",
        [Gateway + "Registry:ConnectionString"] = "Data Source=registry.db",
        [Gateway + "Audit:Journal:Directory"] = "journal",
        [Gateway + "Audit:Store:ConnectionString"] = "Data Source=audit.db",
        [Gateway + "Issuers:0:Name"] = "hospital-idp",
        [Gateway + "Issuers:0:Issuer"] = "https://idp.hospital.example",
        [Gateway + "Issuers:0:Audience"] = "https://gw.hospital.example/fhir",
        [Gateway + "Issuers:0:Algorithms:0"] = "ES256",
        [Gateway + "Issuers:0:Environment"] = "production",
        [Route + "ClusterId"] = "ehr",
        [Route + "Match:Path"] = "/fhir/{**rest}",
        [Route + "Metadata:Phi.Kind"] = "fhir-r4",
        [Route + "Metadata:Phi.Base"] = "/fhir",
        [Route + "Metadata:Phi.Tenant"] = "north",
        [Cluster + "Destinations:a:Address"] = "https://ehr.internal:8443/r4",
    };

    /// <summary>Problems after changes; a null value takes the key away.</summary>
    public static IReadOnlyList<ConfigurationProblem> Problems(params (string Key, string? Value)[] changes)
    {
        var keys = new Dictionary<string, string?>(Good);
        foreach (var (key, value) in changes)
        {
            keys.Remove(key);
            if (value is not null)
            {
                keys[key] = value;
            }
        }

        return NodeConfiguration.Read(new ConfigurationBuilder().AddInMemoryCollection(keys).Build()).Problems;
    }
}
