namespace PhiGateway.Admin.Configuration;

/// <summary>The result of making one node forget an issuer's signing keys.</summary>
/// <param name="Node">Node that forgot them; each has keys of its own.</param>
/// <param name="Issuer">Configured name.</param>
/// <param name="Ready">Whether new ones are there; until then every token of the issuer is refused here.</param>
/// <param name="Message">In words.</param>
public sealed record IssuerKeysReport(string Node, string Issuer, bool Ready, string Message);
