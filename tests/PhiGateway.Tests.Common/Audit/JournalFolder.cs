using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Journal.Files;
using PhiGateway.Audit.Records;

namespace PhiGateway.Tests.Common.Audit;

/// <summary>A journal directory of one test, and what one does with it.</summary>
internal sealed class JournalFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("phigw-journal-").FullName;

    public JournalOptions Options =>
        new()
        {
            Directory = Path,
            LogName = "gw-01",
            SegmentBytes = JournalOptions.MinSegmentBytes,
            Budget = 64 * JournalOptions.MinSegmentBytes,
        };

    public string LastSegment => Segments()[^1];

    public string[] Segments()
    {
        var paths = Directory.GetFiles(Path, "*.segment");
        Array.Sort(paths, StringComparer.Ordinal);
        return paths;
    }

    public Task<FileJournal> OpenAsync(IJournalFiles? files = null, JournalOptions? options = null) =>
        JournalOpener.OpenAsync(options ?? Options, TimeProvider.System, files ?? new JournalFiles());

    /// <summary>
    /// What a disk would hold if the machine stopped now; the checkpoint first, for it must not be ahead of the segments.
    /// </summary>
    public JournalFolder Clone()
    {
        var clone = new JournalFolder();
        CopyTo(clone, "journal.checkpoint");
        CopyTo(clone, "shipped.cursor");
        foreach (var segment in Segments())
        {
            CopyTo(clone, System.IO.Path.GetFileName(segment));
        }

        return clone;
    }

    public void CopyTo(JournalFolder other, string name)
    {
        var from = System.IO.Path.Combine(Path, name);
        if (File.Exists(from))
        {
            File.Copy(from, System.IO.Path.Combine(other.Path, name), overwrite: true);
        }
    }

    public static List<(long Sequence, AuditRecord Record)> ReadAll(FileJournal journal)
    {
        var records = new List<(long, AuditRecord)>();
        using var reader = journal.CreateReader(journal.FirstSequence);
        while (reader.TryRead(out var frame))
        {
            records.Add((frame.Sequence, AuditRecordReader.Read(frame.Body.Span)));
        }

        return records;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
