using Microsoft.AspNetCore.Components;
using PhiGateway.Admin.Keeping;

namespace PhiGateway.Console.Pages.Trust;

/// <summary>Holds on deletion, and the months and contents that are gone, each with whether the log proves it.</summary>
public sealed partial class KeepingOfTheTrail
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required KeepingModel Model { get; set; }

    private static string StateOf(LegalHold hold)
    {
        if (hold.LiftedAt is not null)
        {
            return "lifted";
        }

        return hold.LiftAskedBy is null ? "stands" : "stands, one wants it lifted";
    }

    private static string StateOf(GoneMonth one) =>
        one.IsDone switch
        {
            true => "gone",
            false => "was not done",
            null => "nobody knows",
        };

    private static string StyleOf(GoneMonth one) =>
        one.IsDone switch
        {
            true => "allow",
            false => "quiet",
            null => "warn",
        };
}
