using Microsoft.AspNetCore.Components;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.History;

/// <summary>What taking the registry back to a moment would change, and the step that does.</summary>
public sealed partial class RevertPage
{
    private const int MostChanges = 100;

    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required RevertModel Model { get; set; }

    private string Back => Links.With("/console/history", ("document", Model.Document));

    private string Whole => Model.Document is { } one ? one : "every document of a registry file";
}
