using Microsoft.AspNetCore.Components;
using PhiGateway.Admin.Shadows;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Lab;

/// <summary>Lists candidates that are judged beside what is in force, and starts one.</summary>
public sealed partial class ShadowsPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required ShadowsModel Model { get; set; }

    /// <summary>Style of a state.</summary>
    internal static string StyleOf(ShadowState state) =>
        state switch
        {
            ShadowState.Running => "info",
            ShadowState.Halted => "warn",
            _ => "quiet",
        };

    private static string Number(long? count) => count is { } known ? Words.Number(known) : "–";
}
