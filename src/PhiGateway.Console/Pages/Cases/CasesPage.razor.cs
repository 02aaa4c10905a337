using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Pages.Cases;

/// <summary>The cases, open or closed.</summary>
public sealed partial class CasesPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required CasesModel Model { get; set; }

    private string WhyEmpty =>
        Model switch
        {
            { IsNarrowed: true } => "No case fits: the filter went over all of this state.",
            { State: "closed" } => "No case was closed yet.",
            { State: "all" } => "There is no case yet. One is opened from the alerts that it is about.",
            _ => "No case is open. One is opened from the alerts that it is about.",
        };
}
