using PhiGateway.Admin.Callers;

namespace PhiGateway.Console.Pages.Callers;

/// <summary>What the inventory of strangers shows.</summary>
/// <param name="Report">Callers that the registry does not know.</param>
/// <param name="Days">How many days were looked at.</param>
public sealed record CallersModel(UnknownReport Report, int Days);
