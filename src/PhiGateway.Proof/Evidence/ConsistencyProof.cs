namespace PhiGateway.Proof.Evidence;

/// <summary>Proves that a log extends what it was at an earlier size.</summary>
/// <param name="Size">The earlier size.</param>
/// <param name="Root">The earlier root, in base64.</param>
/// <param name="Path">Hashes of RFC 9162, 2.1.4, in base64.</param>
/// <param name="Checkpoint">The newest checkpoint as a note.</param>
public sealed record ConsistencyProof(long Size, string Root, IReadOnlyList<string> Path, string Checkpoint);
