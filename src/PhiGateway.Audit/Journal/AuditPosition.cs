namespace PhiGateway.Audit.Journal;

/// <summary>The place of a record in its log; returned when the record is durable.</summary>
/// <param name="Sequence">0, 1, 2 … without gap within a log.</param>
public readonly record struct AuditPosition(long Sequence);
