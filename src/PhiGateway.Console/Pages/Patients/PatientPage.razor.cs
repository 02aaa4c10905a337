using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Pages.Patients;

/// <summary>Who saw one patient, for what, and which of it must be accounted for.</summary>
public sealed partial class PatientPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required PatientModel Model { get; set; }
}
