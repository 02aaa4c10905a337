using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Pages.Revocations;

/// <summary>The emergency stop of many clients at once: the choice, what stops, and the step.</summary>
public sealed partial class MassStopPage
{
    private const int MostOwners = 20;

    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required MassStopModel Model { get; set; }

    private IEnumerable<(string Target, string Title, string Words, IReadOnlyList<string>? Names)> Choices =>
        [
            (
                "model",
                "A model of agents",
                "Vendor and model, such as acme-ai/reader-4.1; acme-ai/* is all of a vendor's",
                Model.Targets.Models
            ),
            ("tenant", "A tenant", "Its name", Model.Targets.Tenants),
            ("organization", "An organization", "Its id", Model.Targets.Organizations),
            (
                "other-than-treatment",
                "Everything that is no treatment",
                "Calls for treatment and in emergencies go on; all others stop.",
                null
            ),
        ];

    private int Emergencies => Model.Preview?.Clients.Count(static client => client.CoversEmergencies) ?? 0;

    private string What => Model.Target == "other-than-treatment" ? "all but treatment" : $"{Model.Target} {Model.Value}";

    private string Owners
    {
        get
        {
            string[] all =
            [
                .. Model.Preview?.Clients.Select(static client => client.Owner).Distinct(StringComparer.OrdinalIgnoreCase) ?? [],
            ];
            var shown = string.Join(", ", all.Take(MostOwners));
            return all.Length > MostOwners ? $"{shown}, and {Parts.Words.Number(all.Length - MostOwners)} more" : shown;
        }
    }
}
