namespace PhiGateway.Gateway.Upstream.Credentials;

/// <summary>A credential could not be made; the message says why, for operators, and holds nothing secret and nothing of an answer's text.</summary>
internal sealed class CredentialException(string problem) : Exception(problem);
