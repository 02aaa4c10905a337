using System.Globalization;
using Microsoft.AspNetCore.Components;
using PhiGateway.Admin.Revocations;
using PhiGateway.Console.Parts;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Revocations;

/// <summary>What was revoked, whether it still counts, and the step that lifts it.</summary>
public sealed partial class RevocationsPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required RevocationsModel Model { get; set; }

    private string? Next
    {
        get
        {
            var shown = Model.List.Skipped + Model.List.Items.Count;
            return shown < Model.List.Total
                ? Links.With("/console/revocations", ("skip", shown.ToString(CultureInfo.InvariantCulture)))
                : null;
        }
    }

    private static string? HrefOf(Revocation row) =>
        row.Target switch
        {
            RevocationTarget.Client => Links.Client(row.Value),
            RevocationTarget.Organization => Links.Vendor(row.Value),
            RevocationTarget.UseCase => Links.UseCase(row.Value),
            RevocationTarget.Tenant => Links.Audit(tenant: row.Value),
            _ => null,
        };

    private static string StateOf(RevocationLine line) =>
        line switch
        {
            { Lift: not null } => "lifted",
            { IsOver: true } => "over: the token is dead by itself",
            _ => "in force",
        };
}
