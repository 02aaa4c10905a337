using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;

namespace PhiGateway.Tests.Common.Admin.Fakes;

/// <summary>A journal in memory that can be closed, at once or after some records.</summary>
internal sealed class FakeJournal : IAuditJournal
{
    private readonly Lock _lock = new();
    private readonly List<AuditRecord> _records = [];

    public JournalStatus Status { get; set; } = JournalStatus.Open;

    /// <summary>Records still taken before it closes; null: no end.</summary>
    public int? Room { get; set; }

    /// <summary>Only the last reserve is left: other lanes are refused.</summary>
    public bool HasOnlyItsReserve { get; set; }

    /// <summary>Told of each record that somebody waits for, once it is taken; null: nobody is.</summary>
    public Action<AuditRecord>? Appended { get; set; }

    public IReadOnlyList<AuditRecord> Records
    {
        get
        {
            lock (_lock)
            {
                return [.. _records];
            }
        }
    }

    public ValueTask<AuditPosition> AppendAsync(AuditRecord record)
    {
        AuditPosition place;
        lock (_lock)
        {
            if (Status != JournalStatus.Open || Room <= 0)
            {
                throw new JournalUnavailableException(JournalStatus.Full);
            }

            Room--;
            _records.Add(record);
            place = new AuditPosition(_records.Count - 1);
        }

        Appended?.Invoke(record);
        return ValueTask.FromResult(place);
    }

    public ValueTask<AuditPosition> AppendAsync(AuditRecord record, AuditLane lane) =>
        HasOnlyItsReserve && lane != AuditLane.Reserved ? throw new JournalUnavailableException(JournalStatus.Full) : AppendAsync(record);

    public bool TryAppend(AuditRecord record)
    {
        lock (_lock)
        {
            if (Status == JournalStatus.Open)
            {
                _records.Add(record);
            }

            return Status == JournalStatus.Open;
        }
    }
}
