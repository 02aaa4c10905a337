using System.Security.Cryptography;
using System.Text;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Proof.Heads;
using PhiGateway.Storage;
using Xunit;

namespace PhiGateway.Tests.Common.Storage;

/// <summary>What every audit store keeps to, whatever the database.</summary>
public abstract partial class AuditStoreContract : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private StorageLocation _location = null!;

    protected AuditStorage Storage { get; private set; } = null!;

    protected string ConnectionString => _location.Options.ConnectionString;

    private IAuditStore Store => Storage.Store;

    public async ValueTask InitializeAsync()
    {
        _location = await LocateAsync();
        Storage = AuditStorage.Create(_location.Options);
        await Storage.Migrator.MigrateAsync(None);
    }

    public async ValueTask DisposeAsync()
    {
        await Storage.DisposeAsync();
        await _location.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected abstract Task<StorageLocation> LocateAsync();

    [Fact]
    public async Task Heads_AddedTwiceAndForked_StandOnceAndSideBySide()
    {
        var time = new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
        LogHead[] heads =
        [
            new("log", 7, LogHeadKind.Checkpoint, "note 7", time),
            new("log", 3, LogHeadKind.Keys, "keys 3", time),
            new("other", 3, LogHeadKind.Checkpoint, "note 3", time),
        ];
        await Storage.Heads.AppendAsync(heads, None);
        await Storage.Heads.AppendAsync([heads[0] with { Time = time.AddHours(1) }, heads[0] with { Note = "another 7" }], None);

        var all = await Storage.Heads.ReadAsync("log", 0, 100, None);
        Assert.Equal(heads[1], all[0]);
        Assert.Equal(["another 7", "note 7"], all.Skip(1).Select(head => head.Note).Order());
        Assert.Contains(heads[0], all);
        Assert.Equal(2, (await Storage.Heads.ReadAsync("log", 4, 100, None)).Count);
        Assert.Single(await Storage.Heads.ReadAsync("log", 0, 1, None));
    }

    [Fact]
    public async Task Append_EveryField_ReadsBackTheSame()
    {
        var full = Entry(0) with
        {
            ParentId = Guid.CreateVersion7(),
            Kind = AuditKind.Outcome,
            Decision = "deny",
            Reason = "outside-use-case",
            Client = "acme",
            Tenant = "north",
            Actor = "mary",
            Status = 403,
            ResourceType = "Observation",
            Interaction = "read",
            PatientKeys = ["k1", "k \"2\""],
        };
        var bare = Entry(1);
        await Store.AppendAsync([full, bare], None);

        var read = await Store.ReadAsync("log", 0, 10, None);
        AssertSame(full, read[0]);
        AssertSame(bare, read[1]);
        AssertSame(full, Assert.Single((await Store.QueryAsync(new AuditQuery { Id = full.Id }, None)).Entries));
    }

    [Fact]
    public async Task FindDelivery_OfMany_IsTheOneThatNamesThePlace()
    {
        var other = Delivery(3, "0-9") with { Log = "another log" };
        var single = Entry(40) with { Kind = AuditKind.Delivery, ParentId = Guid.CreateVersion7() };
        var many = Enumerable.Range(0, 70).Select(i => Delivery(100 + i, $"{i * 2}")).Append(Delivery(200, "41-43,45"));
        await Store.AppendAsync([.. many, single, Entry(41), other], None);

        Assert.Equal(100, (await Store.FindDeliveryAsync("log", 0, None))?.Sequence);
        Assert.Equal(169, (await Store.FindDeliveryAsync("log", 138, None))?.Sequence);
        Assert.Equal(200, (await Store.FindDeliveryAsync("log", 43, None))?.Sequence);
        Assert.Null(await Store.FindDeliveryAsync("log", 47, None));
        Assert.Null(await Store.FindDeliveryAsync("log", 1_000, None));
        Assert.Equal(3, (await Store.FindDeliveryAsync("another log", 2, None))?.Sequence);
    }

    private static AuditEntry Delivery(int sequence, string places) =>
        Entry(sequence) with
        {
            Kind = AuditKind.Delivery,
            ParentId = Guid.Empty,
            Body = Encoding.UTF8.GetBytes($$"""{"v":1,"kind":"delivery","sequences":"{{places}}"}"""),
        };

    [Fact]
    public async Task Watermark_GapThenFilled_IsHighestContiguous()
    {
        Assert.Equal(-1, await Store.GetWatermarkAsync("log", None));
        await Store.AppendAsync([Entry(1)], None);
        Assert.Equal(-1, await Store.GetWatermarkAsync("log", None));
        await Store.AppendAsync([Entry(0)], None);
        Assert.Equal(1, await Store.GetWatermarkAsync("log", None));
        await Store.AppendAsync([Entry(4), Entry(5), Entry(2)], None);
        Assert.Equal(2, await Store.GetWatermarkAsync("log", None));
        await Store.AppendAsync([Entry(3)], None);
        Assert.Equal(5, await Store.GetWatermarkAsync("log", None));
        Assert.Equal(-1, await Store.GetWatermarkAsync("other", None));
        Assert.Equal(Enumerable.Range(0, 6).Select(i => (long)i), (await Store.ReadAsync("log", 0, 10, None)).Select(e => e.Sequence));
    }

    [Fact]
    public async Task Append_Twice_KeepsOne()
    {
        var entries = Enumerable.Range(0, 50).Select(i => Entry(i) with { PatientKeys = ["k"] }).ToList();
        await Store.AppendAsync(entries, None);
        await Store.AppendAsync(entries, None);
        await Store.AppendAsync([.. entries.Skip(40), Entry(50), Entry(50)], None);

        Assert.Equal(51, (await Store.ReadAsync("log", 0, 100, None)).Count);
        Assert.Equal(50, (await Store.QueryAsync(new AuditQuery { PatientKeys = ["k"], Limit = 500 }, None)).Entries.Count);
        Assert.Equal(50, await Store.GetWatermarkAsync("log", None));
    }

    [Fact]
    public async Task Append_TwoShippersAtOnce_KeepOneOfEach()
    {
        var entries = Enumerable.Range(0, 400).Select(i => Entry(i)).ToList();
        await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(_ =>
                    Task.Run(async () =>
                    {
                        foreach (var batch in entries.Chunk(50))
                        {
                            await Store.AppendAsync(batch, None);
                        }
                    })
                )
        );
        Assert.Equal(399, await Store.GetWatermarkAsync("log", None));
        Assert.Equal(entries.Select(e => e.Id), (await Store.ReadAsync("log", 0, 1000, None)).Select(e => e.Id));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(90)]
    public async Task Append_OtherRecordInTheSamePlace_IsForkAndNothingIsStored(int daysLater)
    {
        await Store.AppendAsync([Entry(0), Entry(1)], None);
        var other = Entry(1) with { ChainHash = Hash("other"), Time = Entry(1).Time.AddDays(daysLater) };

        var fork = await Assert.ThrowsAsync<AuditForkException>(() => Store.AppendAsync([Entry(2), other], None));

        Assert.Equal(("log", 1L), (fork.Log, fork.Sequence));
        Assert.Equal(2, (await Store.ReadAsync("log", 0, 10, None)).Count);
        Assert.Equal(1, await Store.GetWatermarkAsync("log", None));
        await Store.AppendAsync([Entry(1), Entry(2)], None);
        Assert.Equal(2, await Store.GetWatermarkAsync("log", None));
    }

    [Fact]
    public async Task Append_BatchContradictsItself_IsForkAndNothingIsStored()
    {
        await Assert.ThrowsAsync<AuditForkException>(() =>
            Store.AppendAsync([Entry(0), Entry(0) with { ChainHash = Hash("other") }], None)
        );
        Assert.Empty(await Store.ReadAsync("log", 0, 10, None));
    }

    [Fact]
    public async Task Append_TwoLogs_AreApart()
    {
        await Store.AppendAsync([Entry(0, "gw-2"), Entry(0, "gw-1"), Entry(1, "gw-1") with { ChainHash = Hash("x") }], None);
        Assert.Equal(1, await Store.GetWatermarkAsync("gw-1", None));
        Assert.Equal(0, await Store.GetWatermarkAsync("gw-2", None));
        Assert.Equal(3, (await Store.QueryAsync(new AuditQuery(), None)).Entries.Count);
    }

    [Fact]
    public async Task Append_Nothing_IsNothing()
    {
        await Store.AppendAsync([], None);
        Assert.Empty((await Store.QueryAsync(new AuditQuery(), None)).Entries);
    }

    [Fact]
    public async Task Append_PoisonedValues_AreStoredAndBodyStaysExact()
    {
        var poisoned = Entry(0) with
        {
            Actor = "a\0b\ud800c",
            Reason = "x\r\n|=]",
            Body = new byte[] { 0, 255, 10, 13 },
            PatientKeys = ["k\0"],
        };
        await Store.AppendAsync([poisoned, Entry(1)], None);

        var read = (await Store.ReadAsync("log", 0, 1, None))[0];
        Assert.Equal(("a\ufffdb\ufffdc", "x\r\n|=]"), (read.Actor, read.Reason));
        Assert.Equal(poisoned.Body.ToArray(), read.Body.ToArray());
        Assert.Single((await Store.QueryAsync(new AuditQuery { Actor = "a\0b\ud800c" }, None)).Entries);
        Assert.Single((await Store.QueryAsync(new AuditQuery { PatientKeys = ["k\0"] }, None)).Entries);
    }

    [Fact]
    public async Task Append_ClockIn2099AndIn1999_IsStoredAndFound()
    {
        var late = Entry(0) with { Time = new DateTimeOffset(2099, 6, 1, 0, 0, 0, TimeSpan.Zero), PatientKeys = ["k"] };
        var early = Entry(1) with { Time = new DateTimeOffset(1999, 6, 1, 0, 0, 0, TimeSpan.Zero), PatientKeys = ["k"] };
        await Store.AppendAsync([late, early, Entry(2)], None);

        Assert.Equal([0L, 2L, 1L], (await Store.QueryAsync(new AuditQuery(), None)).Entries.Select(e => e.Sequence));
        Assert.Equal([0L, 1L], (await Store.QueryAsync(new AuditQuery { PatientKeys = ["k"] }, None)).Entries.Select(e => e.Sequence));
        Assert.Equal(2, await Store.GetWatermarkAsync("log", None));
        await Assert.ThrowsAsync<AuditForkException>(() =>
            Store.AppendAsync([late with { ChainHash = Hash("y"), Time = early.Time }], None)
        );
    }

    [Fact]
    public async Task Query_EachFilter_FindsExactlyItsOwn()
    {
        var parent = Entry(0) with { Kind = AuditKind.Intent, Client = "acme", Tenant = "north", Decision = "permit" };
        var child = Entry(1) with { Kind = AuditKind.Outcome, ParentId = parent.Id, Client = "acme", Tenant = "north" };
        var denied = Entry(2) with { Client = "acme", Tenant = "south", Decision = "deny", Reason = "revoked", PatientKeys = ["k1", "k2"] };
        var admin = Entry(3) with { Kind = AuditKind.Admin, Actor = "mary" };
        var other = Entry(4) with { Client = "bill", Tenant = "north", Decision = "deny", Reason = "expired", PatientKeys = ["k2"] };
        await Store.AppendAsync([parent, child, denied, admin, other], None);

        await FindsAsync(new AuditQuery(), 4, 3, 2, 1, 0);
        await FindsAsync(new AuditQuery { Client = "acme" }, 2, 1, 0);
        await FindsAsync(new AuditQuery { Client = "acme", Tenant = "north" }, 1, 0);
        await FindsAsync(new AuditQuery { Tenant = "north" }, 4, 1, 0);
        await FindsAsync(new AuditQuery { Decision = "deny" }, 4, 2);
        await FindsAsync(new AuditQuery { Reason = "revoked" }, 2);
        await FindsAsync(new AuditQuery { Kind = AuditKind.Admin }, 3);
        await FindsAsync(new AuditQuery { Actor = "mary" }, 3);
        await FindsAsync(new AuditQuery { Id = parent.Id }, 1, 0);
        await FindsAsync(new AuditQuery { Id = child.Id }, 1);
        await FindsAsync(new AuditQuery { Id = denied.Id, PatientKeys = ["k1"] }, 2);
        await FindsAsync(new AuditQuery { Id = denied.Id, PatientKeys = ["k3"] });
        await FindsAsync(new AuditQuery { Id = parent.Id, From = child.Time }, 1);
        await FindsAsync(new AuditQuery { PatientKeys = ["k2"] }, 4, 2);
        await FindsAsync(new AuditQuery { PatientKeys = ["k2"], Client = "acme" }, 2);
        await FindsAsync(new AuditQuery { PatientKeys = ["k2"], From = other.Time }, 4);
        await FindsAsync(new AuditQuery { From = child.Time, To = admin.Time }, 2, 1);
        await FindsAsync(new AuditQuery { Client = "acme' OR '1'='1" });
        await FindsAsync(new AuditQuery { PatientKeys = ["k"] });
    }

    [Theory]
    [InlineData(null)]
    [InlineData("k")]
    public async Task Query_PagesWhileMoreArrive_NeitherRepeatNorSkip(string? patient)
    {
        // Five share each moment: the order within one must hold too.
        await Store.AppendAsync(
            [
                .. Enumerable
                    .Range(0, 100)
                    .Select(i => Entry(i, i % 2 == 0 ? "gw-1" : "gw-2") with { Time = Moment(i / 5), PatientKeys = ["k"] }),
            ],
            None
        );
        var query = new AuditQuery { PatientKeys = patient is null ? [] : [patient, "absent"], Limit = 7 };

        var seen = new List<Guid>();
        var sequence = 100;
        AuditPage page;
        do
        {
            page = await Store.QueryAsync(query, None);
            seen.AddRange(page.Entries.Select(e => e.Id));
            query = query with { Cursor = page.Next };
            await Store.AppendAsync([Entry(sequence) with { Time = Moment(sequence), PatientKeys = ["k"] }], None);
            sequence++;
        } while (page.Next is not null);

        Assert.Equal(100, seen.Count);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => Entry(i).Id).ToHashSet(), seen.ToHashSet());
    }

    [Fact]
    public async Task Query_ExactlyOnePage_HasNoNext()
    {
        await Store.AppendAsync([Entry(0), Entry(1)], None);
        Assert.Null((await Store.QueryAsync(new AuditQuery { Limit = 2 }, None)).Next);
        Assert.NotNull((await Store.QueryAsync(new AuditQuery { Limit = 1 }, None)).Next);
    }

    [Fact]
    public async Task Query_ForeignOrBrokenCursor_IsRefusedInWords()
    {
        await Store.AppendAsync([Entry(0) with { Client = "a" }, Entry(1) with { Client = "a" }], None);
        var cursor = (await Store.QueryAsync(new AuditQuery { Client = "a", Limit = 1 }, None)).Next!;
        var changed = (cursor[0] == 'A' ? 'B' : 'A') + cursor[1..];

        foreach (
            var query in new AuditQuery[]
            {
                new() { Client = "b", Cursor = cursor },
                new() { Client = "a", Cursor = changed },
                new() { Client = "a", Cursor = cursor[..^4] },
                new() { Client = "a", Cursor = "" },
                new() { Client = "a", Cursor = "%%%" },
                new() { Client = "a", Cursor = new string('A', 5000) },
            }
        )
        {
            var refused = await Assert.ThrowsAsync<AuditCursorException>(() => Store.QueryAsync(query, None));
            Assert.Contains("cursor", refused.Message, StringComparison.Ordinal);
        }

        Assert.Single(
            (
                await Store.QueryAsync(
                    new AuditQuery
                    {
                        Client = "a",
                        Cursor = cursor,
                        Limit = 5,
                    },
                    None
                )
            ).Entries
        );
    }

    [Theory]
    [InlineData(0)]
    [InlineData(501)]
    public async Task Query_LimitOutOfRange_IsRefused(int limit) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Store.QueryAsync(new AuditQuery { Limit = limit }, None));

    [Fact]
    public async Task Append_TenThousandInOneBatch_AllArrive()
    {
        await Store.AppendAsync([.. Enumerable.Range(0, 10_001).Select(i => Entry(i) with { PatientKeys = [$"k{i % 10}"] })], None);
        Assert.Equal(10_000, await Store.GetWatermarkAsync("log", None));
        Assert.Equal(2, (await Store.ReadAsync("log", 9_999, 10, None)).Count);
    }

    [Fact]
    public async Task EnsurePartitions_Again_MakesNoMore() => Assert.Equal(0, await Storage.EnsurePartitionsAsync(None));

    /// <summary>The same entry for the same place, each time.</summary>
    protected static AuditEntry Entry(int sequence, string log = "log") =>
        new()
        {
            Log = log,
            Sequence = sequence,
            Id = new Guid(sequence, 7, 0x7000, [0x80, 0, 0, 0, 0, 0, 0, 1]),
            ParentId = Guid.Empty,
            Kind = AuditKind.Decision,
            Event = "read",
            Time = Moment(sequence),
            ChainHash = Hash($"{sequence}"),
            Body = Encoding.UTF8.GetBytes($$"""{"n":{{sequence}},"u":"ü"}"""),
        };

    protected static DateTimeOffset Moment(int seconds) =>
        new DateTimeOffset(2026, 3, 31, 23, 59, 0, TimeSpan.Zero).AddTicks(1230).AddSeconds(seconds);

    protected static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    private static void AssertSame(AuditEntry expected, AuditEntry actual)
    {
        Assert.Equal(expected.PatientKeys, actual.PatientKeys);
        Assert.Equal(expected.ChainHash.ToArray(), actual.ChainHash.ToArray());
        Assert.Equal(expected.Body.ToArray(), actual.Body.ToArray());
        Assert.Equal(expected, actual with { PatientKeys = expected.PatientKeys, ChainHash = expected.ChainHash, Body = expected.Body });
    }

    private async Task FindsAsync(AuditQuery query, params long[] sequences) =>
        Assert.Equal(sequences, (await Store.QueryAsync(query, None)).Entries.Select(e => e.Sequence));
}
