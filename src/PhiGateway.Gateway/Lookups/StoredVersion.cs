using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Decisions;

namespace PhiGateway.Gateway.Lookups;

/// <summary>
/// The stored version of a resource that a change would overwrite, as facts for the decision and as the version to tie the write to.
/// </summary>
/// <param name="Part">The part that changes it, with the facts of what is stored, or that nothing is.</param>
/// <param name="Version">The version that was read (of a declared API, the entity tag); null: nothing is stored, or it has none.</param>
internal sealed record StoredVersion(AccessPart Part, string? Version)
{
    /// <summary>
    /// For an update: the same where it keeps the tags of which it says nothing, for a client that may not change them; null: it says
    /// what it means.
    /// </summary>
    public StoredVersion? Keeping { get; init; }

    /// <summary>
    /// For a patch that is applied here: the part as it is decided where the upstream applies it, by what it touches alone; null: it is none.
    /// </summary>
    public AccessPart? AsPatch { get; init; }

    /// <summary>The request with its patch applied over what is stored, or with the tags that it keeps; null: it goes as it is.</summary>
    public FhirRequest? Request { get; init; }

    /// <summary>
    /// Binary resources of this server that this very version names, as <c>element id</c>; who keeps such a name where it stands names
    /// nothing new.
    /// </summary>
    public IReadOnlyCollection<string> Files { get; init; } = [];

    /// <summary>Records that it names, as <c>element Type/id</c>; the same holds for them.</summary>
    public IReadOnlyCollection<string> Names { get; init; } = [];
}
