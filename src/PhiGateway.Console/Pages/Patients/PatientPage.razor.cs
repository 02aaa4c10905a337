using Microsoft.AspNetCore.Components;
using PhiGateway.Admin.Accounting;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Patients;

/// <summary>Who saw one patient, for what, and which of it must be accounted for.</summary>
public sealed partial class PatientPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required PatientModel Model { get; set; }

    private string Headline
    {
        get
        {
            var clients = Model.Views.Viewers.Count(static viewer => viewer is { IsClient: true, Allowed: > 0 });
            var people = Model.Views.Viewers.Count(static viewer => !viewer.IsClient);
            return $"{Words.Count(clients, "client saw", "clients saw")} this patient; "
                + $"{Words.Count(people, "person", "people")} looked in the trail. "
                + $"{Words.Count(Model.Views.Accountable, "disclosure", "disclosures")} must be accounted for. "
                + $"Counted over all of the {Words.Count(Model.Views.Records, "record", "records")} that name the patient.";
        }
    }

    private string Of(PatientView viewer, string decision) =>
        Links.With(PatientScreen.PathOf(Model.Key), (viewer.IsClient ? "client" : "actor", viewer.Who), ("decision", decision))
        + "#records";
}
