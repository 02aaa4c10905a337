using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Shadows;
using PhiGateway.Audit.Records;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>A candidate that is judged beside what is in force: counts what would change, changes nothing, and ends at its date.</summary>
public sealed class ShadowTests
{
    private const string Start = "/admin/v1/shadows:start";
    private const string List = "/admin/v1/shadows";

    [Fact]
    public async Task Shadow_ACandidateThatTakesWhatIsUsed_CountsItByClientAndReason_AndChangesNothing()
    {
        // Shadows of other tests are counted there too.
        var measured = new ConcurrentQueue<string>();
        using var listener = new MeterListener { InstrumentPublished = static (instrument, own) => Enable(instrument, own) };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => measured.Enqueue($"{tags[0].Value} {tags[1].Value}"));
        listener.Start();
        await using var server = await OpenAsync();
        Asked(server, "search-type", "GET /Observation", "/fhir/Observation?patient=17");
        var writes = server.Store.Writes;
        var id = await BeginAsync(server, Candidate("read"));
        server.Time.Now += TimeSpan.FromMinutes(5);
        var lost = Asked(server, "search-type", "GET /Observation", "/fhir/Observation?patient=17");
        Asked(server, "read", "GET /Observation/{id}", "/fhir/Observation/o-1");
        await RoundAsync(server);

        var report = await ReportAsync(server, id);
        Assert.Equal("running", (string)report["state"]!);
        var counts = report["counts"]!;
        Assert.Equal(
            (2, 2, 1, 0),
            (Of(counts, "seen"), Of(counts, "judged"), Of(counts, "would_be_denied"), Of(counts, "would_be_permitted"))
        );
        var row = Assert.Single(counts["changes"]!.AsArray())!;
        Assert.Equal(
            ("acme-connector", "permit", "outside-use-case", 1),
            ((string)row["client"]!, (string)row["was"]!, (string)row["becomes"]!, (int)row["count"]!)
        );
        Assert.Equal([lost.ToString()], row["examples"]!.AsArray().Select(static one => (string)one!));
        Assert.Contains("deny True", measured);
        Assert.Contains("allow False", measured);

        // Nothing of the registry is written, and what the clients are answered comes from there alone.
        Assert.Equal(writes, server.Store.Writes);
        var begin = Assert.Single(server.Journal.Records, static record => record.Event == "shadow.begin");
        Assert.Equal(("august@hospital.example", "use-case/lab-results", AuditKind.Hold), (begin.Actor, begin.Target, begin.Kind));
        Assert.Contains(server.Journal.Records, static record => record is { Event: "trail.shadow", Kind: AuditKind.AuditUse });
    }

    [Fact]
    public async Task Shadow_Grants_AreTriedAsThoseOfTheUseCase()
    {
        await using var server = await OpenAsync();
        var grants = (await server.GetAsync("/admin/v1/use-cases/lab-results")).Json["grants"]!.DeepClone();
        grants[0]!["interactions"] = new JsonArray("search");
        var id = await BeginAsync(server, new JsonObject { ["grants"] = grants });
        Asked(server, "read", "GET /Observation/{id}", "/fhir/Observation/o-1", wait: 1);
        await RoundAsync(server);

        Assert.Equal(1, Of((await ReportAsync(server, id))["counts"]!, "would_be_denied"));
    }

    [Fact]
    public async Task Shadow_AtItsDate_EndsByItselfAndItsReportStaysInTheTrail()
    {
        await using var server = await OpenAsync();
        var id = await BeginAsync(server, Candidate("read"), days: 1);
        Asked(server, "search-type", "GET /Observation", "/fhir/Observation?patient=17", wait: 60);
        await RoundAsync(server);
        server.Time.Now += TimeSpan.FromDays(1);
        Asked(server, "search-type", "GET /Observation", "/fhir/Observation?patient=17");
        server.Time.Now += TimeSpan.FromMinutes(2);
        await RoundAsync(server);

        // What came after the end is not in it.
        var report = await ReportAsync(server, id);
        Assert.Equal(("ended", 1), ((string)report["state"]!, Of(report["counts"]!, "judged")));
        var kept = Assert.Single(server.Journal.Records, static record => record.Event == "shadow.report");
        Assert.Equal((id, AuditKind.Hold), (kept.ParentId.ToString(), kept.Kind));

        // A node that has just started has it from the trail.
        StoredTrail.Ship(server);
        var watch = server.Services.GetRequiredService<ShadowWatch>();
        Assert.Null(watch.Find(Guid.Parse(id)));
        Assert.Equal(0, await watch.RunOnceAsync(default));
        Assert.Equal(1, Of((await ReportAsync(server, id))["counts"]!, "would_be_denied"));
        Assert.Single(server.Journal.Records, static record => record.Event == "shadow.report");
    }

    [Fact]
    public async Task End_BeforeItsTime_IsOnRecordAndCountsNoFurther()
    {
        await using var server = await OpenAsync();
        var id = await BeginAsync(server, Candidate("read"));
        Asked(server, "search-type", "GET /Observation", "/fhir/Observation?patient=17", wait: 1);
        server.Time.Now += TimeSpan.FromMinutes(1);
        Assert.Equal(403, (await server.PostAsync($"{List}/{id}:end", "{}", "vera")).Status);
        Assert.Equal(200, (await server.PostAsync($"{List}/{id}:end?dry_run=true", "{}", "olga")).Status);
        Assert.Equal("running", (string)(await ReportAsync(server, id))["state"]!);
        var ended = await server.PostAsync($"{List}/{id}:end", "{}", "olga");
        Assert.True(ended.Status == 200, ended.Text);
        Asked(server, "search-type", "GET /Observation", "/fhir/Observation?patient=17", wait: 1);
        await RoundAsync(server);

        var report = await ReportAsync(server, id);
        Assert.Equal(
            ("ended", "olga@hospital.example", 1),
            ((string)report["state"]!, (string)report["shadow"]!["ended_by"]!, Of(report["counts"]!, "judged"))
        );
        Assert.Equal(409, (await server.PostAsync($"{List}/{id}:end", "{}", "olga")).Status);
        Assert.Equal(404, (await server.PostAsync($"{List}/{Guid.NewGuid()}:end", "{}", "olga")).Status);
    }

    [Fact]
    public async Task Shadow_WhatNoRegistrySays_IsNotCountedAsAChange()
    {
        await using var server = await OpenAsync();
        var id = await BeginAsync(server, Candidate("read"));
        Asked(server, "search-type", "GET /Observation", "/fhir/Observation?patient=17", wait: 1, reason: "too-many-requests");
        Asked(server, "search-page", "GET /Observation", "/fhir/page/abc", wait: 1);
        await RoundAsync(server);

        var counts = (await ReportAsync(server, id))["counts"]!;
        Assert.Equal((2, 0), (Of(counts, "seen"), Of(counts, "judged")));
        Assert.Equal((1, 1), ((int)counts["not_judged"]!["refused-otherwise"]!, (int)counts["not_judged"]!["page-or-job"]!));
        Assert.Empty(counts["changes"]!.AsArray());
    }

    [Fact]
    public async Task Shadow_MoreInASecondThanItsNumber_SaysHowManyWerePassedOver()
    {
        await using var server = await OpenAsync(new ShadowRules(PerSecond: 2));
        var id = await BeginAsync(server, Candidate("read"));
        server.Time.Now += TimeSpan.FromMinutes(1);
        for (var i = 0; i < 5; i++)
        {
            Asked(server, "search-type", "GET /Observation", "/fhir/Observation?patient=17");
        }

        Asked(server, "search-type", "GET /Observation", "/fhir/Observation?patient=17", wait: 1);
        await RoundAsync(server);

        var counts = (await ReportAsync(server, id))["counts"]!;
        Assert.Equal((6, 3, 3), (Of(counts, "seen"), Of(counts, "judged"), Of(counts, "over_budget")));
    }

    [Fact]
    public async Task Shadow_OneOfSeveral_JudgesASampleThatAnotherNodeWouldJudgeToo()
    {
        await using var server = await OpenAsync();
        var body = Candidate("read");
        body["one_in"] = 4;
        var id = await BeginAsync(server, body);
        for (var i = 0; i < 200; i++)
        {
            Asked(server, "search-type", "GET /Observation", "/fhir/Observation?patient=17", wait: 1);
        }

        await RoundAsync(server);
        var counts = (await ReportAsync(server, id))["counts"]!;
        Assert.Equal(200, Of(counts, "judged") + Of(counts, "not_sampled"));
        Assert.InRange(Of(counts, "judged"), 15, 100);

        // Another node reads the same trail.
        StoredTrail.Ship(server);
        await using var other = await OpenAsync();
        other.Time.Now = server.Time.Now;
        other.Trail.Entries.AddRange(server.Trail.Entries);
        await RoundAsync(other, ship: false);
        Assert.Equal(counts["judged"]!.ToJsonString(), (await ReportAsync(other, id))["counts"]!["judged"]!.ToJsonString());
    }

    [Fact]
    public async Task Shadow_ItsUseCaseIsGone_StandsStillAndSaysWhy()
    {
        await using var server = await OpenAsync();
        var id = await BeginAsync(server, Candidate("read"));
        await RoundAsync(server);
        Assert.Equal("running", (string)(await ReportAsync(server, id))["state"]!);
        await server.Store.WriteAsync([new RegistryWrite(RegistryKind.UseCase, "lab-results", null, null)], "test", default);
        server.Time.Now += TimeSpan.FromMinutes(2);
        await RoundAsync(server);

        var report = await ReportAsync(server, id);
        Assert.Equal("halted", (string)report["state"]!);
        Assert.Contains("no longer", (string)report["problem"]!);
    }

    [Theory]
    [InlineData("use_case", "\"nobody\"", "/use_case")]
    [InlineData("until", "\"2020-01-01T00:00:00Z\"", "/until")]
    [InlineData("until", "\"2030-01-01T00:00:00Z\"", "/until")]
    [InlineData("until", "null", "/until")]
    [InlineData("reason", "\" \"", "/reason")]
    [InlineData("one_in", "0", "/one_in")]
    [InlineData("one_in", "1001", "/one_in")]
    [InlineData("candidate", "null", "/candidate")]
    [InlineData("grants", "{}", "/candidate")]
    public async Task Start_WhatCannotBe_IsRefused(string member, string value, string pointer)
    {
        await using var server = await OpenAsync();
        var body = Candidate("read");
        body["until"] = server.Time.Now.AddDays(1).ToString("O", CultureInfo.InvariantCulture);
        (body["use_case"], body["reason"]) = ("lab-results", "a test");
        body[member] = JsonNode.Parse(value);
        var answer = await server.PostAsync(Start, body.ToJsonString(), "august");

        Assert.True(answer.Status == 422, answer.Text);
        Assert.Equal([pointer], answer.Pointers);
        Assert.DoesNotContain(server.Journal.Records, static record => record.Event == "shadow.begin");
    }

    [Fact]
    public async Task Start_WhatIsInForceOrMoreThanTheUseCase_IsRefused()
    {
        await using var server = await OpenAsync();
        Assert.Equal(422, (await TryAsync(server, Text($$"""{"useCases":[{{Sample.UseCase}}]}"""))).Status);
        var two = $$"""{"organizations":[{"id":"acme","kind":"vendor","name":"Acme & Sons"}],"useCases":[{{Changed("read")}}]}""";
        Assert.Equal(422, (await TryAsync(server, Text(two))).Status);
        Assert.Equal(403, (await TryAsync(server, Candidate("read"), "vera")).Status);
        Assert.Equal(200, (await TryAsync(server, Candidate("read"), "august", "?dry_run=true")).Status);
        Assert.Equal(200, (await TryAsync(server, Candidate("read"))).Status);

        // One of a use case, and no more than there may be.
        var again = await TryAsync(server, Candidate("search"));
        Assert.Equal((409, "shadow-runs"), (again.Status, again.Code));
    }

    [Fact]
    public async Task Start_WhereNoneMayRun_IsRefused()
    {
        await using var server = await OpenAsync(new ShadowRules(Most: 0));
        var answer = await TryAsync(server, Candidate("read"));

        Assert.Equal((409, "shadows-off"), (answer.Status, answer.Code));
    }

    private static void Enable(Instrument instrument, MeterListener listener)
    {
        if (instrument.Name == "phi_gateway.shadow.decisions")
        {
            listener.EnableMeasurementEvents(instrument);
        }
    }

    private static async Task<AdminServer> OpenAsync(ShadowRules? rules = null)
    {
        var server = await AdminServer.StartAsync(options => options.Shadows = rules ?? new ShadowRules());
        await Approvals.OpenAsync(server);
        var member = await server.SendAsync("olga", "PUT", "/admin/v1/rosters/acme-orders/members/17", "{}");
        Assert.True(member.Status is 200 or 201 or 204, member.Text);
        return server;
    }

    private static async Task<string> BeginAsync(AdminServer server, JsonObject body, int days = 7)
    {
        var answer = await TryAsync(server, body, days: days);
        Assert.True(answer.Status == 200, answer.Text);
        return (string)answer.Json["shadow"]!["id"]!;
    }

    private static Task<AdminAnswer> TryAsync(
        AdminServer server,
        JsonObject body,
        string person = "august",
        string query = "",
        int days = 7
    )
    {
        (body["use_case"], body["reason"]) = ("lab-results", "what would break");
        body["until"] = server.Time.Now.AddDays(days).ToString("O", CultureInfo.InvariantCulture);
        return server.PostAsync(Start + query, body.ToJsonString(), person);
    }

    private static Task<int> RoundAsync(AdminServer server, bool ship = true)
    {
        if (ship)
        {
            StoredTrail.Ship(server);
        }

        // A round reads the register every half minute.
        server.Time.Now += TimeSpan.FromSeconds(31);
        return server.Services.GetRequiredService<ShadowWatch>().RunOnceAsync(default);
    }

    private static async Task<JsonNode> ReportAsync(AdminServer server, string id)
    {
        var answer = await server.GetAsync($"{List}/{id}", "august");
        Assert.True(answer.Status == 200, answer.Text);
        Assert.Contains(
            (await server.GetAsync(List, "august")).Json["items"]!.AsArray(),
            one => (string)one!["shadow"]!["id"]! == id && (string)one["state"]! == (string)answer.Json["state"]!
        );
        return answer.Json;
    }

    private static int Of(JsonNode counts, string member) => (int)counts[member]!;

    private static JsonObject Candidate(string interaction) => Text($$"""{"useCases":[{{Changed(interaction)}}]}""");

    private static JsonObject Text(string candidate) => new() { ["candidate"] = candidate };

    private static string Changed(string interaction) =>
        Sample.UseCase.Replace("[\"read\",\"search\"]", $"[\"{interaction}\"]", StringComparison.Ordinal);

    private static Guid Asked(AdminServer server, string interaction, string template, string target, int wait = 0, string? reason = null)
    {
        server.Time.Now += TimeSpan.FromSeconds(wait);
        var record = new AuditRecord
        {
            Id = Guid.NewGuid(),
            Kind = reason is null ? AuditKind.Disclosure : AuditKind.Decision,
            Event = interaction,
            Time = server.Time.Now,
            Decision = reason is null ? "permit" : "deny",
            Reason = reason,
            Tenant = "north",
            Environment = "production",
            Client = "acme-connector",
            UseCase = "lab-results",
            Issuer = "hospital-idp",
            IssuerClientId = "acme-connector",
            Purpose = "TREAT",
            PurposeFrom = "token",
            Peer = "203.0.113.7",
            Method = "GET",
            Template = template,
            Interaction = interaction,
            ResourceType = "Observation",
            RawTarget = target,
            Patients = ["17"],
            Resources = reason is null ? ["Observation/o-1"] : [],
            ResourceCount = 1,
            Status = reason is null ? 200 : 429,
        };
        StoredTrail.Add(server, record);
        return record.Id;
    }
}
