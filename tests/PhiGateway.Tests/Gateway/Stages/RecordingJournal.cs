using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;

namespace PhiGateway.Tests.Gateway.Stages;

/// <summary>A journal in memory; takes nothing while its status says so.</summary>
internal sealed class RecordingJournal : IAuditJournal
{
    public JournalStatus Status { get; set; } = JournalStatus.Open;

    internal List<AuditRecord> Records { get; } = [];

    /// <summary>Told of every record that was made.</summary>
    internal Action<AuditRecord> OnAppend { get; set; } = static _ => { };

    public ValueTask<AuditPosition> AppendAsync(AuditRecord record)
    {
        if (Status is not (JournalStatus.Open or JournalStatus.NearlyFull))
        {
            throw new JournalUnavailableException(Status);
        }

        Records.Add(record);
        OnAppend(record);
        return new(new AuditPosition(Records.Count - 1));
    }

    public bool TryAppend(AuditRecord record)
    {
        Records.Add(record);
        return true;
    }
}
