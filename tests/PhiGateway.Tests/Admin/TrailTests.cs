using System.Text;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Admin;

public sealed class TrailTests
{
    private static readonly Guid Decision = Guid.Parse("0199a000-0000-7000-8000-000000000001");

    [Fact]
    public async Task Search_Filters_AndIsItselfOnRecord()
    {
        await using var server = await StartAsync();
        var all = await server.GetAsync("/admin/v1/audit?limit=2", "august");
        Assert.Equal(200, all.Status);
        Assert.Equal(2, all.Json["items"]!.AsArray().Count);
        Assert.Equal("read", (string)all.Json["items"]![0]!["record"]!["event"]!);
        var next = await server.GetAsync(all.Headers["Link"].Split('<', '>')[1], "august");
        Assert.Single(next.Json["items"]!.AsArray());
        Assert.Single(
            (await server.GetAsync("/admin/v1/audit?decision=deny&reason=outside-use-case&client=acme", "august")).Json["items"]!.AsArray()
        );
        Assert.Equal(AuditKind.AuditUse, server.Journal.Records[^1].Kind);
        Assert.Equal("august@hospital.example", server.Journal.Records[^1].Actor);
        Assert.Contains("reason=outside-use-case", server.Journal.Records[^1].Note);
        Assert.Empty((await server.GetAsync("/admin/v1/audit?from=2027-01-01", "august")).Json["items"]!.AsArray());
        Assert.Single((await server.GetAsync("/admin/v1/audit?kind=delivery", "august")).Json["items"]!.AsArray());
    }

    [Fact]
    public async Task Search_ByPatient_NeverInTheUrl_PseudonymisedForTheStore()
    {
        await using var server = await StartAsync();
        Assert.Equal(400, (await server.GetAsync("/admin/v1/audit?patient=p-1&tenant=north", "august")).Status);
        var posted = await server.PostAsync("/admin/v1/audit:search", """{"tenant":"north","patient":"p-1"}""", "august");
        Assert.Equal(2, posted.Json["items"]!.AsArray().Count);
        Assert.Equal(["key(north,p-1)"], server.Trail.LastQuery!.PatientKeys);
        Assert.Equal(["p-1"], server.Journal.Records[^1].Patients);
        var header = await server.SendAsync("august", "GET", "/admin/v1/audit?tenant=north", null, ("X-Patient", "p-1"));
        Assert.Equal(2, header.Json["items"]!.AsArray().Count);
        Assert.Equal(400, (await server.PostAsync("/admin/v1/audit:search", """{"patient":"p-1"}""", "august")).Status);
        Assert.DoesNotContain(server.Logs.Lines, line => line.Contains("p-1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Search_ForWhatWasWithheldOfAPatient_AsksByItsOwnWordAndOnlyWithAPatient()
    {
        await using var server = await StartAsync();
        await server.PostAsync("/admin/v1/audit:search", """{"tenant":"north","patient":"p-1","withheld":true}""", "august");
        Assert.Equal(["withheld(north,p-1)"], server.Trail.LastQuery!.PatientKeys);
        Assert.Contains("withheld=true", server.Journal.Records[^1].Note);
        Assert.Equal(["p-1"], server.Journal.Records[^1].Patients);

        await server.SendAsync("august", "GET", "/admin/v1/audit?tenant=north&withheld=false", null, ("X-Patient", "p-1"));
        Assert.Equal(["key(north,p-1)"], server.Trail.LastQuery!.PatientKeys);
        Assert.Equal(400, (await server.GetAsync("/admin/v1/audit?tenant=north&withheld=true", "august")).Status);
        Assert.Equal(400, (await server.GetAsync("/admin/v1/audit?tenant=north&withheld=perhaps", "august")).Status);
    }

    [Fact]
    public async Task Search_ByPatientInEveryTenant_AsksForEach_AndUnknownNamesAreErrors()
    {
        await using var server = await StartAsync();
        await Sample.WriteAsync(server);
        await server.PatchAsync("/admin/v1/use-cases/lab-results", """{"tenants":["north","south"]}""");
        var every = await server.PostAsync("/admin/v1/audit:search", """{"tenant":"*","patient":"Patient/p-1"}""", "august");
        Assert.Equal(2, every.Json["items"]!.AsArray().Count);
        Assert.Equal(["key(north,p-1)", "key(south,p-1)"], server.Trail.LastQuery!.PatientKeys.Order());
        Assert.Null(server.Trail.LastQuery.Tenant);

        Assert.Equal(400, (await server.GetAsync("/admin/v1/audit?reason=outside-usecase", "august")).Status);
        Assert.Equal(400, (await server.GetAsync("/admin/v1/audit?tenant=nroth", "august")).Status);
        Assert.Equal(200, (await server.GetAsync("/admin/v1/audit?reason=revoked", "august")).Status);
    }

    // Its use case, or its route here, is gone; what was released of its patients is on record for years.
    [Fact]
    public async Task Search_ByPatientInEveryTenant_LooksIntoThoseThatAreNoMoreToo()
    {
        await using var server = await StartAsync();
        await Sample.WriteAsync(server);
        var former = TestRecords.Disclosure("p-1");
        former.Tenant = "former";
        StoredTrail.Add(server, former);
        var every = await server.PostAsync("/admin/v1/audit:search", """{"tenant":"*","patient":"Patient/p-1"}""", "august");

        Assert.Contains("key(former,p-1)", server.Trail.LastQuery!.PatientKeys);
        Assert.Contains(every.Json["items"]!.AsArray(), static item => (string?)item!["record"]!["tenant"] == "former");
        Assert.Contains(server.Journal.Records, static record => record is { Event: "audit.search", Tenant: "former", Patients: ["p-1"] });
    }

    [Fact]
    public async Task Search_JournalDown_Is503AndShowsNothing()
    {
        await using var server = await StartAsync();
        server.Journal.Room = 0;
        var answer = await server.GetAsync("/admin/v1/audit", "august");
        Assert.Equal(503, answer.Status);
        Assert.Null(server.Trail.LastQuery);
    }

    [Fact]
    public async Task Read_Record_WithItsChildren()
    {
        await using var server = await StartAsync();
        var answer = await server.GetAsync($"/admin/v1/audit/{Decision}", "august");
        Assert.Equal(1, (int)answer.Json["record"]!["sequence"]!);
        Assert.Single(answer.Json["children"]!.AsArray());
        Assert.Equal(404, (await server.GetAsync($"/admin/v1/audit/{Guid.Empty}", "august")).Status);
        Assert.Equal(404, (await server.GetAsync("/admin/v1/audit/nonsense", "august")).Status);
    }

    [Fact]
    public async Task Read_RecordWithMoreChildrenThanAPage_HasThemAll()
    {
        await using var server = await StartAsync();
        AddChildren(server, 1200);
        var answer = await server.GetAsync($"/admin/v1/audit/{Decision}", "august");
        Assert.Equal(1, (int)answer.Json["record"]!["sequence"]!);
        Assert.Equal(1201, answer.Json["children"]!.AsArray().Count);
        Assert.Null(answer.Json["truncated"]);
    }

    [Theory]
    [InlineData("audit")]
    [InlineData("decisions")]
    public async Task Read_RecordWithMoreChildrenThanAreRead_SaysSo_AndASearchPagesThem(string place)
    {
        await using var server = await StartAsync();
        AddChildren(server, TrailFamily.Most);
        var answer = await server.GetAsync($"/admin/v1/{place}/{Decision}", "august");
        Assert.Equal("too-many-records", answer.Code);

        // Where the record itself is among those that were read, they are shown, and said not to be all.
        server.Trail.Entries[0] = server.Trail.Entries[0] with
        {
            Time = server.Time.Now.AddDays(1),
        };
        if (place == "audit")
        {
            answer = await server.GetAsync($"/admin/v1/audit/{Decision}", "august");
            Assert.True((bool)answer.Json["truncated"]!);
        }

        var page = await server.GetAsync($"/admin/v1/audit?id={Decision}&limit=500", "august");
        Assert.Equal(500, page.Json["items"]!.AsArray().Count);
        Assert.NotNull(page.Json["next_cursor"]);
    }

    // Whoever ships may put a row under the id of a record, and so many below it that not all are read: the record may be another one.
    [Theory]
    [InlineData("audit")]
    [InlineData("decisions")]
    public async Task Read_SeveralRowsOfAnIdOfWhichNoneIsProven_NoneWhereNotAllWereRead(string place)
    {
        await using var server = await StartAsync();
        var row = server.Trail.Entries[0] with { Time = server.Time.Now.AddDays(1) };
        server.Trail.Entries[0] = row;
        server.Trail.Entries.Add(row with { Log = "gw-99", Time = row.Time.AddDays(1) });
        Assert.NotEqual("too-many-records", (await server.GetAsync($"/admin/v1/{place}/{Decision}", "august")).Code);

        AddChildren(server, TrailFamily.Most);
        Assert.Equal("too-many-records", (await server.GetAsync($"/admin/v1/{place}/{Decision}", "august")).Code);
    }

    /// <summary>What belongs to a bulk export is shown as far as one answer holds it, the record itself always; so is a page of a search.</summary>
    [Fact]
    public async Task Read_RecordWithLargeChildren_ShowsItself_AndSaysThatTheyAreNotAll()
    {
        await using var server = await StartAsync();
        var child = server.Trail.Entries[1];
        var large = new AuditRecord
        {
            Id = Guid.NewGuid(),
            Kind = child.Kind,
            Event = child.Event,
            Time = child.Time,
            Resources = [.. Enumerable.Range(0, 1000).Select(static i => $"Observation/a-name-of-some-forty-characters-{i:00000}")],
        };
        var body = StoredTrail.EntryOf(large, 0).Body;
        for (var i = 0; i < 500; i++)
        {
            server.Trail.Entries.Add(
                child with
                {
                    Id = Guid.NewGuid(),
                    Sequence = 10 + i,
                    Time = child.Time.AddSeconds(1 + i),
                    Body = body,
                }
            );
        }

        var answer = await server.GetAsync($"/admin/v1/audit/{Decision}", "august");
        Assert.Equal(1, (int)answer.Json["record"]!["sequence"]!);
        Assert.InRange(answer.Json["children"]!.AsArray().Count, 200, 450);
        Assert.True((bool)answer.Json["truncated"]!);

        // A page of them ends before it is full, and goes on where it ended.
        var shown = 0;
        string? next = string.Empty;
        do
        {
            var page = await server.GetAsync($"/admin/v1/audit?id={Decision}&limit=500{next}", "august");
            shown += page.Json["items"]!.AsArray().Count;
            next = page.Json["next_cursor"] is { } cursor ? "&cursor=" + (string)cursor! : null;
        } while (next is not null);
        Assert.True(shown >= 502, $"{shown}");
    }

    private static void AddChildren(AdminServer server, int count)
    {
        var child = server.Trail.Entries[1];
        for (var i = 0; i < count; i++)
        {
            server.Trail.Entries.Add(child with { Id = Guid.NewGuid(), Sequence = 10 + i, Time = child.Time.AddSeconds(i) });
        }
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("kind=7")]
    [InlineData("kind=gossip")]
    [InlineData("decision=maybe")]
    [InlineData("from=yesterday")]
    [InlineData("from=11/12/2026")]
    [InlineData("from=12.11.2026")]
    [InlineData("to=12:30")]
    [InlineData("from=2026-02-01&to=2026-01-01")]
    [InlineData("id=1")]
    [InlineData("colour=red")]
    public async Task Search_BadFilter_Is400(string query)
    {
        await using var server = await StartAsync();
        Assert.Equal(400, (await server.GetAsync("/admin/v1/audit?" + query, "august")).Status);
    }

    [Theory]
    [InlineData("from=2026-01")]
    [InlineData("from=2026-01-31")]
    [InlineData("from=2026-01-31%2004%3A00")]
    [InlineData("from=2026-01-31T04:00:00.5%2B02:00")]
    public async Task Search_MomentThatBeginsWithItsYear_IsRead(string query)
    {
        await using var server = await StartAsync();
        Assert.Equal(200, (await server.GetAsync("/admin/v1/audit?" + query, "august")).Status);
        Assert.Equal(2026, server.Trail.LastQuery!.From!.Value.Year);
    }

    private static async Task<AdminServer> StartAsync()
    {
        var server = await AdminServer.StartAsync();
        var time = server.Time.Now;
        AuditEntry Entry(long sequence, Guid id, Guid parent, AuditKind kind, string decision, string? reason, params string[] patients) =>
            new()
            {
                Log = "gw-01",
                Sequence = sequence,
                Id = id,
                ParentId = parent,
                Kind = kind,
                Event = "read",
                Time = time.AddSeconds(sequence),
                Decision = decision,
                Reason = reason,
                Client = "acme",
                Tenant = "north",
                PatientKeys = patients,
                ChainHash = new byte[32],
                Body = Encoding.UTF8.GetBytes(
                    """{"v":1,"id":"0199a000-0000-7000-8000-000000000001","kind":"decision","event":"read","time":"2026-05-01T12:00:00Z"}"""
                ),
            };
        server.Trail.Entries.Add(Entry(1, Decision, Guid.Empty, AuditKind.Disclosure, "permit", null, "key(north,p-1)"));
        server.Trail.Entries.Add(Entry(2, Guid.NewGuid(), Decision, AuditKind.Delivery, string.Empty, null, "key(north,p-1)"));
        server.Trail.Entries.Add(Entry(3, Guid.NewGuid(), Guid.Empty, AuditKind.Decision, "deny", "outside-use-case"));
        return server;
    }
}
