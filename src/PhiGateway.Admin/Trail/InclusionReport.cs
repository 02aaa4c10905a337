namespace PhiGateway.Admin.Trail;

/// <summary>Proves that a record is in the log that a checkpoint signs.</summary>
/// <param name="Log">Name of the log.</param>
/// <param name="Sequence">Place of the record.</param>
/// <param name="Proof">C2SP tlog-proof, with the checkpoint in it.</param>
public sealed record InclusionReport(string Log, long Sequence, string Proof);
