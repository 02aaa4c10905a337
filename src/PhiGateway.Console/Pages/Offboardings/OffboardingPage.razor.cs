using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Pages.Offboardings;

/// <summary>One offboarding: its clock, its clients' last calls, the letters, and who was told.</summary>
public sealed partial class OffboardingPage
{
    private const int MostClients = 200;

    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required OffboardingModel Model { get; set; }
}
