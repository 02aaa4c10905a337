namespace PhiGateway.Audit.Journal;

/// <summary>Where a record stands.</summary>
/// <param name="Sequence">0, 1, 2 … without gap within a log.</param>
public readonly record struct AuditPosition(long Sequence);
