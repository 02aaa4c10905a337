using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Pages.Search;

/// <summary>Counts of a search over its whole result, each a link that narrows it.</summary>
public sealed partial class FacetList
{
    // What people narrow by first; the rest is folded away.
    private const int First = 4;

    /// <summary>The facets.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyList<SearchFacet> Model { get; set; }
}
