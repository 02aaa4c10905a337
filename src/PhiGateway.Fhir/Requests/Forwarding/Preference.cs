using PhiGateway.Fhir.Requests.Routing;

namespace PhiGateway.Fhir.Requests.Forwarding;

/// <summary>
/// Reads which answer to a write a client prefers (<c>return=…</c>) as one of a closed list, for the Prefer header that goes upstream.
/// </summary>
internal static class Preference
{
    private static readonly string[] Returns = ["return=minimal", "return=representation", "return=OperationOutcome"];

    internal static string? Return(string? prefer) => Array.Find(Returns, wish => HeaderGrammar.Prefers(prefer, wish));
}
