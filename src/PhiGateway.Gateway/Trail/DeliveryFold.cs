using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Gateway.Exchange;

namespace PhiGateway.Gateway.Trail;

/// <summary>
/// Deliveries of whole answers, many in one record: takes the places of their disclosures and writes them together, as soon as there are
/// <see cref="Most"/> or the oldest has waited for a second. Whatever is not plainly handed over whole has a record of its own, by
/// <see cref="AuditTrail"/>.
/// </summary>
/// <remarks>
/// Thread-safe. What waits here when the process is killed is on record as disclosed and is closed as unconfirmed by the next start: never
/// as delivered. What finds no room in the journal stays and is tried again; no more can come meanwhile than is here.
/// </remarks>
internal sealed class DeliveryFold : IDisposable
{
    /// <summary>Most places in one record.</summary>
    public const int Most = 512;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private readonly IAuditJournal _journal;
    private readonly TimeProvider _clock;
    private readonly Lock _lock = new();
    private readonly long[] _places = new long[Most];
    private readonly ITimer _timer;
    private int _count;

    public DeliveryFold(IAuditJournal journal, TimeProvider clock)
    {
        (_journal, _clock) = (journal, clock);
        _timer = clock.CreateTimer(static state => ((DeliveryFold)state!).Write(), this, Longest, Longest);
    }

    /// <summary>Takes the delivery of the whole answer whose disclosure is at a place of the log.</summary>
    /// <returns>False when there is no room for it, here or in the journal.</returns>
    public bool TryAdd(long place)
    {
        lock (_lock)
        {
            if (_count == Most && !TryWrite())
            {
                return false;
            }

            _places[_count++] = place;
            if (_count == Most)
            {
                _ = TryWrite();
            }

            return true;
        }
    }

    /// <summary>Writes what waits, now; called by the timer and when the node stops.</summary>
    public void Write()
    {
        lock (_lock)
        {
            if (_count > 0)
            {
                _ = TryWrite();
            }
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        Write();
    }

    private bool TryWrite()
    {
        var places = _places.AsSpan(0, _count);
        places.Sort();
        var now = _clock.GetUtcNow();
        var record = new AuditRecord
        {
            Id = DecisionIds.New(now),
            Kind = AuditKind.Delivery,
            Event = "delivery",
            Time = now,
            Delivery = "handed-over",
            Sequences = SequenceRanges.Write(places),
        };
        if (!_journal.TryAppend(record))
        {
            return false;
        }

        _count = 0;
        return true;
    }
}
