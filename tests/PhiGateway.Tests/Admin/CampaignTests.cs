using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using PhiGateway.Admin.Campaigns;
using PhiGateway.Admin.Editing;
using PhiGateway.Audit.Records;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Watch;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>Access review campaigns: from the evidence over one decision for each client to what is applied, and what follows from silence.</summary>
public sealed class CampaignTests
{
    private const string Campaigns = "/admin/v1/campaigns";
    private const string Client = "/admin/v1/clients/acme-connector";
    private const string Item = "/admin/v1/campaign-items/q2.acme-connector";

    [Fact]
    public async Task Start_OfAVendor_WritesDownWhatIsKnownOfEachClient()
    {
        await using var server = await OpenAsync();
        Use(server, "search-type", "GET /Observation", "/fhir/Observation?patient=17");
        var started = await StartAsync(server);

        Assert.True(started.Status == 201, started.Text);
        Assert.Equal(("open", "olga@hospital.example"), ((string)started.Json["state"]!, (string)started.Json["startedBy"]!));
        var item = (await server.GetAsync(Item, "olga")).Json;
        var evidence = item["evidence"]!;
        Assert.Equal(["Observation read", "Observation search"], Words(evidence["granted"]!));
        Assert.Equal(["Observation read"], Words(evidence["unused"]!));
        Assert.Equal(1, (long)evidence["permitted"]!);
        Assert.Equal(
            ("lab-results", "acme", "baa-1", "2027-01-01", "mary@hospital.example"),
            (
                (string)evidence["useCase"]!,
                (string)evidence["organization"]!,
                (string)evidence["agreement"]!,
                (string)evidence["agreementExpires"]!,
                (string)evidence["owner"]!
            )
        );
        Assert.Equal(("narrow", null), ((string)item["recommendation"]!, (string?)item["decision"]));
        Assert.Equal(403, (await server.GetAsync(Item)).Status);
        var progress = (await server.GetAsync(Campaigns + "/q2/progress", "olga")).Json;
        Assert.Equal((1, 1, 0), ((int)progress["items"]!, (int)progress["undecided"]!, (int)progress["to_apply"]!));
    }

    [Theory]
    [InlineData("\"due\":\"2026-05-05\"", "/due")]
    [InlineData("\"due\":\"2027-05-05\"", "/due")]
    [InlineData("\"due\":null", "/due")]
    [InlineData("\"reviewers\":[]", "/reviewers")]
    [InlineData("\"reviewers\":[\" \"]", "/reviewers")]
    [InlineData("\"id\":\"Q 2\"", "/id")]
    [InlineData("\"title\":\"\"", "/title")]
    [InlineData("\"purposes\":[\"ANYTHING\"]", "/purposes")]
    [InlineData("\"organizations\":[\"nobody\"]", "")]
    public async Task Start_WhatCannotBe_IsRefusedAtItsPlace(string member, string pointer)
    {
        await using var server = await OpenAsync();
        var body = JsonNode.Parse(Body())!.AsObject();
        var other = JsonNode.Parse("{" + member + "}")!.AsObject().Single();
        body[other.Key] = other.Value?.DeepClone();
        var answer = await server.PostAsync(Campaigns + ":start", body.ToJsonString());

        Assert.Equal(422, answer.Status);
        Assert.Equal(pointer, (string)answer.Json["errors"]![0]!["pointer"]!);
        Assert.Empty((await server.GetAsync(Campaigns, "olga")).Json["items"]!.AsArray());
    }

    [Fact]
    public async Task Start_DryRun_SaysWhichClientsAndWritesNothing()
    {
        await using var server = await OpenAsync();
        var answer = await server.PostAsync(Campaigns + ":start?dry_run=true", Body());

        Assert.True(answer.Status == 200, answer.Text);
        Assert.Contains("q2.acme-connector", answer.Text, StringComparison.Ordinal);
        Assert.Equal(404, (await server.GetAsync(Campaigns + "/q2", "olga")).Status);
    }

    [Fact]
    public async Task Decide_Keep_IsTakenBackUntilAnApproverAppliesIt()
    {
        await using var server = await OpenAsync();
        await StartAsync(server);
        Assert.Equal(200, (await DecideAsync(server, "keep", "otto")).Status);
        Assert.Equal(200, (await server.PostAsync(Item + ":undo", """{"reason":"asked again"}""", "otto")).Status);
        Assert.Null((await server.GetAsync(Item, "olga")).Json["decision"]);
        Assert.Equal("undecided", (await server.PostAsync(Item + ":undo", "{}", "otto")).Code);
        Assert.Equal(200, (await DecideAsync(server, "keep", "otto")).Status);
        Assert.Equal(403, (await server.PostAsync(Campaigns + "/q2:apply", "{}", "otto")).Status);
        var applied = await server.PostAsync(Campaigns + "/q2:apply", "{}", "anna");

        Assert.True(applied.Status == 200, applied.Text);
        Assert.Equal(("done", "kept"), ((string)applied.Json["state"]!, (string)applied.Json["applied"]![0]!["outcome"]!));
        var review = (await server.GetAsync("/admin/v1/reviews/q2.acme-connector")).Json;
        Assert.Equal(("keep", "otto@hospital.example"), ((string)review["decision"]!, (string)review["by"]!));
        Assert.Equal("already-applied", (await DecideAsync(server, "remove", "otto")).Code);
        Assert.Equal("active", (string)(await server.GetAsync(Client)).Json["status"]!);
        Assert.Contains(
            server.Journal.Records,
            static record => record.Event == "campaign.apply" && record.Actor == "anna@hospital.example"
        );
    }

    [Fact]
    public async Task Decide_ByWhoIsNoReviewerOrAnswersForIt_IsRefused()
    {
        await using var server = await OpenAsync();
        await server.AddKeyAsync("mary", "operator");
        await StartAsync(server);

        Assert.Equal("forbidden", (await DecideAsync(server, "keep", "adam")).Code);
        Assert.Equal("four-eyes", (await DecideAsync(server, "keep", "mary")).Code);
        Assert.Equal(403, (await DecideAsync(server, "keep", "vera")).Status);
        Assert.Equal(422, (await server.PostAsync(Item + ":decide", """{"decision":"keep"}""", "otto")).Status);
        Assert.Equal(422, (await server.PostAsync(Item + ":decide", """{"reason":"fine"}""", "otto")).Status);

        // Whoever answers for it may give it up.
        Assert.Equal(200, (await DecideAsync(server, "remove", "mary")).Status);
    }

    [Fact]
    public async Task Apply_OfAKeepOfHighRisk_TakesASecondPerson()
    {
        await using var server = await OpenAsync();
        await StartAsync(server);
        Assert.Equal(200, (await DecideAsync(server, "keep", "anna")).Status);
        var alone = (await server.PostAsync(Campaigns + "/q2:apply", "{}", "anna")).Json;

        Assert.Null(alone["applied"]![0]!["outcome"]);
        Assert.Contains("four-eyes", (string)alone["applied"]![0]!["words"]!, StringComparison.Ordinal);
        Assert.Equal("kept", (string)(await server.PostAsync(Campaigns + "/q2:apply", "{}", "arno")).Json["applied"]![0]!["outcome"]!);
    }

    [Fact]
    public async Task DecideMany_ToKeepHighRisk_IsRefused_AndToRemoveItIsTaken()
    {
        await using var server = await OpenAsync();
        var second = Sample.Client.Replace("acme-connector", "acme-second", StringComparison.Ordinal);
        Assert.Equal(201, (await server.PostAsync("/admin/v1/clients", second)).Status);
        const string Second = "/admin/v1/clients/acme-second";
        Assert.Equal(200, (await server.PostAsync(Second + ":submit", "{}")).Status);
        Assert.Equal(200, (await server.PostAsync(Second + ":attest", "{}")).Status);
        var fingerprint = (string)(await server.GetAsync(Second + "/posture")).Json["fingerprint"]!;
        Assert.Equal(200, (await server.PostAsync(Second + ":approve", $$"""{"fingerprint":"{{fingerprint}}"}""", "arno")).Status);
        await StartAsync(server);
        const string Both = """{"clients":["acme-connector","acme-second"],"reason":"looked at","decision":""";

        Assert.Equal("one-by-one", (await server.PostAsync(Campaigns + "/q2:decide", Both + "\"keep\"}", "otto")).Code);
        Assert.Null((await server.GetAsync(Item, "olga")).Json["decision"]);
        Assert.Equal(200, (await server.PostAsync(Campaigns + "/q2:decide", Both + "\"remove\"}", "otto")).Status);
        Assert.Equal("remove", (string)(await server.GetAsync(Item, "olga")).Json["decision"]!);
        Assert.Equal(
            404,
            (await server.PostAsync(Campaigns + "/q2:decide", """{"clients":["nobody"],"decision":"remove","reason":"x"}""", "otto")).Status
        );
    }

    [Fact]
    public async Task Apply_ANarrowing_CutsTheUseCaseAndCarriesTheApproval()
    {
        await using var server = await OpenAsync();
        Use(server, "search-type", "GET /Observation", "/fhir/Observation?patient=17");
        await StartAsync(server);
        Assert.Equal(200, (await DecideAsync(server, "narrow", "otto")).Status);
        var applied = await server.PostAsync(Campaigns + "/q2:apply", "{}", "anna");

        Assert.Equal("narrowed", (string?)applied.Json["applied"]![0]!["outcome"]);
        Assert.Contains("Observation read", (string)applied.Json["applied"]![0]!["words"]!, StringComparison.Ordinal);
        var useCase = (await server.GetAsync("/admin/v1/use-cases/lab-results")).Json;
        Assert.Equal(["search"], Words(useCase["grants"]![0]!["interactions"]!));
        Assert.True((bool)(await server.GetAsync(Client + "/posture")).Json["path_open"]!);
    }

    // Called a narrowing, it would be kept by who stands behind it, in bulk and by one person.
    [Fact]
    public async Task Decide_ANarrowing_IsHeldToWhatAKeepIsHeldTo()
    {
        await using var server = await OpenAsync();
        await server.AddKeyAsync("mary", "operator");
        Use(server, "search-type", "GET /Observation", "/fhir/Observation?patient=17");
        Use(server, "read", "GET /Observation/{id}", "/fhir/Observation/1");
        Assert.Equal(201, (await StartAsync(server)).Status);
        Assert.Equal("four-eyes", (await DecideAsync(server, "narrow", "mary")).Code);
        Assert.Equal(200, (await DecideAsync(server, "remove", "mary")).Status);
        Assert.Equal(200, (await DecideAsync(server, "narrow", "otto")).Status);
        var applied = (await server.PostAsync(Campaigns + "/q2:apply", "{}", "anna")).Json;

        Assert.Contains("nothing-unused", (string)applied["applied"]![0]!["words"]!, StringComparison.Ordinal);
        Assert.Equal(200, (await DecideAsync(server, "keep", "otto")).Status);
        applied = (await server.PostAsync(Campaigns + "/q2:apply", "{}", "anna")).Json;
        Assert.Equal("kept", (string?)applied["applied"]![0]!["outcome"]);
    }

    // Whoever knows the key that decided, or started, may have done it.
    [Fact]
    public async Task Apply_ByWhoKnowsTheKeyThatDecided_IsRefused_ByAnotherPasses()
    {
        await using var server = await OpenAsync();
        await server.AddKeyAsync("mona", "admin", "approver");
        await server.MakeKeyAsync("mona", "ghost", "operator");
        await server.PatchAsync("/admin/v1/use-cases/lab-results", """{"risk":"high"}""");
        var body = JsonNode.Parse(Body())!.AsObject();
        body["reviewers"]!.AsArray().Add("ghost@hospital.example");
        Assert.Equal(201, (await server.PostAsync(Campaigns + ":start", body.ToJsonString(), "ghost")).Status);
        Assert.Equal(200, (await DecideAsync(server, "keep", "ghost")).Status);

        // One who asks as one of the two is not the other.
        Assert.Equal(200, (await server.PostAsync(Campaigns + "/q2:cancel", """{"reason":"x"}""", "mona")).Status);
        Assert.Equal("four-eyes", (await server.PostAsync(Campaigns + "/q2:cancel", """{"reason":"x"}""", "mona")).Code);
        Assert.Equal("open", (string?)(await server.GetAsync(Campaigns + "/q2", "anna")).Json["state"]);
        var applied = (await server.PostAsync(Campaigns + "/q2:apply", "{}", "mona")).Json;
        Assert.Contains("four-eyes", (string)applied["applied"]![0]!["words"]!, StringComparison.Ordinal);
        applied = (await server.PostAsync(Campaigns + "/q2:apply", "{}", "anna")).Json;
        Assert.Equal("kept", (string?)applied["applied"]![0]!["outcome"]);
    }

    [Fact]
    public async Task Apply_ANarrowingOfWhatWasNeverUsed_IsRefusedAndStandsAsDecided()
    {
        await using var server = await OpenAsync();
        await StartAsync(server);
        Assert.Equal("remove", (string)(await server.GetAsync(Item, "olga")).Json["recommendation"]!);
        await DecideAsync(server, "narrow", "otto");
        var applied = (await server.PostAsync(Campaigns + "/q2:apply", "{}", "anna")).Json;

        Assert.Contains("nothing-used", (string)applied["applied"]![0]!["words"]!, StringComparison.Ordinal);
        Assert.Equal("open", (string)applied["state"]!);
        Assert.Equal(200, (await DecideAsync(server, "remove", "otto")).Status);
        applied = (await server.PostAsync(Campaigns + "/q2:apply", "{}", "anna")).Json;
        Assert.Equal("removed", (string?)applied["applied"]![0]!["outcome"]);
        Assert.Equal("revoked", (string)(await server.GetAsync(Client)).Json["status"]!);
        Assert.Single((await server.GetAsync("/admin/v1/revocations")).Json["items"]!.AsArray());
    }

    [Fact]
    public async Task Silence_PastTheDueDay_SuspendsAndIsResumedByAnApprover()
    {
        await using var server = await OpenAsync();
        await StartAsync(server);
        var deadline = Deadline(server);
        server.Time.Now = server.Time.Now.AddDays(8);
        Assert.Equal(0, await deadline.RunOnceAsync(default));
        var reminder = Assert.Single(await AlertsAsync(server))!;
        Assert.Equal(("campaign/q2", "warning"), ((string)reminder["subject"]!, (string)reminder["severity"]!));
        Assert.Equal("active", (string)(await server.GetAsync(Client)).Json["status"]!);

        server.Time.Now = server.Time.Now.AddDays(7);
        Assert.Equal(1, await deadline.RunOnceAsync(default));
        Assert.Equal(0, await deadline.RunOnceAsync(default));
        Assert.Equal("suspended", (string)(await server.GetAsync(Client)).Json["status"]!);
        var item = (await server.GetAsync(Item, "olga")).Json;
        Assert.Equal(("suspended", "system"), ((string)item["outcome"]!, (string)item["appliedBy"]!));
        Assert.Equal("done", (string)(await server.GetAsync(Campaigns + "/q2", "olga")).Json["state"]!);
        Assert.All(await AlertsAsync(server), static alert => Assert.Equal("closed", (string)alert!["state"]!));
        Assert.Equal("already-applied", (await DecideAsync(server, "keep", "otto")).Code);
        const string Why = """{"reason":"still needed"}""";
        Assert.Equal("four-eyes", (await server.PostAsync(Client + ":resume", Why, "anna")).Code);
        Assert.Equal(200, (await server.PostAsync(Client + ":request-lift", Why, "olga")).Status);
        Assert.Equal(200, (await server.PostAsync(Client + ":resume", Why, "anna")).Status);
    }

    [Fact]
    public async Task Silence_WhatIsDecidedOrCoversEmergencies_StaysOpen()
    {
        await using var server = await OpenAsync();
        await StartAsync(server);
        await DecideAsync(server, "keep", "otto");
        server.Time.Now = server.Time.Now.AddDays(20);
        Assert.Equal(0, await Deadline(server).RunOnceAsync(default));
        Assert.Equal("active", (string)(await server.GetAsync(Client)).Json["status"]!);

        await using var other = await OpenAsync();
        await StartAsync(other);
        await other.PatchAsync("/admin/v1/use-cases/lab-results", """{"allowsBreakGlass":true}""");
        other.Time.Now = other.Time.Now.AddDays(20);
        Assert.Equal(1, await Deadline(other).RunOnceAsync(default));
        Assert.Equal("active", (string)(await other.GetAsync(Client)).Json["status"]!);
        Assert.Equal("spared", (string)(await other.GetAsync(Item, "olga")).Json["outcome"]!);
        Assert.Contains(await AlertsAsync(other), static alert => (string)alert!["subject"]! == "client/acme-connector");
    }

    [Fact]
    public async Task Decided_AndNotApplied_IsToldToApproversFromTheDueDayOn_UntilItIs()
    {
        await using var server = await OpenAsync();
        await StartAsync(server);
        await DecideAsync(server, "remove", "otto");
        var deadline = Deadline(server);
        server.Time.Now = server.Time.Now.AddDays(13);
        await deadline.RunOnceAsync(default);
        Assert.Empty(await AlertsAsync(server));

        server.Time.Now = server.Time.Now.AddDays(7);
        await deadline.RunOnceAsync(default);
        await deadline.RunOnceAsync(default);
        var told = Assert.Single(await AlertsAsync(server))!;
        Assert.Equal(
            ("campaign/q2", "urgent", "act", "open"),
            ((string)told["subject"]!, (string)told["severity"]!, (string)told["lane"]!, (string)told["state"]!)
        );
        Assert.Contains("1 decision of the access review", (string)told["evidence"]!, StringComparison.Ordinal);
        Assert.Contains("anna@hospital.example", (string)told["notify"]!, StringComparison.Ordinal);
        Assert.DoesNotContain("olga@hospital.example", (string)told["notify"]!, StringComparison.Ordinal);
        Assert.Equal("active", (string)(await server.GetAsync(Client)).Json["status"]!);

        Assert.Equal(200, (await server.PostAsync(Campaigns + "/q2:apply", "{}", "anna")).Status);
        await deadline.RunOnceAsync(default);
        Assert.Equal("closed", (string)Assert.Single(await AlertsAsync(server))!["state"]!);
    }

    internal static async Task<AdminServer> OpenAsync()
    {
        var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var member = await server.SendAsync("olga", "PUT", "/admin/v1/rosters/acme-orders/members/17", "{}");
        Assert.True(member.Status is 200 or 201 or 204, member.Text);
        return server;
    }

    internal static string Body() =>
        """
            {"id":"q2","title":"Vendors, second quarter","due":"2026-05-15","kinds":["vendor"],
             "reviewers":["otto@hospital.example","anna@hospital.example","mary@hospital.example"]}
            """;

    internal static Task<AdminAnswer> StartAsync(AdminServer server) => server.PostAsync(Campaigns + ":start", Body());

    internal static Task<AdminAnswer> DecideAsync(AdminServer server, string decision, string person) =>
        server.PostAsync(Item + ":decide", $$"""{"decision":"{{decision}}","reason":"looked at its use"}""", person);

    internal static CampaignDeadline Deadline(AdminServer server) =>
        new(
            server.Store,
            server.Services.GetRequiredService<WorkingSetSource>(),
            server.Journal,
            server.Services.GetRequiredService<ISnapshotSource>(),
            server.Time,
            NullLogger<CampaignDeadline>.Instance
        );

    internal static async Task<JsonArray> AlertsAsync(AdminServer server) =>
        (await server.GetAsync("/admin/v1/alerts?kind=review-due")).Json["items"]!.AsArray();

    internal static void Use(AdminServer server, string interaction, string template, string target)
    {
        var record = new AuditRecord
        {
            Id = Guid.CreateVersion7(server.Time.Now),
            Kind = AuditKind.Disclosure,
            Event = interaction,
            Time = server.Time.Now.AddHours(-1),
            Decision = "permit",
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
            Resources = ["Observation/o-1"],
            ResourceCount = 1,
            Status = 200,
        };
        server.Trail.Entries.Add(WatchEventReaderTests.Entry(record, server.Trail.Entries.Count));
    }

    private static IEnumerable<string> Words(JsonNode array) => array.AsArray().Select(static word => (string)word!);
}
