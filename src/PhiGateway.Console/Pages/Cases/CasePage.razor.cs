using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Pages.Cases;

/// <summary>One case: evidence, timeline, patients, notes, and its end.</summary>
public sealed partial class CasePage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required CaseModel Model { get; set; }
}
