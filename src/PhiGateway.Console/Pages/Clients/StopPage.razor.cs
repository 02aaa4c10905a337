using Microsoft.AspNetCore.Components;
using PhiGateway.Admin.Alerts;
using PhiGateway.Console.Pages.Alerts;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Clients;

/// <summary>What stops with a client, and the step that stops it.</summary>
public sealed partial class StopPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required StopModel Model { get; set; }

    // Every alert of an emergency use is kept.
    private RenderFragment EmergenciesLink =>
        builder =>
        {
            if (Model.Emergencies == 0)
            {
                builder.AddContent(0, "No emergency use of it is known.");
                return;
            }

            builder.OpenElement(1, "a");
            builder.AddAttribute(
                2,
                "href",
                Links.With(
                    "/console/alerts",
                    ("kind", EmergencyUses.Kind),
                    ("subject", "client/" + Model.Profile.Client.Id),
                    ("state", AlertPlace.All)
                )
            );
            builder.AddContent(3, Words.Count(Model.Emergencies, "emergency use of it is known", "emergency uses of it are known"));
            builder.CloseElement();
        };
}
