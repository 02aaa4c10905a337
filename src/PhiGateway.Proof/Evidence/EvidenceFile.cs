namespace PhiGateway.Proof.Evidence;

/// <summary>One file of an evidence bundle.</summary>
/// <param name="Name">Relative path with forward slashes.</param>
/// <param name="Content">Its bytes.</param>
public sealed record EvidenceFile(string Name, byte[] Content);
