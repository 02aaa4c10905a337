namespace PhiGateway.Gateway.Egress;

/// <summary>A connection was not opened because no address of its host may be called from here; the message names no host.</summary>
internal sealed class EgressRefusedException() : IOException("The host has no address that may be called from here.");
