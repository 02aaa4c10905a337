using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Keeping;
using PhiGateway.Audit.Shipping;
using PhiGateway.Audit.Verification;
using PhiGateway.Proof.Building;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Cosigning;
using PhiGateway.Proof.Entries;
using PhiGateway.Proof.Heads;

namespace PhiGateway.Proof.Verification;

/// <summary>
/// Verifies one log from outside the node, with whatever of it is at hand: the published files always, journal, store and heads where they are
/// given. The work of the two commands that verify.
/// </summary>
public sealed class OfflineVerifier
{
    private readonly LogFiles _files;
    private readonly VerifiedLog? _log;
    private readonly RecordVerifier? _records;
    private readonly FindingList _findings;
    private string? _journal;

    /// <summary>Verifies keys, checkpoint and tiles.</summary>
    /// <param name="directory">Folder of the published files of one generation.</param>
    /// <param name="trusted">A key of the log that is known from elsewhere; null: none is.</param>
    /// <param name="secrets">Salts and pseudonyms, without which records cannot be compared; null: they are not at hand.</param>
    /// <param name="deleted">Months that were deleted, of all logs that are verified together; null: none is known.</param>
    public OfflineVerifier(string directory, NoteKey? trusted, LogSecrets? secrets, DeletedMonths? deleted = null)
    {
        _files = new LogFiles(directory);
        Name = NameOf(_files) ?? Path.GetFileName(directory);
        _findings = new FindingList(Name);
        _log = LogVerifier.Open(_files, Name, trusted, _findings);
        if (_log is null)
        {
            return;
        }

        LogVerifier.VerifyTiles(_log, _findings);
        WitnessVerifier.Compare(_log, _findings);
        _records = secrets is null ? null : new RecordVerifier(_log, secrets.EntriesOf(Name), _findings, deleted);
    }

    /// <summary>Name of the log.</summary>
    public string Name { get; }

    /// <summary>Records under the checkpoint.</summary>
    public long Size => _log?.Checkpoint.Size ?? 0;

    /// <summary>Whether records can be compared with it.</summary>
    public bool TakesRecords => _records is not null;

    /// <summary>What is wrong.</summary>
    public FindingList Findings => _findings;

    /// <summary>Whether a folder holds the published files of a log.</summary>
    public static bool IsLog(string directory) => Directory.Exists(Path.Combine(directory, "keys"));

    /// <summary>Whether a row of the store is, with its columns, what this log has in its place.</summary>
    public bool IsProven(AuditEntry row) => _records?.IsProven(row) == true;

    /// <summary>Compares the newest checkpoint that witnesses have cosigned, and asks for as many as a policy does.</summary>
    public void VerifyWitnesses(WitnessPolicy policy)
    {
        if (_log is not null)
        {
            WitnessVerifier.Verify(_log, policy, _findings);
        }
    }

    /// <summary>Compares the heads that left the node.</summary>
    public void VerifyHeads(IReadOnlyList<LogHead> heads)
    {
        if (_log is not null)
        {
            HeadVerifier.Verify(_log, Known(heads), _findings);
        }
    }

    /// <summary>Compares the records of a journal directory, from its files.</summary>
    public void VerifyJournal(string directory)
    {
        if (_records is null || JournalFileReader.LogOf(directory) != Name)
        {
            return;
        }

        _journal = directory;
        foreach (var frame in JournalFileReader.Read(directory))
        {
            _records.OfJournal(frame);
        }

        _records.EndOfJournal();
    }

    /// <summary>Compares the next records of the store, in order of their places.</summary>
    public void VerifyRows(IReadOnlyList<AuditEntry> rows) => _records?.OfStore(rows);

    /// <summary>The store has no more records of this log.</summary>
    public void EndRows()
    {
        if (_records is { HasLate: true } && _journal is not null)
        {
            foreach (var frame in JournalFileReader.Read(_journal).SkipWhile(frame => frame.Sequence < _records.JournalNext))
            {
                _records.OfJournal(frame);
            }
        }

        _records?.EndOfStore();
    }

    // While the node runs, it signs on: a head that is newer than the checkpoint we began with is no cut, if the log has it by now.
    private List<LogHead> Known(IReadOnlyList<LogHead> heads)
    {
        var now = _files.ReadCheckpoint()?.Checkpoint.Size ?? 0;
        var statements = _files.ReadStatements().Count;
        return
        [
            .. heads.Where(head =>
                head.Size <= Size || head.Size > now || (head.Kind == LogHeadKind.Keys && statements == _log!.Keys.Statements.Count)
            ),
        ];
    }

    private static string? NameOf(LogFiles files)
    {
        try
        {
            return files.ReadCheckpoint() is var (_, checkpoint) ? Uri.UnescapeDataString(checkpoint.Origin) : null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
