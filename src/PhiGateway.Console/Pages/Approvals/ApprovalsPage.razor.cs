using Microsoft.AspNetCore.Components;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Approvals;

/// <summary>The clients that wait for a second person, longest first.</summary>
public sealed partial class ApprovalsPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required ApprovalsModel Model { get; set; }

    private string Waiting
    {
        get
        {
            var here = Words.Count(Model.Items.Count, "client waits", "clients wait");
            return Model.Next is null && !Model.IsLater ? here : here + " on this page, and more on others";
        }
    }
}
