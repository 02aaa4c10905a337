using Microsoft.AspNetCore.Components;
using PhiGateway.Admin.Accounting;

namespace PhiGateway.Console.Pages.Patients;

/// <summary>What no log of this node proves of a patient's request, in words.</summary>
public sealed partial class RequestProof
{
    /// <summary>Of which request.</summary>
    [Parameter, EditorRequired]
    public required DisclosureRequest Model { get; set; }

    private IEnumerable<string> All =>
        new[]
        {
            TextOf(Model.IsUnproven, "No log of this node proves it: another node wrote it, or nobody of the control plane."),
            TextOf(Model.IsExtensionUnproven, "An extension of it is not proven here, and does not count."),
            TextOf(Model.IsAnswerUnproven, "An answer to it is not proven here, and does not count: answer it here too."),
        }.OfType<string>();

    private static string? TextOf(bool? isSo, string words) => isSo == true ? words : null;
}
