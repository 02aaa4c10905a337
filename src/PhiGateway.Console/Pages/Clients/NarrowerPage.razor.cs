using Microsoft.AspNetCore.Components;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Clients;

/// <summary>The grants that would have been enough, with what came of deciding past requests again over them.</summary>
public sealed partial class NarrowerPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required NarrowerModel Model { get; set; }

    private string Headline
    {
        get
        {
            var unused = Words.Count(Model.Report.Unused.Count, "granted combination was", "granted combinations were");
            var proof = Model.Report.Proven
                ? "Every decision of that time was made again over the narrower grants, and none went another way."
                : "Not every decision of that time could be made again, or some went another way: see below.";
            return $"{unused} not used in {Model.Report.Days} days. {proof}";
        }
    }
}
