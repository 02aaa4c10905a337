using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Pages.Patients;

/// <summary>Asks which patient is opened, and why.</summary>
public sealed partial class PatientFormPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required PatientFormModel Model { get; set; }
}
