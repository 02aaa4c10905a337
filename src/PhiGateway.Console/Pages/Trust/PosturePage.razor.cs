using Microsoft.AspNetCore.Components;
using PhiGateway.Admin.Controls;

namespace PhiGateway.Console.Pages.Trust;

/// <summary>Controls held against live evidence, and how well clients stand, with their points.</summary>
public sealed partial class PosturePage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required PostureModel Model { get; set; }

    private IEnumerable<(string Name, IReadOnlyList<ControlLine> Controls)> Frameworks =>
        Model
            .View.Controls.Frameworks.Select(framework =>
                (
                    framework.Name,
                    (IReadOnlyList<ControlLine>)[.. framework.Controls.Where(line => Model.State is null || line.State == Model.State)]
                )
            )
            .Where(static framework => framework.Item2.Count > 0);

    private static string StyleOf(string state) =>
        state switch
        {
            "met" => "allow",
            "partly" => "warn",
            "not-met" => "deny",
            _ => "quiet",
        };

    private static string WordOf(string state) =>
        state switch
        {
            "not-met" => "not met",
            "not-shown" => "not shown",
            "outside" => "not the gateway's",
            _ => state,
        };

    private static string StyleOf(ControlEvidence evidence) =>
        evidence.Good switch
        {
            true => "allow",
            false => "deny",
            _ => "quiet",
        };
}
