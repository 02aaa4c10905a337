using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Pages.Cases;

/// <summary>The cases, open or closed.</summary>
public sealed partial class CasesPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required CasesModel Model { get; set; }
}
