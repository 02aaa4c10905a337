using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Pages.UseCases;

/// <summary>The uses of PHI that nobody has approved.</summary>
public sealed partial class UseCasesPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required UseCasesModel Model { get; set; }
}
