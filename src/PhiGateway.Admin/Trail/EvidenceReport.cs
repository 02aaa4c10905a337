using PhiGateway.Proof.Evidence;

namespace PhiGateway.Admin.Trail;

/// <summary>A bundle of evidence for one access.</summary>
/// <param name="Files">Name and bytes of each file.</param>
public sealed record EvidenceReport(IReadOnlyList<EvidenceFile> Files);
