using Microsoft.AspNetCore.Components;
using PhiGateway.Admin.Shadows;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Lab;

/// <summary>What a candidate would have changed, by client and reason, with the decisions that show it.</summary>
public sealed partial class ShadowPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required ShadowModel Model { get; set; }

    private Shadow Shadow => Model.Report.Shadow;

    // Ids that are made one after the other begin alike: their ends tell them apart.
    private static string ShortOf(Guid id) => "…" + id.ToString("D")[24..];

    // Of what was seen and not judged no list is kept: all decisions under the use case, up to where the shadow has read.
    private string AllOf =>
        Links.With(
            "/console/audit",
            ("from", Links.Moment(Shadow.From)),
            ("to", Model.Report.JudgedUpTo is { } read ? Links.Moment(read.AddSeconds(1)) : null),
            ("use_case", Shadow.UseCase)
        );

    // The trail has what was decided, and not what would be: among these records are those that were judged.
    private static string RecordsOf(ShadowChange row)
    {
        var isPermit = row.Was == "permit";
        return Links.Audit(
            row.First.AddTicks(-(row.First.UtcTicks % TimeSpan.TicksPerSecond)),
            row.Last.AddSeconds(1),
            isPermit ? "permit" : "deny",
            isPermit ? null : row.Was,
            row.Client
        );
    }

    private static string PassedOver(ShadowCounts counts)
    {
        List<string> said = [$"Of {Words.Count(counts.Seen, "decision", "decisions")} of its clients"];
        if (counts.NotSampled > 0)
        {
            said.Add($"{Words.Number(counts.NotSampled)} were not in the sample");
        }

        if (counts.OverBudget > 0)
        {
            said.Add($"{Words.Number(counts.OverBudget)} were too many within a second");
        }

        said.AddRange(counts.NotJudged.Select(static pair => $"{Words.Number(pair.Value)} {pair.Key}"));
        if (counts.OtherChanges > 0)
        {
            said.Add($"{Words.Number(counts.OtherChanges)} changed answers stand in no row");
        }

        return string.Join("; ", said)
            + ". A record keeps neither the token's scope nor a body, and no labels of what was let out: those are not judged.";
    }
}
