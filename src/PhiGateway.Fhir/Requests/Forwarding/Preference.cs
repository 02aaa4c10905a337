using PhiGateway.Fhir.Requests.Routing;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Forwarding;

/// <summary>The few header values that are carried over, each written anew from a closed list.</summary>
internal static class Preference
{
    private static readonly string[] Returns = ["return=minimal", "return=representation", "return=OperationOutcome"];

    internal static string? Return(string? prefer) => Array.Find(Returns, wish => HeaderGrammar.Prefers(prefer, wish));

    internal static string MediaType(FhirRequest request) =>
        request.Interaction == Interaction.Patch
            ? HeaderGrammar.MediaType(request.Headers.ContentType) switch
            {
                "application/json-patch+json" => "application/json-patch+json",
                "application/merge-patch+json" => "application/merge-patch+json",
                _ => "application/fhir+json",
            }
            : "application/fhir+json";
}
