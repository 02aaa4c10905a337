using Microsoft.AspNetCore.Components;
using PhiGateway.Admin.Status;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Trust;

/// <summary>The node's verifier, the witnesses of its log and the receivers of its records, each with how far it is behind.</summary>
public sealed partial class WatchersOfTheTrail
{
    /// <summary>The page that it stands on.</summary>
    [Parameter, EditorRequired]
    public required TrustModel Model { get; set; }

    private string Witnessed =>
        Model.Log?.Witnessed is { } note ? $"over {TrustPage.SizeOf(note)} records" : "none: nobody was asked to cosign, or nobody has yet";

    private static string StyleOf(string? problem) => problem is null ? "allow" : "warn";

    private static string VerifierStyle(VerifierHealth verifier)
    {
        if (verifier.Findings.Count > 0)
        {
            return "deny";
        }

        return verifier.Problem is null ? "allow" : "warn";
    }

    private static string VerifierState(VerifierHealth verifier)
    {
        if (verifier.Findings.Count > 0)
        {
            return Words.Count(verifier.Findings.Count, "contradiction", "contradictions");
        }

        return verifier.Problem is null ? "finds nothing wrong" : "cannot verify";
    }
}
