using System.Text;
using PhiGateway.Audit.Keeping;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Audit.Verification;
using PhiGateway.Proof.Verification;
using PhiGateway.Tests.Admin;
using PhiGateway.Tests.Common.Audit;
using PhiGateway.Tests.Common.Proof;
using Xunit;

namespace PhiGateway.Tests.Proof;

/// <summary>What somebody can do who may write the node's files and the store, and by which name the verifier calls it.</summary>
public sealed class InsiderTests
{
    private const int Records = 600;

    public static TheoryData<string, string> StoreEdits =>
        new()
        {
            { "body", FindingCode.StoreRecordEdited },
            { "client", FindingCode.StoreColumnsEdited },
            { "shape", FindingCode.StoreColumnsEdited },
            { "decision", FindingCode.StoreColumnsEdited },
            { "time", FindingCode.StoreColumnsEdited },
            { "hash", FindingCode.StoreColumnsEdited },
            { "patients", FindingCode.StorePatientsEdited },
            { "patient-row", FindingCode.StorePatientsEdited },
            { "deleted", FindingCode.StoreRecordMissing },
            { "deleted-many", FindingCode.StoreRecordMissing },
            { "inserted", FindingCode.StoreRecordInserted },
            { "appended", FindingCode.StoreRecordInserted },
            { "swapped", FindingCode.StoreRecordEdited },
        };

    [Theory]
    [MemberData(nameof(StoreEdits))]
    public async Task Verify_StoreEdited_IsNamed(string edit, string code)
    {
        await using var world = await LogWorld.StartAsync(Records);
        await world.CloseAsync();
        Assert.Empty(world.Verify().Items);

        var findings = world.Verify(Edited([.. world.Rows.Values], edit));

        Assert.Contains(code, findings.Counts.Keys);
        Assert.All(findings.Items, finding => Assert.InRange(finding.Sequence!.Value, 299, Records + 5));
    }

    [Fact]
    public async Task Verify_MonthThatWasDeletedOnRecord_IsNotMissed_AndWhatElseIsMissingIs()
    {
        await using var world = await LogWorld.StartAsync();
        var old = new DateTimeOffset(2015, 3, 31, 23, 0, 0, TimeSpan.Zero);
        await world.AppendAsync(5, old.AddMonths(-1));
        await world.AppendAsync(300, old);
        await world.AppendAsync(5, old.AddHours(2));
        await world.CloseAsync();
        Assert.Empty(world.Verify().Items);
        var gone = world.Rows.Values.Where(static row => row.Time is { Year: 2015, Month: 3 }).Select(static row => row.Sequence).ToList();
        Assert.Equal(300, gone.Count);
        var kept = world.Rows.Values.Where(row => !gone.Contains(row.Sequence)).ToList();
        var first = gone[0];

        Assert.Equal(first, Assert.Single(world.Verify(kept).Items).Sequence);
        Assert.Empty(world.Verify(kept, Deleted(world, "2015-03", 2021)).Items);
        // Too young then, another month, or a record of another month besides: each is missed.
        Assert.Equal(first, Assert.Single(world.Verify(kept, Deleted(world, "2015-03", 2020)).Items).Sequence);
        Assert.Equal(first, Assert.Single(world.Verify(kept, Deleted(world, "2015-02", 2021)).Items).Sequence);
        foreach (var beside in (long[])[first - 1, gone[^1] + 1])
        {
            var missed = Assert.Single(world.Verify(kept.Where(row => row.Sequence != beside), Deleted(world, "2015-03", 2021)).Items);
            Assert.Equal((FindingCode.StoreRecordMissing, beside), (missed.Code, missed.Sequence));
        }

        // A record that was deleted is proven by the log as before.
        Assert.Empty(world.Verify(deleted: Deleted(world, "2015-03", 2021)).Items);
    }

    private static DeletedMonths Deleted(LogWorld world, string month, int year)
    {
        var log = JournalFileReader.LogOf(world.Folder.Path);
        var begun = new AuditRecord
        {
            Id = Guid.NewGuid(),
            Kind = AuditKind.Hold,
            Event = KeepingMonths.DeletionEvent,
            Time = new DateTimeOffset(year, 4, 2, 0, 0, 0, TimeSpan.Zero),
            After = $$"""{"month":"{{month}}","logs":[{"log":"{{log}}","first":0,"last":100000}]}""",
        };
        var done = new AuditRecord
        {
            Id = Guid.NewGuid(),
            ParentId = begun.Id,
            Kind = AuditKind.Hold,
            Event = KeepingMonths.DeletedEvent,
            Time = begun.Time,
            After = """{"deleted":true}""",
        };
        var deleted = new DeletedMonths();
        deleted.Add(StoredTrail.EntryOf(done, 8));
        deleted.Add(StoredTrail.EntryOf(begun, 7));
        return deleted;
    }

    [Fact]
    public async Task Verify_JournalRewrittenWithItsChain_IsNamed()
    {
        await using var world = await LogWorld.StartAsync(Records);
        await world.CloseAsync();
        RewriteJournal(world, "p-42", "p-43");

        Assert.NotEqual(-1, JournalInspector.Inspect(world.Folder.Path).Last);
        var findings = world.Verify();
        Assert.Equal(43, Assert.Single(findings.Items, finding => finding.Code == FindingCode.JournalRewritten).Sequence);
    }

    [Fact]
    public async Task Run_JournalRewrittenBehindTheLog_GoesNoFurther()
    {
        await using var world = await LogWorld.StartAsync(100);
        await world.CloseAsync();
        RewriteJournal(world, "p-42", "p-43");
        await world.OpenAsync();
        await world.Log.RunAsync(CancellationToken.None);

        Assert.Contains("the journal was changed", world.Log.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_LogAndJournalCutBack_IsNamedByWhatTheStoreHas()
    {
        await using var world = await LogWorld.StartAsync(100);
        using var earlier = world.Folder.Clone();
        var before = Copy(world.Log.Files.Folder);
        await world.AppendAsync(Records);
        await world.CloseAsync();
        world.PutBack(earlier);

        Directory.Delete(world.Log.Files.Folder, recursive: true);
        Directory.Move(before, world.Log.Files.Folder);

        // The rows behind the cut are gone too: only the heads, which the node could not take back, tell.
        var findings = world.Verify([.. world.Rows.Values.Take(101)]);
        Assert.Equal([FindingCode.LogTruncated], findings.Counts.Keys);
    }

    [Fact]
    public async Task Verify_EverythingMadeAnewWithTheKeysOfTheNode_IsNamed()
    {
        // Whoever reads the node's files has its newest keys, and may write journal, log and rows as he likes.
        await using var world = await LogWorld.StartAsync(100);
        await world.CloseAsync();
        await world.OpenAsync();
        await world.AppendAsync(100);
        await world.CloseAsync();
        RewriteJournal(world, "p-42", "p-43");
        Directory.Delete(Path.Combine(world.Log.Files.Folder, "tile"), recursive: true);
        File.Delete(Path.Combine(world.Log.Files.Folder, "checkpoint"));
        File.Delete(Path.Combine(world.Log.Files.Folder, "durable"));
        await world.OpenAsync();
        await world.Log.FinishAsync(CancellationToken.None);
        Assert.Null(world.Log.Fault);
        await world.CloseAsync();
        world.Rows.Clear();
        world.Heads.Heads.Clear();

        // Even without a head outside: the evolving key that signed what the tree was at the second start is gone, and the new tree is another.
        Assert.Contains(FindingCode.LogRewritten, world.Verify().Counts.Keys);
    }

    [Fact]
    public async Task Verify_KeysMadeAnewToo_IsNamedByWhatTheStoreHas()
    {
        await using var world = await LogWorld.StartAsync(100);
        await world.CloseAsync();
        RewriteJournal(world, "p-42", "p-43");
        Directory.Delete(world.Options.Directory, recursive: true);
        Directory.Delete(world.Options.KeyDirectory, recursive: true);
        await world.OpenAsync();
        await world.Log.FinishAsync(CancellationToken.None);
        await world.CloseAsync();

        Assert.Contains(FindingCode.KeysForged, world.Verify().Counts.Keys);
    }

    [Theory]
    [InlineData("tile/0/001")]
    [InlineData("tile/entries/000")]
    [InlineData("tile/1/000.p/2")]
    public async Task Verify_OneBitOfTheLog_IsNamed(string tile)
    {
        await using var world = await LogWorld.StartAsync(Records);
        await world.CloseAsync();
        var path = Path.Combine(world.Log.Files.Folder, tile);
        var bytes = File.ReadAllBytes(path);
        bytes[60] ^= 1;
        File.WriteAllBytes(path, bytes);

        Assert.NotEmpty(world.Verify().Items);
    }

    private static AuditEntry[] Edited(AuditEntry[] rows, string edit)
    {
        var row = rows[300];
        switch (edit)
        {
            case "body":
                rows[300] = row with { Body = Encoding.UTF8.GetBytes(Text(row).Replace("p-299", "p-298", StringComparison.Ordinal)) };
                break;
            case "client":
                rows[300] = row with { Client = "other" };
                break;
            case "shape":
                rows[300] = row with { IsFiled = false };
                break;
            case "patient-row":
                rows[300] = row with { IsFoundByPatients = false };
                break;
            case "decision":
                rows[300] = row with { Decision = "deny" };
                break;
            case "time":
                rows[300] = row with { Time = row.Time.AddDays(1) };
                break;
            case "hash":
                rows[300] = row with { ChainHash = new byte[32] };
                break;
            case "patients":
                rows[300] = row with { PatientKeys = [LogWorld.Pseudonym.Of("north", "p-7")] };
                break;
            case "deleted":
                return [.. rows[..300], .. rows[301..]];
            case "deleted-many":
                return [.. rows[..300], .. rows[400..]];
            case "inserted":
                return [.. rows[..301], row with { Time = row.Time.AddDays(1) }, .. rows[301..]];
            case "appended":
                return [.. rows, row with { Sequence = rows.Length }];
            case "swapped":
                (rows[300], rows[301]) = (row with { Body = rows[301].Body }, rows[301] with { Body = row.Body });
                break;
        }

        return rows;
    }

    private static string Text(AuditEntry row) => Encoding.UTF8.GetString(row.Body.Span);

    private static string Copy(string folder)
    {
        var copy = folder + "-copy";
        foreach (var file in Directory.GetFiles(folder, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return copy;
    }

    // A journal in which one record is another, with chain, checksums and checkpoint as the node itself would have written them.
    private static void RewriteJournal(LogWorld world, string from, string to)
    {
        foreach (var (path, bytes) in JournalForger.Rewrite(world.Folder.Path, $"\"{from}\"", $"\"{to}\""))
        {
            File.WriteAllBytes(path, bytes);
        }
    }
}
