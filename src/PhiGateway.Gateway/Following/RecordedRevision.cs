using System.Text.Json;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;

namespace PhiGateway.Gateway.Following;

/// <summary>
/// The newest registry revision that this node has decided by, as its own journal proves: what is older must not come into force again.
/// </summary>
internal static class RecordedRevision
{
    // Revisions only grow, so the last records have the newest; some of the last are the journal's own and have none.
    private const int Records = 2000;

    /// <summary>Reads the end of the journal; 0 when it says nothing.</summary>
    public static long In(FileJournal journal)
    {
        using var reader = journal.CreateReader(Math.Max(journal.FirstSequence, journal.DurableSequence - Records));
        var newest = 0L;
        try
        {
            while (reader.TryRead(out var frame))
            {
                newest = Math.Max(newest, AuditRecordReader.Read(frame.Body.Span).Revision);
            }
        }
        catch (Exception damage) when (damage is InvalidDataException or JsonException)
        {
            // The journal's own checks say so; what was read counts.
        }

        return newest;
    }
}
