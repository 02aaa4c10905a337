using System.Text.Json.Serialization;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Gateway.Following;

/// <summary>
/// A kept snapshot, or a later change to it, without what documents say and who is on rosters: read by <see cref="KeptRegistryFile"/> to see
/// whether the registry has gone back behind what this node enforced.
/// </summary>
/// <param name="Everything">What was loaded.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
internal sealed record KeptMarks(MarkedChanges Everything);

/// <summary>The part of <see cref="RegistryChanges"/> that <see cref="KeptMarks"/> has, by the same names.</summary>
/// <param name="Revision">The revision reached.</param>
/// <param name="Items">Documents.</param>
/// <param name="Revocations">Revocations in order.</param>
/// <param name="Timeline">The line of history; null: it could not be told.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
internal sealed record MarkedChanges(
    long Revision,
    IReadOnlyList<MarkedDocument> Items,
    IReadOnlyList<Revocation> Revocations,
    string? Timeline
);

/// <summary>Which document was enforced in which form.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Id">Its id.</param>
/// <param name="Revision">The revision that wrote the form.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
internal sealed record MarkedDocument(RegistryKind Kind, string Id, long Revision);
