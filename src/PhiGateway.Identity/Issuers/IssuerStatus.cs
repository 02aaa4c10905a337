namespace PhiGateway.Identity.Issuers;

/// <summary>Whether the keys of one issuer are there, with words for operators; shown by readiness.</summary>
/// <param name="Name">Configured name.</param>
/// <param name="Ready">Keys are there.</param>
/// <param name="Message">Words without secrets.</param>
public sealed record IssuerStatus(string Name, bool Ready, string Message);
