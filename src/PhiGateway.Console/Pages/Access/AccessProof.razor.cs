using Microsoft.AspNetCore.Components;
using PhiGateway.Admin.Trail;

namespace PhiGateway.Console.Pages.Access;

/// <summary>Whether the record that is shown is what the transparency log has in its place, and the proof to take away.</summary>
public sealed partial class AccessProof
{
    /// <summary>The page that it stands on.</summary>
    [Parameter, EditorRequired]
    public required AccessModel Model { get; set; }

    private string Kind =>
        Model.Verified.Stand switch
        {
            RecordStand.Proven => "allow",
            RecordStand.Contradicts => "deny",
            _ => "warn",
        };

    private string Stand =>
        Model.Verified.Stand switch
        {
            RecordStand.Proven => "proven",
            RecordStand.Contradicts => "contradicts the log",
            RecordStand.NotYet => "not proven yet",
            RecordStand.Destroyed => "content destroyed",
            _ => "not proven here",
        };

    private string Said =>
        Model.Verified.Stand == RecordStand.Proven
            ? "byte for byte what the log has in its place, verified now up to the root of the checkpoint below"
            : Model.Verified.Why ?? string.Empty;
}
