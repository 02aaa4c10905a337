using System.Text.Json;
using PhiGateway.Audit.Keeping;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Cli;
using PhiGateway.Gateway.Composition;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Proof.Evidence;
using PhiGateway.Proof.Verification;
using PhiGateway.Storage;
using PhiGateway.Tests.Admin;
using PhiGateway.Tests.Common.Proof;
using PhiGateway.Tests.Common.Storage;
using Xunit;

namespace PhiGateway.Tests.Proof;

/// <summary>
/// A month is gone from the store: every verifier misses it unless the node's own log says that the deletion of these places was begun and done.
/// </summary>
public sealed class DeletionProofTests
{
    private static readonly DateTimeOffset Old = new(2015, 3, 10, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("done", true)]
    [InlineData("nothing", false)]
    [InlineData("begun", false)]
    [InlineData("refused", false)]
    [InlineData("other-month", false)]
    [InlineData("other-place", false)]
    [InlineData("other-log", false)]
    [InlineData("to-come", false)]
    [InlineData("made-up", false)]
    [InlineData("made-up-here", false)]
    public async Task Verify_MonthThatIsGone_IsMissedUnlessTheLogSaysThatItWasDeleted(string said, bool isQuiet)
    {
        await using var world = await LogWorld.StartAsync(3);
        await world.AppendAsync(10, Old);
        await SayAsync(world, said);
        await using var location = StorageLocation.Sqlite();
        await using var storage = await StoreAsync(world, location, said);
        Assert.Equal(10, await storage.Keeping.DeleteMonthAsync(201503, CancellationToken.None));

        var watch = await WatchAsync(world, storage);
        await world.CloseAsync();
        var (code, words) = await VerifyAuditAsync(world, location);
        var (told, found) = await PhigwAsync(world, storage);

        Assert.Equal(isQuiet ? (0, 0, 0) : (1, 1, watch.Count), (code, told, watch.Count));
        Assert.Equal(isQuiet, !words.Contains(FindingCode.StoreRecordMissing, StringComparison.Ordinal));
        Assert.Equal(isQuiet, !found.Contains(FindingCode.StoreRecordMissing, StringComparison.Ordinal));
        Assert.Equal(isQuiet, !watch.Any(static finding => finding.Code == FindingCode.StoreRecordMissing));
        Assert.Equal(said == "made-up", words.Contains("zz/1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Verify_RowsOfALogThatNobodySigned_AreNamed_AndThoseOfAnotherNodeAreNot()
    {
        await using var world = await LogWorld.StartAsync(3);
        await using var other = await LogWorld.StartAsync(3);
        await using var location = StorageLocation.Sqlite();
        await using var storage = await StoreAsync(world, location, "nothing");
        var rows = other.Rows.Values.Select(static row => row with { Log = "zz/1" }).ToList();
        await storage.Store.AppendAsync(rows, CancellationToken.None);
        await world.CloseAsync();

        var (code, words) = await VerifyAuditAsync(world, location);
        Assert.Equal(1, code);
        Assert.Contains(FindingCode.StoreLogUnknown, words, StringComparison.Ordinal);
        Assert.Contains("zz/1", words, StringComparison.Ordinal);

        await storage.Heads.AppendAsync([.. other.Heads.Heads.Select(static head => head with { Log = "zz/1" })], CancellationToken.None);
        (code, words) = await VerifyAuditAsync(world, location);
        Assert.True(code == 0, words);
    }

    [Fact]
    public async Task Proves_OfRows_OnlyWhatTheLogHasInThatPlace()
    {
        await using var world = await LogWorld.StartAsync(5);
        await using var other = await LogWorld.StartAsync(5);
        ITrailProof proof = new ProverSet(
            new LogProver(world.Log.Files, world.Log.Entries),
            world.Options.Directory,
            new LogSecrets(world.Options.KeyDirectory, LogWorld.Pseudonym)
        );
        var row = world.Rows[3];

        Assert.True(proof.Proves(row));
        Assert.False(proof.Proves(row with { Body = world.Rows[2].Body }));
        Assert.False(proof.Proves(row with { Sequence = 2 }));
        Assert.False(proof.Proves(row with { Sequence = world.Rows.Count }));
        Assert.False(proof.Proves(row with { Sequence = -1 }));
        Assert.False(proof.Proves(row with { Log = "zz/1" }));
        Assert.False(proof.Proves(other.Rows[3]));
    }

    // What the node itself put on record.
    private static async Task SayAsync(LogWorld world, string said)
    {
        if (said is not ("nothing" or "made-up" or "made-up-here"))
        {
            var (intent, outcome) = Records(world, said);
            await world.Journal.AppendAsync(intent);
            if (said != "begun")
            {
                await world.Journal.AppendAsync(outcome);
            }
        }

        await world.AppendAsync(1);
    }

    private static (AuditRecord Intent, AuditRecord Outcome) Records(LogWorld world, string said)
    {
        var time = said == "to-come" ? new DateTimeOffset(2099, 1, 1, 0, 0, 0, TimeSpan.Zero) : DateTimeOffset.UtcNow;
        var places = world.Rows.Values.Where(static row => row.Time == Old).Select(static row => row.Sequence).ToList();
        var intent = Record(
            KeepingMonths.DeletionEvent,
            time,
            Guid.Empty,
            new
            {
                month = said == "other-month" ? "2015-02" : "2015-03",
                logs = new[]
                {
                    new
                    {
                        log = said == "other-log" ? "gw-01/other" : world.Journal.Log,
                        first = said == "other-place" ? places[0] + 1 : places[0],
                        last = places[^1],
                        count = places.Count,
                    },
                },
            }
        );
        return (intent, Record(KeepingMonths.DeletedEvent, time, intent.Id, new { month = "2015-03", deleted = said != "refused" }));
    }

    private static AuditRecord Record(string @event, DateTimeOffset time, Guid parent, object after) =>
        new()
        {
            Id = Guid.CreateVersion7(),
            ParentId = parent,
            Kind = AuditKind.Hold,
            Event = @event,
            Time = time,
            Actor = "petra@hospital.example",
            After = JsonSerializer.Serialize(after),
        };

    // The store as it was shipped, and what somebody with the shipper's login put beside it.
    private static async Task<AuditStorage> StoreAsync(LogWorld world, StorageLocation location, string said)
    {
        var storage = AuditStorage.Create(location.Options);
        await storage.Migrator.MigrateAsync(CancellationToken.None);
        await storage.Store.AppendAsync([.. world.Rows.Values], CancellationToken.None);
        await storage.Heads.AppendAsync(world.Heads.Heads, CancellationToken.None);
        world.Journal.Acknowledge(world.Rows.Keys.Max());
        if (said.StartsWith("made-up", StringComparison.Ordinal))
        {
            var (intent, outcome) = Records(world, said);
            var (log, place) = said == "made-up" ? ("zz/1", 0L) : (world.Journal.Log, world.Rows.Count + 5L);
            await storage.Store.AppendAsync(
                [StoredTrail.EntryOf(intent, place) with { Log = log }, StoredTrail.EntryOf(outcome, place + 1) with { Log = log }],
                CancellationToken.None
            );
        }

        return storage;
    }

    private static async Task<IReadOnlyList<ProofFinding>> WatchAsync(LogWorld world, AuditStorage storage)
    {
        var watch = new LogWatch(world.Log, world.Journal, storage.Store, world.Heads, new LogWatchOptions(), TimeProvider.System);
        await watch.RoundAsync(CancellationToken.None);

        // While a deletion goes on its end is not on record yet; of rows that nobody wrote no time tells otherwise.
        Assert.DoesNotContain(watch.Status.Findings, static finding => finding.Code == FindingCode.StoreRecordMissing);
        await watch.RoundAsync(CancellationToken.None);
        Assert.Null(watch.Status.Problem);
        return watch.Status.Findings;
    }

    private static async Task<(int Code, string Words)> VerifyAuditAsync(LogWorld world, StorageLocation location)
    {
        await File.WriteAllBytesAsync(Path.Combine(world.Folder.Path, "pseudonym.key"), new byte[32]);
        var options = new GatewayOptions { Node = "gw-01" };
        options.Audit.Journal.Directory = world.Folder.Path;
        options.Audit.Log.Directory = world.Options.Directory;
        options.Audit.Log.KeyDirectory = world.Options.KeyDirectory;
        options.Audit.Store.Provider = "Sqlite";
        options.Audit.Store.ConnectionString = location.Options.ConnectionString;
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await VerifyAuditCommand.RunAsync(options, output, error);
        return (code, $"{output}{error}");
    }

    private static async Task<(int Code, string Words)> PhigwAsync(LogWorld world, AuditStorage storage)
    {
        var rows = Path.Combine(world.Folder.Path, "rows.ndjson");
        var page = await storage.Store.QueryAsync(new AuditQuery { Limit = 500 }, CancellationToken.None);
        await File.WriteAllLinesAsync(
            rows,
            page.Entries.OrderBy(static row => row.Log, StringComparer.Ordinal).ThenBy(static row => row.Sequence).Select(LineOf)
        );
        var (output, error) = (new StringWriter(), new StringWriter());
        string[] line = ["audit", "verify", "--log", world.Options.Directory, "--log-keys", world.Options.KeyDirectory];
        var code = await PhigwCommand.RunAsync([.. line, "--journal", world.Folder.Path, "--rows", rows], output, error);
        return (code, $"{output}{error}");
    }

    private static string LineOf(AuditEntry row) =>
        JsonSerializer.Serialize(
            new
            {
                log = row.Log,
                sequence = row.Sequence,
                id = row.Id,
                parent_id = row.ParentId == Guid.Empty ? (Guid?)null : row.ParentId,
                kind = (byte)row.Kind,
                @event = row.Event,
                time = row.Time,
                decision = row.Decision,
                reason = row.Reason,
                client = row.Client,
                tenant = row.Tenant,
                actor = row.Actor,
                status = row.Status,
                resource_type = row.ResourceType,
                interaction = row.Interaction,
                patient_keys = row.PatientKeys,
                chain_hash = "\\x" + Convert.ToHexStringLower(row.ChainHash.Span),
                body = "\\x" + Convert.ToHexStringLower(row.Body.Span),
            }
        );
}
