using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Configuration;
using PhiGateway.Audit.Keeping;
using PhiGateway.Audit.Records;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>What keeps a month is seen also where it has not arrived yet, or is spelt wrongly.</summary>
public sealed partial class KeepingTests
{
    [Fact]
    public async Task DeleteMonth_WhileAHoldIsOnItsWayToTheStore_IsNotDone()
    {
        await using var server = await StartAsync();
        Assert.Equal(201, (await server.PostAsync(Path + "/holds", """{"tenant":"north","reason":"a suit"}""", "petra")).Status);

        // Nobody has shipped it yet: the first look finds no hold.
        Assert.Equal(200, (await server.PostAsync(Path + ":delete?dry_run=true", Due, "petra")).Status);
        Assert.Equal("held", (await server.PostAsync(Path + ":delete", Due, "petra")).Code);

        Assert.Equal(4, server.Trail.Entries.Count(static entry => entry.Kind != AuditKind.Hold));
        var ended = server.Journal.Records[^1];
        Assert.Equal((KeepingMonths.DeletedEvent, "not deleted: held"), (ended.Event, ended.Note));
        Assert.Contains("\"deleted\":false", ended.After, StringComparison.Ordinal);
    }

    // Rows of a later time that name the step as what they belong to, as whoever ships may add them: more than a page shows.
    [Fact]
    public async Task DeleteMonth_WhereRowsWereAddedToItsStep_IsDone()
    {
        await using var server = await StartAsync();
        var ship = server.Journal.Appended!;
        server.Journal.Appended = record =>
        {
            ship(record);
            if (record.Event == KeepingMonths.DeletionEvent)
            {
                var row = StoredTrail.EntryOf(TestRecords.Denial(), 0) with { Log = "gw-99/1", ParentId = record.Id };
                server.Trail.Entries.AddRange(
                    Enumerable
                        .Range(0, 1100)
                        .Select(place => row with { Id = Guid.NewGuid(), Sequence = place, Time = record.Time.AddDays(1) })
                );
            }
        };

        var deleted = await server.PostAsync(Path + ":delete", Due, "petra");

        Assert.True(deleted.Status == 200, deleted.Text);
    }

    // A row under the step's own id, as whoever ships may add it while the step and a hold before it are on their way.
    [Theory]
    [InlineData(false, "not-shipped")]
    [InlineData(true, null)]
    public async Task DeleteMonth_WhereARowBearsItsId_WaitsForTheStepItself(bool isShipped, string? code)
    {
        await using var server = await StartAsync();
        server.Services.GetRequiredService<AdminOptions>().ShippedWithin = isShipped ? TimeSpan.FromMinutes(5) : TimeSpan.Zero;
        server.Journal.Appended = record =>
        {
            if (record.Event == KeepingMonths.DeletionEvent)
            {
                var row = StoredTrail.EntryOf(TestRecords.Denial(), 0);
                server.Trail.Entries.Add(row with { Log = "gw-99/1", Id = record.Id, Time = record.Time });
                server.Trail.Entries.Add(StoredTrail.EntryOf(record, 0) with { Log = "gw-99/1" });
                server.Trail.Entries.Add(row with { Sequence = 900, Id = record.Id, Time = record.Time });
            }

            if (isShipped && record.Event == KeepingMonths.DeletionEvent)
            {
                server.Trail.Entries.Add(StoredTrail.EntryOf(record, 901));
            }
        };

        var deleted = await server.PostAsync(Path + ":delete", Due, "petra");

        Assert.Equal(code is null ? 200 : 409, deleted.Status);
        Assert.True(code is null || deleted.Code == code, deleted.Text);
    }

    [Fact]
    public async Task DeleteMonth_WhileTheStoreTakesNothing_IsNotDone()
    {
        await using var server = await StartAsync(isShipping: false);

        Assert.Equal("not-shipped", (await server.PostAsync(Path + ":delete", Due, "petra")).Code);
        Assert.Equal(4, server.Trail.Entries.Count);
        Assert.Equal("not deleted: not-shipped", server.Journal.Records[^1].Note);
    }

    [Theory]
    [InlineData("reported-and-shipped", true)]
    [InlineData("hold-on-its-way", false)]
    [InlineData("kept-some-back", false)]
    [InlineData("kept-some-back-and-shipped-them", true)]
    [InlineData("does-not-say", false)]
    [InlineData("silent", false)]
    [InlineData("gone-for-a-week", true)]
    [InlineData("written-by-somebody", false)]
    [InlineData("put-back", false)]
    [InlineData("said-to-be-gone-for-a-week", false)]
    public async Task DeleteMonth_WhileAnotherNodeMayHoldBackAHold_WaitsForIt(string node, bool isDeleted)
    {
        await using var server = await StartAsync();
        server.Services.GetRequiredService<AdminOptions>().HeardWithin = isDeleted ? TimeSpan.FromMinutes(5) : TimeSpan.FromSeconds(1);
        var last =
            server.Time.Now - (node.EndsWith("gone-for-a-week", StringComparison.Ordinal) ? TimeSpan.FromDays(8) : TimeSpan.FromSeconds(5));
        server.Store.Nodes.Add(new NodeStatus("gw-01", 1, server.Time.Now.AddDays(-1), null));
        server.Store.Nodes.Add(new NodeStatus("gw-02", 1, last, null, null, 0) { IsUnproven = node == "said-to-be-gone-for-a-week" });
        server.Services.GetRequiredService<AdminOptions>().Node = "gw-01";
        server.Trail.Watermarks["gw-02/1"] = 4;
        var looks = 0;
        server.Store.NodesAsked = () =>
        {
            // The first look says what stood before; then the other node reports.
            if (++looks != 2)
            {
                return;
            }

            if (node == "hold-on-its-way")
            {
                var hold = Step("keeping.hold", Guid.Empty, """{"Reason":"a suit"}""", server.Time.Now);
                (hold.Tenant, hold.Actor) = ("north", "paul@hospital.example");
                server.Trail.Entries.Add(StoredTrail.EntryOf(hold, 900) with { Log = "gw-02/1" });
            }

            server.Store.Nodes[1] = node switch
            {
                "silent" or "gone-for-a-week" or "said-to-be-gone-for-a-week" => server.Store.Nodes[1],
                "written-by-somebody" => new NodeStatus("gw-02", 1, last.AddSeconds(9), null, null, 0) { IsUnproven = true },
                "put-back" => new NodeStatus("gw-02", 1, last.AddSeconds(-9), null, null, 0),
                "does-not-say" => new NodeStatus("gw-02", 1, last.AddSeconds(9), null),
                "kept-some-back" or "kept-some-back-and-shipped-them" => new NodeStatus("gw-02", 1, last.AddSeconds(9), null, null, 3),
                _ => new NodeStatus("gw-02", 1, last.AddSeconds(9), null, null, 0),
            };
        };
        server.Trail.Asked = log => server.Trail.Watermarks[log] += node == "kept-some-back-and-shipped-them" ? 1 : 0;
        var answer = await server.PostAsync(Path + ":delete", Due, "petra");

        Assert.Equal(isDeleted ? 200 : 409, answer.Status);
        if (!isDeleted)
        {
            Assert.Equal(node == "hold-on-its-way" ? "held" : "node-unheard", answer.Code);
        }

        Assert.Equal(isDeleted, !server.Trail.Entries.Exists(static entry => entry.Time.Year == 2015));
    }

    [Theory]
    [InlineData("North", false)]
    [InlineData("south", true)]
    [InlineData("west", true)]
    public async Task Names_OfTenants_AreThoseOfARouteAUseCaseOrARecord(string tenant, bool isKnown)
    {
        var rules = new KeepingRules(10, new Dictionary<string, int> { [tenant] = 11 });
        await using var server = await StartAsync(
            rules,
            names: new NodeNames(new HashSet<string> { "west" }, new HashSet<string>(), new HashSet<string>())
        );
        var hold = $$"""{"tenant":"{{tenant}}","reason":"a suit"}""";
        var deletion = await server.PostAsync(Path + ":delete", Due, "petra");
        var set = await server.PostAsync(Path + "/holds", hold, "petra");

        Assert.Equal(
            isKnown ? [] : [tenant],
            (await server.GetAsync(Path, "petra")).Json["unknown_tenants"]!.AsArray().Select(static one => (string)one!)
        );
        Assert.Equal(isKnown ? 200 : 409, deletion.Status);
        Assert.Equal(isKnown ? 201 : 422, set.Status);
        if (!isKnown)
        {
            Assert.Equal("unknown-tenant", deletion.Code);
            Assert.Equal(["/tenant"], set.Pointers);
        }
    }
}
