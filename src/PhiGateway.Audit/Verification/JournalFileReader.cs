using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Journal.Segments;

namespace PhiGateway.Audit.Verification;

/// <summary>
/// Reads the records of a journal directory as they stand in its files, without judging its chain: for verifiers that hold something
/// stronger. Changes nothing, takes no lock.
/// </summary>
public static class JournalFileReader
{
    /// <summary>Oldest first; ends each segment at the first frame that is not whole.</summary>
    public static IEnumerable<JournalFrame> Read(string directory)
    {
        var paths = Directory.GetFiles(directory, "*.segment");
        Array.Sort(paths, StringComparer.Ordinal);
        foreach (var path in paths)
        {
            using var scanner = new SegmentScanner(path);
            while (Next(scanner) is { } frame)
            {
                yield return frame;
            }
        }
    }

    /// <summary>Name of the log that a directory holds; null when it holds none.</summary>
    public static string? LogOf(string directory) => Journal.Files.JournalCheckpoint.Read(directory)?.Log;

    private static JournalFrame? Next(SegmentScanner scanner) =>
        scanner.TryRead(out var header, out var hash, out var body)
            ? new JournalFrame(header.Sequence, hash.ToArray(), body.ToArray())
            : null;
}
