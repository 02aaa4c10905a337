using Microsoft.AspNetCore.Components;
using PhiGateway.Console.Parts;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Cases;

/// <summary>One case: evidence, timeline, patients, notes, and its end.</summary>
public sealed partial class CasePage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required CaseModel Model { get; set; }

    private const string CloseLabel =
        "Why: what it was, and what was done. A path that the gateway closed stays closed until two persons open it";

    private string CountedOver =>
        Model.Uncounted == 0
            ? $"Counted over all of the {Words.Count(Model.View.Records.Count, "record", "records")} of its alerts."
            : $"Counted over the first {Words.Number(Model.View.Records.Count - Model.Uncounted)} of "
                + $"{Words.Number(Model.View.Records.Count)} records of its alerts: the evidence has all of them.";

    private static string StateOf(Alert alert)
    {
        List<string> parts = [Words.Kebab(alert.State)];
        if (alert.AssignedTo is { } who)
        {
            parts[0] += $", {who} deals with it";
        }

        if (alert.Risk is { } risk)
        {
            parts.Add(risk);
        }

        if (alert.Technique is { } technique)
        {
            parts.Add($"ATT&CK {technique}");
        }

        return string.Join(" · ", parts);
    }
}
