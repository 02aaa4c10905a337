using PhiGateway.Audit.Journal.Files;
using PhiGateway.Audit.Journal.Segments;

namespace PhiGateway.Audit.Journal;

/// <summary>
/// Gives the writer its next segment file: a spare of zeros made ahead of time, from a shipped segment where there is one.
/// </summary>
internal sealed class SegmentSupply(JournalOptions options, string log, IJournalFiles files, SegmentTable table)
{
    private const string SpareName = "spare.zeros";
    private const string UnfinishedName = "spare.unfinished";

    private readonly Lock _lock = new();
    private bool _hasSpare;

    private string Spare => Path.Combine(options.Directory, SpareName);

    private string Unfinished => Path.Combine(options.Directory, UnfinishedName);

    /// <summary>Whether the next segment is there already.</summary>
    public bool HasSpare => Volatile.Read(ref _hasSpare);

    /// <summary>Segment files on disk, the spare among them.</summary>
    public int AllocatedFiles => table.Count + (Volatile.Read(ref _hasSpare) ? 1 : 0);

    /// <summary>Removes what a crash left of a spare; it may hold anything.</summary>
    public void Clear()
    {
        files.Delete(Spare);
        files.Delete(Unfinished);
    }

    /// <summary>Starts the segment whose first record is this one; null when there is no room for it.</summary>
    /// <remarks>The header is durable before the name, and the name before any record: a segment with a name is always whole.</remarks>
    public IJournalFile? Start(long firstSequence, byte[] previousHash)
    {
        lock (_lock)
        {
            if (!_hasSpare && !Make())
            {
                return null;
            }

            using (var spare = files.OpenForAppend(Spare))
            {
                spare.WriteDurable(new SegmentHeader(log, firstSequence, previousHash).Encode(), 0);
            }

            var path = Path.Combine(options.Directory, SegmentHeader.FileName(firstSequence));
            files.Move(Spare, path);
            files.SyncDirectory(options.Directory);
            _hasSpare = false;
            table.Add(new Segment(path, firstSequence));
            return files.OpenForAppend(path);
        }
    }

    /// <summary>Makes the spare when it is missing; false when there is no room.</summary>
    public bool Prepare()
    {
        lock (_lock)
        {
            return _hasSpare || Make();
        }
    }

    /// <summary>Takes back the file of a segment that nobody needs any more.</summary>
    public void Recycle(Segment segment)
    {
        lock (_lock)
        {
            if (_hasSpare)
            {
                files.Delete(segment.Path);
                segment.IsGone = true;
                files.SyncDirectory(options.Directory);
                return;
            }

            // One of before that could not be emptied would be in this one's way.
            files.Delete(Unfinished);

            // The name goes first, durably: zeros under the name of a segment would look like lost records.
            files.Move(segment.Path, Unfinished);
            segment.IsGone = true;
            files.SyncDirectory(options.Directory);
            files.Zero(Unfinished, options.SegmentBytes);
            files.Move(Unfinished, Spare);
            _hasSpare = true;
        }
    }

    private bool Make()
    {
        if ((table.Count + 1) * options.SegmentBytes > options.Budget)
        {
            return false;
        }

        try
        {
            files.CreateZeroed(Unfinished, options.SegmentBytes);
            files.Move(Unfinished, Spare);
            _hasSpare = true;
            return true;
        }
        catch (Exception e) when (JournalFiles.IsNoRoom(e))
        {
            files.Delete(Unfinished);
            return false;
        }
    }
}
