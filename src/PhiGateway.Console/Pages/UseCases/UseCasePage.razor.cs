using Microsoft.AspNetCore.Components;
using PhiGateway.Console.Parts;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.UseCases;

/// <summary>One use of PHI in words, and the step that approves it.</summary>
public sealed partial class UseCasePage
{
    private const int MostShown = 50;

    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required UseCaseModel Model { get; set; }

    // What was refused is shown as it was sent, also where somebody else was faster.
    private bool IsAsked => Model.Status == UseCaseStatus.Draft || Model.Tried is not null;

    private string AllClients => Links.With("/console/clients", ("q", Model.Brief.UseCase));
}
