namespace PhiGateway.Audit.Journal;

/// <summary>One durable record as it stands in the journal; readers own its memory.</summary>
/// <param name="Sequence">Place in the log.</param>
/// <param name="ChainHash">SHA-256 over the previous chain hash, the sequence and the body: 32 bytes.</param>
/// <param name="Body">UTF-8 JSON exactly as hashed.</param>
public readonly record struct JournalFrame(long Sequence, ReadOnlyMemory<byte> ChainHash, ReadOnlyMemory<byte> Body);
