using PhiGateway.Admin.Clients;

namespace PhiGateway.Console.Pages.Clients;

/// <summary>What the page of a client's tokens shows.</summary>
/// <param name="Report">Those that are out.</param>
/// <param name="MayRead">Whether the viewer searches the trail.</param>
/// <param name="MayStop">Whether the viewer may stop the client.</param>
public sealed record ClientTokensModel(TokenReport Report, bool MayRead, bool MayStop);
