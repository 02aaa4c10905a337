using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;

namespace PhiGateway.Gateway.Composition;

/// <summary>
/// The journal of a rehearsal: takes records of what never happened and keeps none. Given to nobody but <see cref="RehearsedNode"/>.
/// </summary>
internal sealed class RehearsedJournal : IAuditJournal
{
    private long _last = -1;

    /// <summary>How many records it was given.</summary>
    public long Taken => Interlocked.Read(ref _last) + 1;

    /// <inheritdoc />
    public JournalStatus Status => JournalStatus.Open;

    /// <inheritdoc />
    public ValueTask<AuditPosition> AppendAsync(AuditRecord record) => new(new AuditPosition(Interlocked.Increment(ref _last)));

    /// <inheritdoc />
    public bool TryAppend(AuditRecord record)
    {
        Interlocked.Increment(ref _last);
        return true;
    }
}
