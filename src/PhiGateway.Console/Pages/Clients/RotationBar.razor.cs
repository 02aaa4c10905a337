using Microsoft.AspNetCore.Components;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Clients;

/// <summary>How much of the time between two rotations of a credential has passed.</summary>
public sealed partial class RotationBar
{
    // Red before it is too late, amber a fortnight before.
    private const int WarnDays = 14;

    /// <summary>The credential.</summary>
    [Parameter, EditorRequired]
    public required Credential Model { get; set; }

    /// <summary>The day, UTC.</summary>
    [Parameter, EditorRequired]
    public required DateOnly Today { get; set; }

    private int Left => Model.RotateBy is { } by ? by.DayNumber - Today.DayNumber : 0;

    private string Kind
    {
        get
        {
            if (Left <= 0)
            {
                return "deny";
            }

            return Left <= WarnDays ? "warn" : "good";
        }
    }

    private int Share
    {
        get
        {
            var begun = Model.Created ?? Model.RotateBy?.AddDays(-90) ?? Today;
            var all = Math.Max(1, (Model.RotateBy ?? Today).DayNumber - begun.DayNumber);
            return Math.Clamp((Today.DayNumber - begun.DayNumber) * 100 / all, 2, 100);
        }
    }
}
