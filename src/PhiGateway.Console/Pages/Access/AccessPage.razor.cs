using Microsoft.AspNetCore.Components;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Access;

/// <summary>One record of the trail: what happened, which door closed, and its proof.</summary>
public sealed partial class AccessPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required AccessModel Model { get; set; }

    private string Sentence
    {
        get
        {
            var line = Model.Line;
            var who = line.Who is { } known ? known : "Somebody we do not know";
            var of = Model.Explanation?.Who.OrganizationName is { } name ? $" of {name}" : string.Empty;
            var what = line.What is { } template ? $"{line.Event} ({template})" : line.Event;
            var purpose = line.Purpose is { } code ? $" for {code}" : string.Empty;
            return line.Decision switch
            {
                "permit" when line.Kind == "disclosure" =>
                    $"{who}{of} was allowed {what}{purpose} and received {Words.Count(line.Released, "resource", "resources")} "
                        + $"about {Words.Count(Model.Patients, "patient", "patients")}{Withheld(line.Withheld)}.",
                "permit" => $"{who}{of} was allowed {what}{purpose}.",
                "deny" => $"{who}{of} asked for {what}{purpose} and was refused: {Words.Reason(line.Reason).TrimEnd('.')} ({line.Reason}).",
                "error" => $"{who}{of} asked for {what}{purpose} and could not be answered: {Words.Reason(line.Reason).TrimEnd('.')}.",
                _ => $"{who} did {what}.",
            };
        }
    }

    private static string Withheld(long count) => count == 0 ? string.Empty : $"; {Words.Number(count)} were withheld";

    private static string StyleOf(string outcome) =>
        outcome switch
        {
            "open" => "allow",
            "closed" => "deny",
            _ => "quiet",
        };
}
