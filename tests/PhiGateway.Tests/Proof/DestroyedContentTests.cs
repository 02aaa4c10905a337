using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using PhiGateway.Audit.Keeping;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Evidence;
using PhiGateway.Proof.Verification;
using PhiGateway.Storage;
using PhiGateway.Storage.Common;
using PhiGateway.Tests.Common.Proof;
using PhiGateway.Tests.Common.Storage;
using Xunit;

namespace PhiGateway.Tests.Proof;

/// <summary>Content whose key was destroyed: proofs over it hold, and who destroyed it without a record is named.</summary>
public sealed class DestroyedContentTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly DateTimeOffset Old = new(2015, 3, 10, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("done", true)]
    [InlineData("nothing", false)]
    [InlineData("begun", false)]
    [InlineData("refused", false)]
    [InlineData("other-tenant", false)]
    [InlineData("other-month", false)]
    [InlineData("other-place", false)]
    [InlineData("other-log", false)]
    [InlineData("to-come", false)]
    [InlineData("as-a-deletion", false)]
    public async Task Verify_ContentThatIsGone_IsNamedUnlessThatIsOnRecord(string said, bool isQuiet)
    {
        await using var world = await LogWorld.StartAsync(3);
        await world.AppendAsync(4, Old);
        var places = world.Rows.Values.Where(static row => row.Time == Old).ToList();
        var before = Prove(world, places);
        await SayAsync(world, said, places);
        await using var location = StorageLocation.Sqlite();
        await using var storage = await StoreAsync(world, location);

        // Whole, it is verified through its seal.
        Assert.Empty(world.Verify(await RowsAsync(world, storage)).Items);
        Assert.Equal(1, await storage.Keeping.DestroyBodiesAsync(201503, places[0].Tenant!, None));
        var rows = await RowsAsync(world, storage);
        Assert.Equal(
            places.Select(static row => row.Sequence),
            rows.Where(static row => row.IsDestroyed).Select(static row => row.Sequence)
        );

        var deleted = new DeletedMonths();
        await DeletionReader.ReadAsync(storage.Store, deleted, static _ => true, None);
        var codes = world.Verify(rows, deleted).Items.Select(static finding => finding.Code).Distinct().ToList();
        Assert.Equal(isQuiet ? [] : [FindingCode.StoreBodyDestroyed], codes);

        // So the node says by itself, round and round, once the step cannot be on its way any more.
        var watch = new LogWatch(world.Log, world.Journal, storage.Store, world.Heads, new LogWatchOptions(), TimeProvider.System);
        await watch.RoundAsync(None);
        Assert.Empty(watch.Status.Findings);
        await watch.RoundAsync(None);
        Assert.Equal(isQuiet, watch.Status.Findings.Count == 0);

        // Proofs of before hold, that the record was there can be proven still, and what it said cannot be shown.
        var prover = new LogProver(world.Log.Files, world.Log.Entries);
        var checkpoint = Checkpoint.Parse(SignedNote.Parse(prover.Pin()!.Checkpoint)!.Text)!;
        foreach (var (row, proven) in places.Zip(before))
        {
            Assert.True(proven.Record.IsUnder(proven.Checkpoint));
            Assert.NotNull(prover.ProveInclusion(row.Sequence));
            Assert.True(prover.Pin()!.Prove(row).IsUnder(checkpoint));
            var gone = rows.Single(other => other.Sequence == row.Sequence);
            Assert.Throws<ContentDestroyedException>(() => prover.Pin()!.Prove(gone));
        }
    }

    [Theory]
    [InlineData("nothing", null)]
    [InlineData("id", FindingCode.StoreColumnsEdited)]
    [InlineData("time", FindingCode.StoreColumnsEdited)]
    [InlineData("kind", FindingCode.StoreColumnsEdited)]
    [InlineData("not-filed", FindingCode.StoreColumnsEdited)]
    [InlineData("patients", FindingCode.StorePatientsEdited)]
    [InlineData("patient-row", FindingCode.StorePatientsEdited)]
    [InlineData("no-patients", FindingCode.StorePatientsEdited)]
    public async Task Verify_ContentThatIsGone_UnderAnotherHead_IsNamed(string what, string? code)
    {
        await using var world = await LogWorld.StartAsync();
        await world.AppendAsync(2, Old);
        var places = world.Rows.Values.Where(static row => row.Time == Old).ToList();
        await SayAsync(world, "done", places);
        await using var location = StorageLocation.Sqlite();
        await using var storage = await StoreAsync(world, location);
        await storage.Keeping.DestroyBodiesAsync(201503, places[0].Tenant!, None);
        var deleted = new DeletedMonths();
        await DeletionReader.ReadAsync(storage.Store, deleted, static _ => true, None);

        var rows = await RowsAsync(world, storage);
        var at = rows.FindIndex(static row => row.IsDestroyed);
        rows[at] = what switch
        {
            "id" => rows[at] with { Id = Guid.NewGuid() },
            "time" => rows[at] with { Time = Old.AddSeconds(1) },
            "not-filed" => rows[at] with { IsFiled = false },
            "patient-row" => rows[at] with { IsFoundByPatients = false },
            "patients" => rows[at] with { PatientKeys = ["another"] },
            "no-patients" => rows[at] with { PatientKeys = [] },
            "kind" => rows[at] with { Kind = AuditKind.System },
            _ => rows[at],
        };
        Assert.NotEmpty(places[0].PatientKeys);
        Assert.Equal(code is null ? [] : [code], world.Verify(rows, deleted).Items.Select(static finding => finding.Code));
    }

    [Theory]
    [InlineData("nothing", true)]
    [InlineData("client", false)]
    [InlineData("actor", false)]
    [InlineData("decision", false)]
    [InlineData("reason", false)]
    [InlineData("event", false)]
    [InlineData("status", false)]
    [InlineData("resource-type", false)]
    [InlineData("interaction", false)]
    [InlineData("parent", false)]
    [InlineData("two-swapped", false)]
    public async Task Verify_ContentThatIsGone_UnderOtherWordsThanItsDestructionProves_IsNamed(string what, bool isQuiet)
    {
        await using var world = await LogWorld.StartAsync();
        await world.AppendAsync(4, Old);
        await using var location = StorageLocation.Sqlite();
        await using var storage = await StoreAsync(world, location);
        var places = world.Rows.Values.Where(static row => row.Time == Old).ToList();
        var columns = await storage.Keeping.DigestColumnsAsync(201503, places[0].Tenant!, None);
        Assert.Equal(4, Assert.Single(columns).Value.Count);
        await SayAsync(world, "done", places, columns[world.Journal.Log].Text);
        await storage.Store.AppendAsync([.. world.Rows.Values.Skip(5)], None);
        world.Journal.Acknowledge(world.Rows.Keys.Max());
        await storage.Keeping.DestroyBodiesAsync(201503, places[0].Tenant!, None);
        var deleted = new DeletedMonths();
        await DeletionReader.ReadAsync(storage.Store, deleted, static _ => true, None);

        var rows = await RowsAsync(world, storage);
        var at = rows.FindIndex(static row => row.IsDestroyed) + 1;
        rows[at] = what switch
        {
            "client" => rows[at] with { Client = "another" },
            "actor" => rows[at] with { Actor = "mary@hospital.example" },
            "decision" => rows[at] with { Decision = "deny" },
            "reason" => rows[at] with { Reason = "outside-use-case" },
            "event" => rows[at] with { Event = "create" },
            "status" => rows[at] with { Status = 404 },
            "resource-type" => rows[at] with { ResourceType = null },
            "interaction" => rows[at] with { Interaction = "search-type" },
            "parent" => rows[at] with { ParentId = Guid.NewGuid() },
            "two-swapped" => rows[at] with { Client = rows[at].Interaction, Interaction = rows[at].Client },
            _ => rows[at],
        };
        var found = world.Verify(rows, deleted).Items;
        Assert.Equal(isQuiet ? [] : [FindingCode.StoreColumnsEdited], found.Select(static finding => finding.Code));
        Assert.Equal(isQuiet ? [] : [(long?)places[0].Sequence], found.Select(static finding => finding.Sequence));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("UPDATE audit_event SET status = 404 WHERE sequence = 3", false)]
    [InlineData("UPDATE audit_event SET event = 'create' WHERE sequence = 7", false)]
    public async Task Watch_InSlicesThatPartADestruction_ComparesItWholeAndAgainEachRound(string? edit, bool isQuiet)
    {
        await using var world = await LogWorld.StartAsync();
        await world.AppendAsync(7, Old);
        await using var location = StorageLocation.Sqlite();
        await using var storage = await StoreAsync(world, location);
        var places = world.Rows.Values.Where(static row => row.Time == Old).ToList();
        var columns = await storage.Keeping.DigestColumnsAsync(201503, places[0].Tenant!, None);
        await SayAsync(world, "done", places, columns[world.Journal.Log].Text);
        await storage.Store.AppendAsync([.. world.Rows.Values.Skip(8)], None);
        world.Journal.Acknowledge(world.Rows.Keys.Max());
        await storage.Keeping.DestroyBodiesAsync(201503, places[0].Tenant!, None);
        var watch = new LogWatch(
            world.Log,
            world.Journal,
            storage.Store,
            world.Heads,
            new LogWatchOptions { Records = 3 },
            TimeProvider.System
        );
        for (var round = 0; round < 10; round++)
        {
            await watch.RoundAsync(None);
        }

        Assert.Empty(watch.Status.Findings);
        if (edit is not null)
        {
            await using var connection = new SqliteConnection(location.Options.ConnectionString + ";Pooling=False");
            await connection.OpenAsync(None);
            await using var command = connection.CreateCommand();
            command.CommandText = edit;
            Assert.Equal(1, await command.ExecuteNonQueryAsync(None));
        }

        for (var round = 0; round < 10; round++)
        {
            await watch.RoundAsync(None);
        }

        Assert.Equal(
            isQuiet,
            !watch.Status.Findings.Any(finding => finding.Code == FindingCode.StoreColumnsEdited && finding.Sequence == places[0].Sequence)
        );
    }

    [Fact]
    public async Task Verify_MoreContentThatIsGoneThanWasCounted_IsNamed()
    {
        await using var world = await LogWorld.StartAsync();
        await world.AppendAsync(3, Old);
        var places = world.Rows.Values.Where(static row => row.Time == Old).ToList();

        // One of the three is another tenant's, which whoever owns the tables filed under this one.
        await SayAsync(world, "one-fewer", places);
        await using var location = StorageLocation.Sqlite();
        await using var storage = await StoreAsync(world, location);
        await storage.Keeping.DestroyBodiesAsync(201503, places[0].Tenant!, None);
        var deleted = new DeletedMonths();
        await DeletionReader.ReadAsync(storage.Store, deleted, static _ => true, None);

        var finding = Assert.Single(world.Verify(await RowsAsync(world, storage), deleted).Items);
        Assert.Equal((FindingCode.StoreBodyDestroyed, places[^1].Sequence), (finding.Code, finding.Sequence));
    }

    private static List<(ProvenRecord Record, Checkpoint Checkpoint)> Prove(LogWorld world, IEnumerable<AuditEntry> rows)
    {
        var pinned = new LogProver(world.Log.Files, world.Log.Entries).Pin()!;
        var checkpoint = Checkpoint.Parse(SignedNote.Parse(pinned.Checkpoint)!.Text)!;
        return [.. rows.Select(row => (pinned.Prove(row), checkpoint))];
    }

    private static async Task SayAsync(LogWorld world, string said, List<AuditEntry> places, string? columns = null)
    {
        if (said != "nothing")
        {
            var time = said == "to-come" ? new DateTimeOffset(2099, 1, 1, 0, 0, 0, TimeSpan.Zero) : DateTimeOffset.UtcNow;
            var isDeletion = said == "as-a-deletion";
            var tenant = said == "other-tenant" ? "elsewhere" : places[0].Tenant;
            var intent = Record(
                isDeletion ? KeepingMonths.DeletionEvent : KeepingMonths.DestroyEvent,
                time,
                Guid.Empty,
                new
                {
                    month = said == "other-month" ? "2015-02" : "2015-03",
                    tenant,
                    logs = new[]
                    {
                        new
                        {
                            log = said == "other-log" ? "gw-01/other" : world.Journal.Log,
                            first = said == "other-place" ? places[0].Sequence + 1 : places[0].Sequence,
                            last = places[^1].Sequence,
                            count = said == "one-fewer" ? places.Count - 1 : places.Count,
                            columns,
                        },
                    },
                }
            );
            await world.Journal.AppendAsync(intent);
            if (said != "begun")
            {
                var end = isDeletion ? KeepingMonths.DeletedEvent : KeepingMonths.DestroyedEvent;
                await world.Journal.AppendAsync(
                    Record(
                        end,
                        time,
                        intent.Id,
                        new
                        {
                            month = "2015-03",
                            deleted = true,
                            destroyed = said != "refused",
                        }
                    )
                );
            }
        }

        await world.AppendAsync(1);
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

    private static async Task<AuditStorage> StoreAsync(LogWorld world, StorageLocation location)
    {
        var key = SHA256.HashData("a body key"u8);
        var storage = AuditStorage.Create(
            location.Options,
            bodies: new BodyKeyRing(new Dictionary<string, byte[]> { ["body-1"] = key }, "body-1")
        );
        await storage.Migrator.MigrateAsync(None);
        await storage.Store.AppendAsync([.. world.Rows.Values], None);
        world.Journal.Acknowledge(world.Rows.Keys.Max());
        return storage;
    }

    private static async Task<List<AuditEntry>> RowsAsync(LogWorld world, AuditStorage storage) =>
        [.. await storage.Store.ReadFiledAsync(world.Journal.Log, 0, 1000, None)];
}
