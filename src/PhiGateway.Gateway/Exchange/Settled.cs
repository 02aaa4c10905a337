using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Decisions;

namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// What the Settle stage adds to the exchange: the permit over all facts, and the stored version or condition that the call is tied to.
/// </summary>
/// <param name="Permit">The permit under which the call goes and its answer is judged.</param>
/// <param name="Version">The stored version (or entity tag) that a change was decided over; null without one.</param>
/// <param name="Unless">For a creation on a condition: the search that found nothing; null otherwise.</param>
internal readonly record struct Settled(Permit Permit, string? Version = null, OwnSearch? Unless = null)
{
    /// <summary>
    /// The request with its patch applied over the stored version, or with what its chains lead over in their place; null: it goes as it is.
    /// </summary>
    public FhirRequest? Request { get; init; }

    /// <summary>What was decided over, where that is more than the request says by itself; null: its own parts.</summary>
    public IReadOnlyList<AccessPart>? Parts { get; init; }

    /// <summary>Binary resources that the version named over which the change was decided, as <c>element id</c>; null: there was none.</summary>
    public IReadOnlyCollection<string>? StoredFiles { get; init; }

    /// <summary>Records that the same version named, as <c>element Type/id</c>; null: there was none.</summary>
    public IReadOnlyCollection<string>? StoredNames { get; init; }

    /// <summary>
    /// A patch that was applied here may go upstream as it is, too, where no update is taken: it was decided as one that the upstream applies,
    /// beside its result; false by default.
    /// </summary>
    public bool MayGoAsPatch { get; init; }

    /// <summary>What its condition matches is nothing, and so there is nothing to do: it does not go upstream; false by default.</summary>
    public bool IsIdle { get; init; }

    /// <summary>What is asked is how many there are, and the gateway counts those that this client may see; false by default.</summary>
    public bool Counts { get; init; }

    /// <summary>What stands in the place of chains that were looked up; null without.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Walked { get; init; }
}
