using PhiGateway.Fhir.Requests.Routing;
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

            if (name is not ("mode" or "_format" or "_pretty") || (name == "mode" && value is not ("full" or "normative" or "terminology")))
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
}
