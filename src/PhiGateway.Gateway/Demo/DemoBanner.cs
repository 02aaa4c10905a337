using PhiGateway.Gateway.Composition;

namespace PhiGateway.Gateway.Demo;

/// <summary>What the demonstration prints: what runs, and five commands that show the whole promise.</summary>
internal static class DemoBanner
{
    /// <summary>The text.</summary>
    public static string Write(
        GatewayHost host,
        DemoBackend backend,
        string folder,
        IReadOnlyDictionary<string, string> tokens,
        DemoClientKey key
    )
    {
        var acme = tokens["acme-results-connector"];
        return $"""
            console {host.AdminAddress}/console    choose who you are; nothing to install

            PHI Gateway · DEMONSTRATION · not for real data
            Keys, tokens and registry were made for this run; everything listens on loopback only; {folder} is deleted at the next start.

              data plane    {host.DataAddress}/fhir         tokens in {folder}/*.token
              control plane {host.AdminAddress}/admin/v1    key in {folder}/admin.key
              token service {host.Parts.Options.TokenService?.Issuer}              SMART Backend Services for {DemoClientKey.Client} with {key.File}
              FHIR backend  {backend.Base}  ({backend.Count} CC0 HL7 examples, no access control of its own)
              clients       acme-results-connector (lab vendor), ward-app (internal), clearbill-claims (billing), cohort-44-loader (research)

            1. An approved client reads a patient's lab results:
               curl -s -H "Authorization: Bearer $(cat '{acme}')" "{host.DataAddress}/fhir/Observation?patient=f001&category=laboratory"

            2. The same token asks for something its use case does not cover, although its scope would:
               curl -s -i -H "Authorization: Bearer $(cat '{acme}')" "{host.DataAddress}/fhir/Condition?patient=f001"

            3. Both are in the audit trail:
               curl -s -H "Authorization: Bearer $(cat '{folder}/admin.key')" "{host.AdminAddress}/admin/v1/audit?client=acme-results-connector&limit=5"

            4. The client is revoked:
               curl -s -X POST -H "Authorization: Bearer $(cat '{folder}/admin.key')" -H "Content-Type: application/json" \
                 -d '{Body}' "{host.AdminAddress}/admin/v1/clients/acme-results-connector:revoke"

            5. Its next call fails:
               curl -s -i -H "Authorization: Bearer $(cat '{acme}')" "{host.DataAddress}/fhir/Observation?patient=f001&category=laboratory"

            Ctrl-C stops it.

            """;
    }

    private const string Body = """{"reason":"contract ended"}""";
}
