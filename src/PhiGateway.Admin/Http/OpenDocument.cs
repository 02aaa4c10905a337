namespace PhiGateway.Admin.Http;

/// <summary>
/// Marks an endpoint that answers everybody, without a credential: the same public words of the configuration to all. Asked by the gate.
/// </summary>
internal sealed class OpenDocument;
