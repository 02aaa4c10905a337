using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Journal.Files;

namespace PhiGateway.Tests.Common.Audit;

/// <summary>
/// Verifies a journal directory that no process has open: every frame, the chain, and that nothing acknowledged is missing. Changes
/// nothing.
/// </summary>
public static class JournalInspector
{
    /// <summary>Reads all segments.</summary>
    /// <exception cref="JournalOpenException">What is wrong, with the sequence of the first bad record.</exception>
    public static JournalInspection Inspect(string directory)
    {
        if (!Directory.Exists(directory))
        {
            throw new JournalOpenException($"There is no journal in {directory}.");
        }

        var found = JournalRecovery.Read(directory);
        return new JournalInspection(
            found.Checkpoint?.Log,
            found.Segments.Count > 0 ? found.Segments[0].FirstSequence : 0,
            found.End?.LastSequence ?? -1,
            found.Shipped,
            found.Tail?.TornBytes ?? 0
        );
    }
}

/// <summary>What a verified journal directory holds: its log, its first and last record, and how far it is shipped.</summary>
/// <param name="Log">Name of the log; null when the directory holds none.</param>
/// <param name="First">Oldest record.</param>
/// <param name="Last">Last record; -1 for none.</param>
/// <param name="Shipped">Up to here the store has everything.</param>
/// <param name="TornBytes">Bytes behind the last record that were never acknowledged.</param>
public sealed record JournalInspection(string? Log, long First, long Last, long Shipped, long TornBytes);
