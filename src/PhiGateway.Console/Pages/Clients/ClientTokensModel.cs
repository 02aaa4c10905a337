using PhiGateway.Admin.Clients;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Clients;

/// <summary>What the page of a client's tokens shows.</summary>
/// <param name="Report">All that are out.</param>
/// <param name="Shown">Those that stand on the page; a client may have thousands.</param>
/// <param name="Part">Which part of them the page shows.</param>
/// <param name="MayRead">Whether the viewer searches the trail.</param>
/// <param name="MayStop">Whether the viewer may stop the client, and revoke its tokens.</param>
/// <param name="Tried">The form that was refused; null: none was.</param>
/// <param name="FormToken">Token of the session's forms.</param>
public sealed record ClientTokensModel(
    TokenReport Report,
    IReadOnlyList<LiveToken> Shown,
    ListPart Part,
    bool MayRead,
    bool MayStop,
    TriedForm? Tried,
    string FormToken
)
{
    /// <summary>Where one of them is revoked: a form that is refused is shown on the same page.</summary>
    public string RevokePath => Links.With(Links.Client(Report.Client) + "/tokens/revoke", ("skip", ListPart.AskedOf(Part.Skipped)));
}
