using PhiGateway.Fhir.Requests.Routing;
using PhiGateway.Fhir.Requests.Searching;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Interactions;

/// <summary>Reads requests for the CapabilityStatement and the SMART configuration, both answered by the gateway itself.</summary>
internal static class CapabilitiesReader
{
    private static readonly AccessPart[] Parts =
    [
        new AccessPart { Interaction = Interaction.Capabilities, Type = ResourceType.CapabilityStatement },
    ];

    internal static Reading<FhirRequest> Read(RequestSource source, string path)
    {
        for (var i = 0; i < source.Line.Query.Count; i++)
        {
            var (name, value) = source.Line.Query[i];
            // Of which trust community somebody asks for the certificate (FAST Security, section 2.4): there is one.
            if (path.EndsWith("/udap", StringComparison.Ordinal) && name == "community")
            {
                continue;
            }

            if (!IsTaken(name, value))
            {
                return Refusal.Parameter("capabilities take no such parameter").About(name).As<FhirRequest>();
            }
        }

        return Reading<FhirRequest>.Of(
            new FhirRequest
            {
                Canonical = source.Line,
                Interaction = Interaction.Capabilities,
                Type = ResourceType.CapabilityStatement,
                Parameters = source.Line.Query,
                Parts = Parts,
                Headers = source.Headers,
                Template = $"{source.Method} {path}",
            }
        );
    }

    // How little of it would do: clients ask so when they connect. The document is the gateway's own, public and small, and leaves whole
    // (R4 3.1.0.5.2: servers are not obliged to cut anything away).
    private static bool IsTaken(string name, string value) =>
        name switch
        {
            "_format" or "_pretty" => true,
            "mode" => value is "full" or "normative" or "terminology",
            "_summary" => value is "true" or "false" or "text" or "data",
            "_elements" => ResultParameters.HasShape("_elements", value),
            _ => false,
        };
}
