using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Pages.Work;

/// <summary>What a person began that takes long, and where each of it is found.</summary>
public sealed partial class WorkPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required WorkModel Model { get; set; }
}
