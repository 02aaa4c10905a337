using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// The plain request that a conditional write came to once its condition was looked up, with its permit; filled by Settle.
/// </summary>
/// <param name="Request">The plain request, without conditions.</param>
/// <param name="Expected">Whether the resource must be there, or must not; unknown: no matter.</param>
/// <param name="Entries">The entries of a transaction, as they are now; null for a request that is none.</param>
/// <param name="Permit">The permit that goes with it; null while there is none yet.</param>
internal readonly record struct Resolved(
    FhirRequest Request,
    StoredState Expected = StoredState.Unknown,
    IReadOnlyList<GatewayExchange>? Entries = null,
    Permit? Permit = null
)
{
    /// <summary>Places of a transaction's entries, as it came, that have nothing to do and do not go upstream; null: none.</summary>
    public IReadOnlySet<int>? Idle { get; init; }
}
