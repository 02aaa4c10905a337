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

    /// <summary>Names of answers that are leaving and of which nothing says how that ended.</summary>
    internal HashSet<Guid> Leaving { get; } = [];

    /// <summary>Whoever waits for a record waits for this too.</summary>
    internal Task Flush { get; set; } = Task.CompletedTask;

    public ValueTask<AuditPosition> AppendAsync(AuditRecord record)
    {
        if (Status is not (JournalStatus.Open or JournalStatus.NearlyFull))
        {
            throw new JournalUnavailableException(Status);
        }

        Records.Add(record);
        OnAppend(record);
        var place = new AuditPosition(Records.Count - 1);
        return Flush.IsCompletedSuccessfully ? new(place) : FlushedAsync(place);
    }

    public bool TryAppend(AuditRecord record)
    {
        Records.Add(record);
        if (record.Kind == AuditKind.Delivery)
        {
            LetGo(record.ParentId);
        }

        return true;
    }

    public void HoldOpen(AuditRecord disclosure, long sequence) =>
        Leaving.Add(disclosure.ParentId == Guid.Empty ? disclosure.Id : disclosure.ParentId);

    public void LetGo(Guid id) => Leaving.Remove(id);

    private async ValueTask<AuditPosition> FlushedAsync(AuditPosition place)
    {
        await Flush;
        return place;
    }
}
