using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Search;

/// <summary>What the search of the trail shows.</summary>
/// <param name="Filters">What was filled in, as it was.</param>
/// <param name="Lines">One page of records, newest first.</param>
/// <param name="Next">Address of the next page; null: this is the last.</param>
/// <param name="Total">How many records the whole result has; null: it was not counted.</param>
/// <param name="CountedAt">When it was counted; null: it was not.</param>
/// <param name="Facets">Counts over the whole result; empty: it was not counted.</param>
/// <param name="Csv">Address of the whole result as CSV.</param>
/// <param name="Ndjson">Address of the whole result as NDJSON.</param>
/// <param name="Tail">Address of the live tail with the same filters.</param>
/// <param name="Problem">What cannot be read; null: all can.</param>
/// <param name="Counting">Where the counts are found when they are there; null: nothing is being counted.</param>
/// <param name="IsDefault">Whether the last day was taken because no time was named.</param>
/// <param name="Saved">Searches that somebody keeps.</param>
/// <param name="Query">The filters as they would be kept; empty: there are none.</param>
/// <param name="FormToken">Token of the session's forms.</param>
/// <param name="Tried">The form that was refused; null: none was.</param>
public sealed record SearchModel(
    SearchFilters Filters,
    IReadOnlyList<TrailLine> Lines,
    string? Next,
    long? Total,
    DateTimeOffset? CountedAt,
    IReadOnlyList<SearchFacet> Facets,
    string Csv,
    string Ndjson,
    string Tail,
    string? Problem,
    string? Counting,
    bool IsDefault,
    IReadOnlyList<SavedLine> Saved,
    string Query,
    string FormToken,
    TriedForm? Tried
);

/// <summary>The filters as they stand in the address.</summary>
/// <param name="From">From this moment on.</param>
/// <param name="To">Before this moment.</param>
/// <param name="Client">Registered client.</param>
/// <param name="Tenant">Tenant.</param>
/// <param name="Decision">permit, deny, error or unknown.</param>
/// <param name="Reason">Code of a refusal.</param>
/// <param name="Kind">Kind of record.</param>
/// <param name="Actor">Person.</param>
/// <param name="Organization">Organization of the use case.</param>
/// <param name="UseCase">Use case under which it was decided.</param>
/// <param name="Type">FHIR resource type.</param>
/// <param name="Interaction">FHIR interaction.</param>
/// <param name="Purpose">One purpose code.</param>
/// <param name="Id">Decision or request id.</param>
/// <param name="Token">A token's id, or the SHA-256 of the token.</param>
/// <param name="Peer">Address or network of the caller.</param>
/// <param name="Task">Id of a task.</param>
/// <param name="Agreement">Agreement of the use case.</param>
/// <param name="Through">Who acted in between.</param>
/// <param name="Event">What happened.</param>
public sealed record SearchFilters(
    string? From,
    string? To,
    string? Client,
    string? Tenant,
    string? Decision,
    string? Reason,
    string? Kind,
    string? Actor,
    string? Organization,
    string? UseCase,
    string? Type,
    string? Interaction,
    string? Purpose,
    string? Id,
    string? Token,
    string? Peer,
    string? Task,
    string? Agreement,
    string? Through,
    string? Event
);

/// <summary>Counts of one column over the whole result.</summary>
/// <param name="Name">Name of the filter.</param>
/// <param name="Label">Name as shown.</param>
/// <param name="Values">Most first.</param>
/// <param name="More">How many further values there are.</param>
public sealed record SearchFacet(string Name, string Label, IReadOnlyList<FacetValue> Values, int More);

/// <summary>One value of a facet.</summary>
/// <param name="Text">The value.</param>
/// <param name="Count">How many records have it.</param>
/// <param name="Href">The search with it, or without it when it is chosen.</param>
/// <param name="IsChosen">Whether it is chosen.</param>
public sealed record FacetValue(string Text, long Count, string Href, bool IsChosen);
