using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Pages.Reviews;

/// <summary>The access reviews with how far they have come, and the form that starts one.</summary>
public sealed partial class ReviewsPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required ReviewsModel Model { get; set; }
}
