using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Pages.Search;

/// <summary>Records of the trail as a table; each leads to its access.</summary>
public sealed partial class TrailTable
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyList<TrailLine> Model { get; set; }
}
