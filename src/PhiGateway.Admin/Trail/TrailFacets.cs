namespace PhiGateway.Admin.Trail;

/// <summary>What a search of the trail finds, in numbers.</summary>
/// <param name="Total">How many records.</param>
/// <param name="Facets">The same by each thing that records can be told apart by.</param>
public sealed record TrailFacets(long Total, IReadOnlyList<TrailFacet> Facets);

/// <summary>One thing that records can be told apart by.</summary>
/// <param name="Name">As the filter is called, such as client.</param>
/// <param name="Values">The most frequent first; records that have none are in no value.</param>
/// <param name="More">How many further values there are.</param>
public sealed record TrailFacet(string Name, IReadOnlyList<TrailFacetValue> Values, int More);

/// <summary>How many records have one value.</summary>
/// <param name="Value">The value, as the filter takes it.</param>
/// <param name="Count">How many records.</param>
public sealed record TrailFacetValue(string Value, long Count);
