using System.Globalization;
using Microsoft.AspNetCore.Components;
using PhiGateway.Admin.Accounting;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Patients;

/// <summary>Patients' requests with their clocks, without naming a patient.</summary>
public sealed partial class RequestsPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required RequestsModel Model { get; set; }

    private string? Next
    {
        get
        {
            var shown = Model.Skipped + Model.Items.Count;
            return shown < Model.Total ? Links.With("/console/requests", ("skip", shown.ToString(CultureInfo.InvariantCulture))) : null;
        }
    }

    private string StyleOf(DisclosureRequest one) =>
        one switch
        {
            { Answered: not null, IsLate: false } => "allow",
            { Answered: not null } => "warn",
            _ => one.Due <= Model.At ? "deny" : "info",
        };

    private string StateOf(DisclosureRequest one) =>
        one switch
        {
            { Answered: not null, IsLate: false } => "answered in time",
            { Answered: not null } => "answered too late",
            _ when one.Due <= Model.At => $"overdue by {Words.Span(Model.At - one.Due)}",
            _ => $"{Words.Span(one.Due - Model.At)} left",
        };
}
