using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Pages.Approvals;

/// <summary>The clients that wait for a second person, longest first.</summary>
public sealed partial class ApprovalsPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required ApprovalsModel Model { get; set; }
}
