using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Work;

/// <summary>Stands in for a page whose content is being made still.</summary>
public sealed partial class WaitPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required WaitModel Model { get; set; }
}
