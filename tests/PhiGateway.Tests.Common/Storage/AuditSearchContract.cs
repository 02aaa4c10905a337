using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using Npgsql;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Storage;
using PhiGateway.Storage.Common;
using Xunit;

namespace PhiGateway.Tests.Common.Storage;

/// <summary>
/// What every audit store finds and counts, whatever the database: a search by any filters is held against the same filters over the records
/// in memory.
/// </summary>
public abstract partial class AuditSearchContract : IAsyncLifetime
{
    private const int Records = 3000;

    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly DateTimeOffset Start = new(2026, 3, 15, 0, 0, 0, TimeSpan.Zero);

    // Over many months, so that pages go over their borders.
    private static readonly List<AuditEntry> All = [.. Make()];

    private StorageLocation _location = null!;
    private AuditStorage _storage = null!;

    // Each filter with values that many, few and no records have.
    private static readonly (string Name, Func<AuditQuery, AuditQuery> Set, Func<AuditEntry, bool> Fits)[] Filters =
    [
        ("client 1", q => q with { Client = "client-1" }, e => e.Client == "client-1"),
        ("client 39", q => q with { Client = "client-39" }, e => e.Client == "client-39"),
        ("client none", q => q with { Client = "nobody" }, _ => false),
        ("tenant", q => q with { Tenant = "north" }, e => e.Tenant == "north"),
        ("deny", q => q with { Decision = "deny" }, e => e.Decision == "deny"),
        ("permit", q => q with { Decision = "permit" }, e => e.Decision == "permit"),
        ("reason", q => q with { Reason = "revoked" }, e => e.Reason == "revoked"),
        ("kind", q => q with { Kind = AuditKind.Admin }, e => e.Kind == AuditKind.Admin),
        ("kind none", q => q with { Kind = AuditKind.Hold }, _ => false),
        ("no request", q => q with { IsOfNoRequest = true }, e => e.Kind is not (>= AuditKind.Decision and <= AuditKind.Delivery)),
        ("actor", q => q with { Actor = "mary" }, e => e.Actor == "mary"),
        ("type", q => q with { ResourceType = "Observation" }, e => e.ResourceType == "Observation"),
        ("interaction", q => q with { Interaction = "read" }, e => e.Interaction == "read"),
        ("use case", q => q with { UseCase = "case-3" }, e => e.UseCase == "case-3"),
        ("organization", q => q with { Organization = "acme" }, e => e.Organization == "acme"),
        ("purpose", q => q with { Purpose = "HPAYMT" }, e => e.Purpose?.Split(' ').Contains("HPAYMT") == true),
        ("patient", q => q with { PatientKeys = ["k1", "absent"] }, e => e.PatientKeys.Contains("k1")),
        ("from", q => q with { From = Start.AddDays(40) }, e => e.Time >= Start.AddDays(40)),
        ("to", q => q with { To = Start.AddDays(60) }, e => e.Time < Start.AddDays(60)),
    ];

    private IAuditStore Store => _storage.Store;

    public async ValueTask InitializeAsync()
    {
        _location = await LocateAsync();
        _storage = AuditStorage.Create(_location.Options);
        await _storage.Migrator.MigrateAsync(None);
        await Store.AppendAsync(All, None);
    }

    public async ValueTask DisposeAsync()
    {
        await _storage.DisposeAsync();
        await _location.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected abstract Task<StorageLocation> LocateAsync();

    [Fact]
    [Trait("Size", "Large")]
    public async Task Query_EveryFilterAloneAndInPairs_FindsWhatFits_PageByPage()
    {
        foreach (var one in Filters)
        {
            foreach (var other in Filters)
            {
                // The second of two values for one member is the one that counts.
                var query = other.Set(one.Set(new AuditQuery { Limit = 150 }));
                var isOneMember =
                    one.Name.Split(' ')[0] == other.Name.Split(' ')[0]
                    || (one.Name, other.Name) is ("deny", "permit") or ("permit", "deny");
                var expected = InOrder(All.Where(e => (isOneMember || one.Fits(e)) && other.Fits(e)));
                await FindsInTwoPagesAsync(query, expected);
            }
        }
    }

    [Fact]
    public async Task Query_ToItsEnd_FindsEachOnce()
    {
        var query = new AuditQuery { Decision = "permit", Limit = 37 };
        var found = new List<long>();
        do
        {
            var page = await Store.QueryAsync(query, None);
            found.AddRange(page.Entries.Select(e => e.Sequence));
            query = query with { Cursor = page.Next };
        } while (query.Cursor is not null);

        Assert.Equal(InOrder(All.Where(e => e.Decision == "permit")), found);
    }

    [Fact]
    public async Task Query_ManyAtOneMoment_FindsEachOnce()
    {
        // More than a page of shapes have their newest record at the very same moment, on both sides of a cursor.
        var moment = Start.AddYears(1);
        var alike = Enumerable
            .Range(0, 60)
            .Select(i => Entry(Records + 10 + i) with { Log = $"log-{i % 3}", Time = moment, Decision = "error", Client = $"c{i % 20}" })
            .ToList();
        await Store.AppendAsync(alike, None);
        var query = new AuditQuery { Decision = "error", Limit = 7 };
        var found = new List<Guid>();
        do
        {
            var page = await Store.QueryAsync(query, None);
            found.AddRange(page.Entries.Select(e => e.Id));
            query = query with { Cursor = page.Next };
        } while (query.Cursor is not null);

        Assert.Equal(60, found.Count);
        Assert.Equal(alike.Select(e => e.Id).Order(), found.Order());
    }

    [Fact]
    public async Task Tally_EveryFilter_IsOfWhatFits()
    {
        foreach (var (name, set, fits) in Filters)
        {
            var counts = await _storage.Reports.TallyAsync(set(new AuditQuery()), None);
            var expected = All.Where(fits).ToList();
            Assert.True(expected.Count == counts.Sum(c => c.Count), name);
            foreach (var client in expected.GroupBy(e => e.Client))
            {
                Assert.Equal(client.Count(), counts.Where(c => c.Of(AuditFacet.Client) == client.Key).Sum(c => c.Count));
            }

            Assert.Equal(
                expected.Count(e => e.Purpose == "TREAT HPAYMT"),
                counts.Where(c => c.Of(AuditFacet.Purpose) == "TREAT HPAYMT").Sum(c => c.Count)
            );
            Assert.Equal(expected.Count(e => e.Kind == AuditKind.Admin), counts.Where(c => c.Of(AuditFacet.Kind) == "7").Sum(c => c.Count));
        }

        await Assert.ThrowsAsync<ArgumentException>(() => _storage.Reports.TallyAsync(new AuditQuery { Id = Guid.NewGuid() }, None));
    }

    [Theory]
    [InlineData(3600)]
    [InlineData(86400)]
    public async Task Count_BySteps_IsOfWhatFallsIntoThem(int seconds)
    {
        var (from, to, step) = (Start.AddDays(3), Start.AddDays(80), TimeSpan.FromSeconds(seconds));
        var counts = await Store.CountAsync(
            new AuditCounts
            {
                From = from,
                To = to,
                Step = step,
                By = [AuditColumn.Reason, AuditColumn.Tenant],
                Decision = "deny",
            },
            None
        );
        var expected = All.Where(e => e.Decision == "deny" && e.Time >= from && e.Time < to)
            .GroupBy(e => ($"{from + (Math.Floor((e.Time - from) / step) * step):O}", e.Reason, e.Tenant))
            .Select(group => $"{group.Key} {group.Count()}");

        Assert.Equal(expected.Order(), counts.Select(c => $"{($"{c.At:O}", c.Values[0], c.Values[1])} {c.Count}").Order());
    }

    [Fact]
    public async Task Knows_NameOfARecord_AndNoOther()
    {
        Assert.True(await _storage.Reports.KnowsAsync(AuditFacet.Client, "client-1", None));
        Assert.True(await _storage.Reports.KnowsAsync(AuditFacet.UseCase, "case-3", None));
        Assert.True(await _storage.Reports.KnowsAsync(AuditFacet.Kind, "7", None));
        Assert.False(await _storage.Reports.KnowsAsync(AuditFacet.Client, "case-3", None));
        Assert.False(await _storage.Reports.KnowsAsync(AuditFacet.Kind, "12", None));
    }

    [Fact]
    public async Task ListMarks_EachLog_IsWhereItIsWithoutAGap()
    {
        await Store.AppendAsync([Entry(0) with { Log = "other" }, Entry(2) with { Log = "other" }], None);

        Assert.Equal(
            [new AuditLogMark("log", Records - 1), new AuditLogMark("other", 0) { Highest = 2 }],
            await _storage.Reports.ListMarksAsync(None)
        );
    }

    [Fact]
    public async Task Read_ShapeTakenAwayOrTurnedRound_IsNotFiled()
    {
        Assert.All(await Store.ReadFiledAsync("log", 0, Records, None), e => Assert.True(e.IsFiled));
        await ExecuteAsync("DELETE FROM audit_shape WHERE client = 'client-1'");
        await ExecuteAsync("UPDATE audit_shape SET decision = 'permit' WHERE client = 'client-2' AND decision = 'deny'");

        var hidden = All.Where(e => e.Client == "client-1" || e is { Client: "client-2", Decision: "deny" }).Select(e => e.Sequence);
        var read = await Store.ReadFiledAsync("log", 0, Records, None);
        Assert.Equal(hidden.Order(), read.Where(e => !e.IsFiled).Select(e => e.Sequence));
        Assert.Empty((await Store.QueryAsync(new AuditQuery { Client = "client-1" }, None)).Entries);
    }

    [Fact]
    public async Task ListTenants_OfTheRecords_AreEachOnceAndNoMoreThanAsked()
    {
        Assert.Equal(["north", "south"], await _storage.Reports.ListTenantsAsync(10, None));
        Assert.Equal(["north"], await _storage.Reports.ListTenantsAsync(1, None));
    }

    // Whoever ships may file shapes under any month there is.
    [Fact]
    public async Task Query_ShapesUnderManyMonthsWithoutRecords_FindsWhatFits()
    {
        const string Words =
            "id, kind, decision, reason, client, tenant, actor, resource_type, interaction, use_case, organization, purpose";
        await ExecuteAsync(
            "WITH RECURSIVE m(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM m WHERE n < 399) "
                + $"INSERT INTO audit_shape (month, {Words}) "
                + $"SELECT DISTINCT (3000 + n) * 100 + 1, {Words} FROM audit_shape CROSS JOIN m WHERE client = 'client-1'"
        );

        await FindsInTwoPagesAsync(new AuditQuery { Limit = 100 }, InOrder(All));
        await FindsInTwoPagesAsync(
            new AuditQuery { Limit = 5, Client = "client-1" },
            InOrder(All.Where(static e => e.Client == "client-1"))
        );
        await FindsInTwoPagesAsync(new AuditQuery { Limit = 100, Tenant = "north" }, InOrder(All.Where(static e => e.Tenant == "north")));
    }

    [Fact]
    public async Task Read_PatientRowTakenAwayOrAdded_IsToldAndLeadsNowhere()
    {
        Assert.All(await Store.ReadFiledAsync("log", 0, Records, None), e => Assert.True(e.IsFoundByPatients));
        var hidden = All.First(e => e.PatientKeys.Count > 0);
        await ExecuteAsync($"DELETE FROM audit_patient WHERE sequence = {hidden.Sequence}");

        // A row that leads from this patient to records of others.
        await ExecuteAsync(
            "INSERT INTO audit_patient (patient_key, time, log, sequence) SELECT 'nobody', time, log, sequence FROM audit_event WHERE sequence < 9"
        );

        var read = await Store.ReadFiledAsync("log", 0, Records, None);
        Assert.Equal([hidden.Sequence], read.Where(e => !e.IsFoundByPatients).Select(e => e.Sequence));
        Assert.Empty((await Store.QueryAsync(new AuditQuery { PatientKeys = ["nobody"] }, None)).Entries);
        Assert.Empty(await _storage.Reports.TallyAsync(new AuditQuery { PatientKeys = ["nobody"] }, None));
        var own = All.Where(e => e.PatientKeys.Contains("k7")).Select(e => e.Sequence).Where(one => one != hidden.Sequence);
        var found = await Store.QueryAsync(new AuditQuery { PatientKeys = ["k7"], Limit = 500 }, None);
        Assert.Equal(own.Order(), found.Entries.Select(e => e.Sequence).Order());
    }

    [Fact]
    public Task Query_PatientOfManyRecords_FindsWhatFits() => FindWhatFitsOfOnePatientAsync(1500);

    /// <summary>Stores so many records of one patient, and asks for them by every other filter.</summary>
    protected async Task FindWhatFitsOfOnePatientAsync(int records)
    {
        List<AuditEntry> many =
        [
            .. Enumerable
                .Range(0, records)
                .Select(i =>
                    All[i % Records] with
                    {
                        Log = "other",
                        Sequence = i,
                        Id = new Guid(i, 9, 0x7000, [0x80, 0, 0, 0, 0, 0, 0, 1]),
                        PatientKeys = ["k-many"],
                    }
                ),
        ];
        foreach (var batch in many.Chunk(4000))
        {
            await Store.AppendAsync(batch, None);
        }

        foreach (var (_, set, fits) in Filters.Where(static one => one.Name != "patient"))
        {
            var query = set(new AuditQuery { Limit = 150, PatientKeys = ["k-many"] });
            await FindsInTwoPagesAsync(query, InOrder(many.Where(fits)));

            // And of somebody who is in few of them, at the same moments.
            var ofBoth = many.Concat(All.Where(static one => one.PatientKeys.Contains("k1"))).Where(fits);
            await FindsInTwoPagesAsync(query with { PatientKeys = ["k1", "k-many"] }, InOrder(ofBoth));
        }
    }

    private async Task FindsInTwoPagesAsync(AuditQuery query, List<long> expected)
    {
        var (found, next) = await Store.QueryAsync(query, None);
        Assert.Equal(expected.Take(query.Limit), found.Select(e => e.Sequence));
        Assert.Equal(expected.Count > query.Limit, next is not null);
        if (next is not null)
        {
            var second = await Store.QueryAsync(query with { Cursor = next }, None);
            Assert.Equal(expected.Skip(query.Limit).Take(query.Limit), second.Entries.Select(e => e.Sequence));
        }
    }

    private async Task ExecuteAsync(string sql)
    {
        await using DbConnection connection =
            _location.Options.Provider == StorageProvider.Postgres
                ? new NpgsqlConnection(_location.Options.ConnectionString)
                : new SqliteConnection(_location.Options.ConnectionString);
        await connection.OpenAsync(None);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(None);
    }

    private static List<long> InOrder(IEnumerable<AuditEntry> entries) =>
        [
            .. entries
                .OrderByDescending(e => e.Time)
                .ThenByDescending(e => e.Log, StringComparer.Ordinal)
                .ThenByDescending(e => e.Sequence)
                .Select(e => e.Sequence),
        ];

    private static IEnumerable<AuditEntry> Make()
    {
        var random = new Random(7);
        string[] types = ["Observation", "Patient", "Condition", "Encounter", "MedicationRequest"];
        string[] interactions = ["read", "search-type", "vread"];
        string?[] reasons = ["revoked", "expired", "outside-use-case"];
        for (var i = 0; i < Records; i++)
        {
            var isAdmin = random.Next(50) == 0;
            var isDenied = random.Next(10) == 0;
            var client = (int)Math.Sqrt(random.Next(1600));
            var request = Entry(i) with
            {
                Kind = isDenied ? AuditKind.Decision : AuditKind.Disclosure,
                Decision = isDenied ? "deny" : "permit",
                Reason = isDenied ? reasons[random.Next(reasons.Length)] : null,
                Client = $"client-{client}",
                Tenant = client % 4 == 0 ? "north" : "south",
                ResourceType = types[random.Next(types.Length)],
                Interaction = interactions[random.Next(interactions.Length)],
                UseCase = $"case-{client % 10}",
                Organization = client % 3 == 0 ? "acme" : "bolt",
                Purpose = random.Next(4) == 0 ? "TREAT HPAYMT" : "TREAT",
                PatientKeys = [$"k{random.Next(40)}"],
            };
            yield return isAdmin
                ? Entry(i) with
                {
                    Kind = AuditKind.Admin,
                    Event = "client.revoke",
                    Actor = random.Next(2) == 0 ? "mary" : "paul",
                }
                : request;
        }
    }

    // Seven at each moment, over a hundred days, and the last two in other centuries.
    private static AuditEntry Entry(int sequence) =>
        new()
        {
            Log = "log",
            Sequence = sequence,
            Id = new Guid(sequence, 8, 0x7000, [0x80, 0, 0, 0, 0, 0, 0, 1]),
            ParentId = Guid.Empty,
            Kind = AuditKind.Decision,
            Event = "read",
            Time = sequence switch
            {
                Records - 1 => new DateTimeOffset(2099, 6, 1, 0, 0, 0, TimeSpan.Zero),
                Records - 2 => new DateTimeOffset(1999, 6, 1, 0, 0, 0, TimeSpan.Zero),
                _ => Start.AddMinutes(50L * (sequence / 7) * 7 + 1),
            },
            ChainHash = SHA256.HashData(Encoding.UTF8.GetBytes($"{sequence}")),
            Body = Encoding.UTF8.GetBytes($$"""{"n":{{sequence}}}"""),
        };
}
