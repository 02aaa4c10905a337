using Microsoft.AspNetCore.Components;
using PhiGateway.Admin.Callers;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Callers;

/// <summary>Callers that nobody registered, with what they tried.</summary>
public sealed partial class CallersPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required CallersModel Model { get; set; }

    // The search has no filter for a name that nobody registered nor for a path: the refusals from where it called, in its time.
    private static string RecordsOf(UnknownCaller one) =>
        Links.With(
            "/console/audit",
            ("from", Links.Moment(one.First)),
            ("to", Links.Moment(one.Last.AddSeconds(1))),
            ("decision", "deny"),
            ("peer", one.Peers is [var only] ? only : null)
        );
}
