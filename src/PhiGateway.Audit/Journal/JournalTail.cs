namespace PhiGateway.Audit.Journal;

/// <summary>The last record and chain hash of a recovered journal, from which the writer goes on.</summary>
/// <param name="LastSequence">Last record; -1 when there is none.</param>
/// <param name="ChainHash">What the next record is chained to.</param>
/// <param name="LastBlock">Bytes of the block the last record ends in, up to its end; empty when it ends on a block.</param>
internal sealed record JournalTail(long LastSequence, byte[] ChainHash, byte[] LastBlock);
