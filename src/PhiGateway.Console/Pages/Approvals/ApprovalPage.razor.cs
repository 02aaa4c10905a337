using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Pages.Approvals;

/// <summary>What an approval would permit, in words, and the approval itself.</summary>
public sealed partial class ApprovalPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required ApprovalModel Model { get; set; }
}
