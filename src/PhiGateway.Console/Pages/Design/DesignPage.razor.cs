using Microsoft.AspNetCore.Components;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Design;

/// <summary>Every part of which the pages are made, on one page.</summary>
public sealed partial class DesignPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required DesignModel Model { get; set; }

    private static readonly ListPart Part = new(50, 50, 620, "/console/design", "/console/design");

    private static readonly TriedForm Wrong = new(
        "plain",
        string.Empty,
        new Dictionary<string, string> { ["wrong"] = "not a day" },
        new Dictionary<string, string> { ["wrong"] = "Write the day as 2027-06-30." },
        null,
        "status: active; owner: rosa"
    );
}
