using Microsoft.AspNetCore.Components;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Reviews;

/// <summary>How often a client under review called, leading to its records for those who read them.</summary>
public sealed partial class UseCount
{
    /// <summary>The review.</summary>
    [Parameter, EditorRequired]
    public required ReviewModel Model { get; set; }

    /// <summary>The client.</summary>
    [Parameter, EditorRequired]
    public required string Client { get; set; }

    /// <summary>permit or deny.</summary>
    [Parameter, EditorRequired]
    public required string Decision { get; set; }

    /// <summary>How often.</summary>
    [Parameter, EditorRequired]
    public required long Count { get; set; }

    private string Href =>
        Links.Audit(
            Model.View.Campaign.StartedAt.AddDays(-Model.View.Campaign.EvidenceDays),
            Model.View.Campaign.StartedAt,
            Decision,
            client: Client
        );
}
