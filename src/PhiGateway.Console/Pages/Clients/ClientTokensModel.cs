using PhiGateway.Admin.Clients;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Clients;

/// <summary>What the page of a client's tokens shows.</summary>
/// <param name="Report">Those that are out.</param>
/// <param name="MayRead">Whether the viewer searches the trail.</param>
/// <param name="MayStop">Whether the viewer may stop the client, and revoke its tokens.</param>
/// <param name="Tried">The form that was refused; null: none was.</param>
/// <param name="FormToken">Token of the session's forms.</param>
public sealed record ClientTokensModel(TokenReport Report, bool MayRead, bool MayStop, TriedForm? Tried, string FormToken);
