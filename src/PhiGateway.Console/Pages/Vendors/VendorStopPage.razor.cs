using Microsoft.AspNetCore.Components;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Vendors;

/// <summary>What stops with an organization, and the step that stops it.</summary>
public sealed partial class VendorStopPage
{
    private const int MostClients = 500;

    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required VendorStopModel Model { get; set; }

    private string Types =>
        string.Join(
            ", ",
            Model
                .Vendor.UseCases.SelectMany(static useCase => useCase.Grants)
                .SelectMany(static grant => grant.Types)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)
        );

    private string AllClients => Links.With("/console/clients", ("q", Model.Vendor.Organization.Id));
}
