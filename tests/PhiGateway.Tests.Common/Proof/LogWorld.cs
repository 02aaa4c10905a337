using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Keeping;
using PhiGateway.Audit.Shipping;
using PhiGateway.Audit.Verification;
using PhiGateway.Proof.Building;
using PhiGateway.Proof.Entries;
using PhiGateway.Proof.Verification;
using PhiGateway.Tests.Common.Audit;

namespace PhiGateway.Tests.Common.Proof;

/// <summary>A journal, its transparency log and what a store would hold, for one test.</summary>
internal sealed class LogWorld : IAsyncDisposable
{
    public static readonly PatientPseudonym Pseudonym = new(new byte[32]);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("phigw-log-");

    public JournalFolder Folder { get; } = new();

    public MemoryHeadStore Heads { get; } = new();

    public FileJournal Journal { get; private set; } = null!;

    public TransparencyLog Log { get; private set; } = null!;

    /// <summary>Rows as the shipper would have stored them.</summary>
    public SortedDictionary<long, AuditEntry> Rows { get; } = [];

    public TransparencyLogOptions Options =>
        new()
        {
            Directory = Path.Combine(_folder.FullName, "log"),
            KeyDirectory = Path.Combine(_folder.FullName, "keys"),
            SyncEvery = TimeSpan.Zero,
            ExportEvery = TimeSpan.Zero,
        };

    public static async Task<LogWorld> StartAsync(int records = 0)
    {
        var world = new LogWorld();
        await world.OpenAsync();
        await world.AppendAsync(records);
        return world;
    }

    public async Task OpenAsync()
    {
        Journal = await Folder.OpenAsync(
            options: Folder.Options with
            {
                IsFollowedByLog = true,
                Budget = 4096 * JournalOptions.MinSegmentBytes,
            }
        );
        Log = TransparencyLog.Open(Journal, Options, Heads, Pseudonym, TimeProvider.System);
    }

    /// <summary>Records, the log over them and rows of them.</summary>
    public async Task AppendAsync(int records, DateTimeOffset? time = null)
    {
        var pending = new List<Task>(records);
        for (var i = 0; i < records; i++)
        {
            var record = TestRecords.Disclosure($"p-{i}");
            record.Time = time ?? record.Time;
            pending.Add(Journal.AppendAsync(record).AsTask());
        }

        await Task.WhenAll(pending);
        await Log.FinishAsync(CancellationToken.None);
        Ship();
    }

    public void Ship()
    {
        var reader = new AuditEntryReader(Journal.Log, Pseudonym);
        using var journal = Journal.CreateReader(Rows.Count == 0 ? Journal.FirstSequence : Rows.Keys.Max() + 1);
        while (journal.TryRead(out var frame))
        {
            Rows[frame.Sequence] = reader.Read(frame);
        }
    }

    /// <summary>Ends the process as a kill would, as far as the files are concerned.</summary>
    public async Task CloseAsync()
    {
        Log.Dispose();
        await Journal.DisposeAsync();
    }

    /// <summary>Puts an earlier state of the journal's files in place of what they are.</summary>
    public void PutBack(JournalFolder earlier)
    {
        foreach (var segment in Folder.Segments())
        {
            File.Delete(segment);
        }

        foreach (var file in Directory.GetFiles(earlier.Path))
        {
            earlier.CopyTo(Folder, Path.GetFileName(file));
        }
    }

    /// <summary>What a verifier outside says of log, heads, journal and rows; of a world that was closed.</summary>
    public FindingList Verify(IEnumerable<AuditEntry>? rows = null, DeletedMonths? deleted = null)
    {
        var name = JournalFileReader.LogOf(Folder.Path)!;
        var findings = new FindingList(name);
        var files = new LogFiles(Path.Combine(Options.Directory, LogOrigin.Folder(name)));
        if (LogVerifier.Open(files, name, null, findings) is not { } log)
        {
            return findings;
        }

        LogVerifier.VerifyTiles(log, findings);
        HeadVerifier.Verify(log, Heads.Heads, findings);
        var salt = File.ReadAllBytes(Path.Combine(Options.KeyDirectory, LogOrigin.Folder(name), "salt.key"));
        var records = new RecordVerifier(log, new EntryFactory(name, salt, Pseudonym), findings, deleted);
        foreach (var frame in JournalFileReader.Read(Folder.Path))
        {
            records.OfJournal(frame);
        }

        records.EndOfJournal();
        foreach (var batch in (rows ?? Rows.Values).Chunk(100))
        {
            records.OfStore(batch);
        }

        records.EndOfStore();
        return findings;
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        Folder.Dispose();
        _folder.Delete(recursive: true);
    }
}
