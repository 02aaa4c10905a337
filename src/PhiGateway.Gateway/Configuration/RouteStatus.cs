namespace PhiGateway.Gateway.Configuration;

/// <summary>Says which version of the routes is in force and why a newer one is not; shown by readiness.</summary>
/// <param name="Hash">SHA-256 of the section, lower-case hex: the same on nodes that enforce the same routes.</param>
/// <param name="Since">Since when, UTC.</param>
/// <param name="Refused">Why a newer version of the file is not in force, in words; null: none was refused.</param>
internal sealed record RouteStatus(string Hash, DateTimeOffset Since, string? Refused);
