using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Pages.Strangers;

/// <summary>Who asked to be registered, by state, network, signer, form and age; and the step that declines all that is shown.</summary>
public sealed partial class StrangersPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required StrangersModel Model { get; set; }

    // To the tick: what came in the same second was seen or was not.
    private string SeenAt => Model.At.UtcDateTime.ToString("O", System.Globalization.CultureInfo.InvariantCulture);
}
