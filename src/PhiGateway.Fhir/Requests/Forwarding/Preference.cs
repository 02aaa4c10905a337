using PhiGateway.Fhir.Requests.Routing;

namespace PhiGateway.Fhir.Requests.Forwarding;

/// <summary>The few header values that are carried over, each written anew from a closed list.</summary>
internal static class Preference
{
    private static readonly string[] Returns = ["return=minimal", "return=representation", "return=OperationOutcome"];

    internal static string? Return(string? prefer) => Array.Find(Returns, wish => HeaderGrammar.Prefers(prefer, wish));
}
