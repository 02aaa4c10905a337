using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Parts;

/// <summary>Says which part of a list is shown, and leads to the parts beside it; nothing where the list is shown whole.</summary>
public sealed partial class ListPager
{
    /// <summary>The part.</summary>
    [Parameter, EditorRequired]
    public required ListPart Model { get; set; }
}
