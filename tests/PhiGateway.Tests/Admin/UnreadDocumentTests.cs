using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Clients;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using Xunit;
using static PhiGateway.Tests.Admin.CampaignTests;

namespace PhiGateway.Tests.Admin;

/// <summary>
/// What a node cannot read is not over: a client of a newer version is closed like any other, and neither it nor a spoilt row of a review
/// falls out of the review.
/// </summary>
public sealed class UnreadDocumentTests
{
    private const string Campaigns = "/admin/v1/campaigns";
    private const string Item = "q2.acme-connector";
    private const string Client = "acme-connector";

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"id":"q2.acme-connector","campaign":"other","shownTo":"nobody"}""")]
    public async Task Silence_WithAnItemThatCannotBeRead_EndsNoReviewAndIsTold_ReadAgainItIsAnswered(string spoilt)
    {
        await using var server = await OpenAsync();
        await StartAsync(server);
        var item = await FindAsync(server, RegistryKind.CampaignItem, Item);
        await PutAsync(server, RegistryKind.CampaignItem, Item, spoilt);
        server.Time.Now = server.Time.Now.AddDays(20);
        await LookAsync(server);

        Assert.Equal("open", (string)(await server.GetAsync(Campaigns + "/q2", "olga")).Json["state"]!);
        var progress = (await server.GetAsync(Campaigns + "/q2/progress", "olga")).Json;
        Assert.Equal((1, 1), ((int)progress["items"]!, (int)progress["undecided"]!));
        var told = Assert.Single(await AlertsAsync(server))!;
        Assert.Equal(("urgent", "open"), ((string)told["severity"]!, (string)told["state"]!));

        await PutAsync(server, RegistryKind.CampaignItem, Item, item.Json);
        await LookAsync(server);
        Assert.Equal("done", (string)(await server.GetAsync(Campaigns + "/q2", "olga")).Json["state"]!);
        Assert.Equal("suspended", await StatusAsync(server));
    }

    [Fact]
    public async Task Review_ThatCanBeReadAgain_IsNoLongerToldAsSpoilt_ThoughItGoesOn()
    {
        await using var server = await OpenAsync();
        await StartAsync(server);
        var review = await FindAsync(server, RegistryKind.Campaign, "q2");
        await PutAsync(server, RegistryKind.Campaign, "q2", "{}");
        await Deadline(server).RunOnceAsync(default);
        Assert.Equal("open", (string)Assert.Single(await AlertsAsync(server))!["state"]!);

        await PutAsync(server, RegistryKind.Campaign, "q2", review.Json);
        await Deadline(server).RunOnceAsync(default);

        Assert.Equal("closed", (string)Assert.Single(await AlertsAsync(server))!["state"]!);
        Assert.Equal("open", (string)(await server.GetAsync(Campaigns + "/q2", "olga")).Json["state"]!);
    }

    // Ids may hold dots. What can be of either review keeps both open.
    [Theory]
    [InlineData("q2.b.nobody", true, "done")]
    [InlineData("q2.b.nobody", false, "open")]
    [InlineData("q2.b.second", true, "open")]
    public async Task Silence_BesideASpoiltItemOfAReviewWithALongerId_EndsTheOneThatItIsNotOf(string item, bool isThere, string state)
    {
        await using var server = await OpenAsync();
        await StartAsync(server);
        var client = await FindAsync(server, RegistryKind.Client, Client);
        await PutAsync(server, RegistryKind.Client, "b.second", client.Json.Replace(Client, "b.second", StringComparison.Ordinal));
        if (isThere)
        {
            var review = await FindAsync(server, RegistryKind.Campaign, "q2");
            await PutAsync(server, RegistryKind.Campaign, "q2.b", review.Json.Replace("\"q2\"", "\"q2.b\"", StringComparison.Ordinal));
        }

        await PutAsync(server, RegistryKind.CampaignItem, item, "{}");
        server.Time.Now = server.Time.Now.AddDays(20);
        await LookAsync(server);

        Assert.Equal(state, (string)(await server.GetAsync(Campaigns + "/q2", "olga")).Json["state"]!);
        if (isThere)
        {
            Assert.Equal("open", (string)(await server.GetAsync(Campaigns + "/q2.b", "olga")).Json["state"]!);
        }
    }

    // The row of the whole review is another way to take everybody out of it.
    [Theory]
    [InlineData("{}", 2)]
    [InlineData("""{"id":"q2","title":"Vendors","shownTo":"nobody"}""", 1)]
    public async Task Silence_InAReviewThatCannotBeRead_IsToldWhereItIsSpoilt_ReadAgainItIsAnswered(string row, int alerts)
    {
        await using var server = await OpenAsync();
        await StartAsync(server);
        server.Time.Now = server.Time.Now.AddDays(8);
        await Deadline(server).RunOnceAsync(default);
        var review = await FindAsync(server, RegistryKind.Campaign, "q2");
        await PutAsync(server, RegistryKind.Campaign, "q2", row);
        server.Time.Now = server.Time.Now.AddDays(12);
        await LookAsync(server);

        Assert.Equal("active", await StatusAsync(server));
        var told = await AlertsAsync(server);
        Assert.Equal(alerts, told.Count);
        Assert.All(told, static alert => Assert.Equal("open", (string)alert!["state"]!));

        await PutAsync(server, RegistryKind.Campaign, "q2", review.Json);
        await LookAsync(server);
        Assert.Equal("suspended", await StatusAsync(server));
        Assert.All(await AlertsAsync(server), static alert => Assert.Equal("closed", (string)alert!["state"]!));
    }

    [Fact]
    public async Task Silence_OfAClientOfANewerVersion_WaitsForANodeThatReadsIt()
    {
        await using var server = await OpenAsync();
        await StartAsync(server);
        var client = await FindAsync(server, RegistryKind.Client, Client);
        await PutAsync(server, RegistryKind.Client, Client, Newer(client.Json));
        server.Time.Now = server.Time.Now.AddDays(20);
        await LookAsync(server);

        Assert.Null((string?)(await server.GetAsync("/admin/v1/campaign-items/" + Item, "olga")).Json["outcome"]);
        Assert.Equal("open", (string)(await server.GetAsync(Campaigns + "/q2", "olga")).Json["state"]!);

        await PutAsync(server, RegistryKind.Client, Client, client.Json);
        await LookAsync(server);
        Assert.Equal("suspended", await StatusAsync(server));
    }

    [Fact]
    public async Task Apply_OfAClientOfANewerVersion_RemovesItAndKeepsItNot()
    {
        await using var server = await OpenAsync();
        await StartAsync(server);
        await PutAsync(server, RegistryKind.Client, Client, Newer((await FindAsync(server, RegistryKind.Client, Client)).Json));
        Assert.Equal(200, (await DecideAsync(server, "keep", "otto")).Status);
        var kept = (await server.PostAsync(Campaigns + "/q2:apply", "{}", "anna")).Json["applied"]![0]!;
        Assert.Null(kept["outcome"]);
        Assert.Contains("client-unreadable", (string)kept["words"]!, StringComparison.Ordinal);

        Assert.Equal(200, (await DecideAsync(server, "remove", "otto")).Status);
        var removed = (await server.PostAsync(Campaigns + "/q2:apply", "{}", "anna")).Json["applied"]![0]!;
        Assert.Equal("removed", (string?)removed["outcome"]);
        Assert.Equal("revoked", await StatusAsync(server));
        Assert.Equal(Client, (string)Assert.Single((await server.GetAsync("/admin/v1/revocations")).Json["items"]!.AsArray())!["value"]!);
    }

    [Fact]
    public async Task Start_BesideAClientOfANewerVersion_IsRefused_WithoutItPasses()
    {
        await using var server = await OpenAsync();
        var client = await FindAsync(server, RegistryKind.Client, Client);
        await PutAsync(server, RegistryKind.Client, "second", Newer(client.Json.Replace(Client, "second", StringComparison.Ordinal)));
        var refused = await StartAsync(server);
        Assert.Equal((409, "newer-document"), (refused.Status, refused.Code));

        await PutAsync(server, RegistryKind.Client, "second", null);
        Assert.Equal(201, (await StartAsync(server)).Status);
    }

    // Closed here it stays unknown here: it keeps nobody from reviewing the others.
    [Theory]
    [InlineData("revoked", 201)]
    [InlineData("archived", 201)]
    [InlineData("suspended", 409)]
    [InlineData("resting", 409)]
    public async Task Start_BesideAClientOfANewerVersion_PassesWhereItHasEnded(string status, int expected)
    {
        await using var server = await OpenAsync();
        var client = await FindAsync(server, RegistryKind.Client, Client);
        var second = JsonNode.Parse(Newer(client.Json.Replace(Client, "second", StringComparison.Ordinal)))!;
        second["status"] = status;
        await PutAsync(server, RegistryKind.Client, "second", second.ToJsonString());

        Assert.Equal(expected, (await StartAsync(server)).Status);
    }

    [Theory]
    [InlineData("suspend", "suspended", 0)]
    [InlineData("quarantine", "quarantined", 0)]
    [InlineData("revoke", "revoked", 1)]
    public async Task Verb_ThatClosesAClientOfANewerVersion_ClosesItAndLeavesWhatItDoesNotKnow(string verb, string status, int rows)
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        await PutAsync(server, RegistryKind.Client, Client, Newer((await FindAsync(server, RegistryKind.Client, Client)).Json));
        var verbs = server.Services.GetRequiredService<ClientVerbs>();
        var body = new ReasonBody("it acts oddly");
        var closed = verb switch
        {
            "suspend" => await verbs.SuspendAsync(CallOf("olga"), Client, body),
            "quarantine" => await verbs.QuarantineAsync(CallOf("olga"), Client, body),
            _ => await verbs.RevokeAsync(CallOf("olga"), Client, body),
        };

        Assert.Null(closed.Problem);
        var stored = JsonNode.Parse((await FindAsync(server, RegistryKind.Client, Client)).Json)!;
        Assert.Equal(
            (status, "it acts oddly", true),
            ((string)stored["status"]!, (string)stored["statusReason"]!, (bool)stored["onWatch"]!)
        );
        Assert.Equal(["olga@hospital.example"], stored["_closedBy"]!.AsArray().Select(static one => (string)one!));
        Assert.Equal(rows, (await server.Store.ListRevocationsAsync(10, default)).Count);

        // It is not opened by a node that does not know what it says.
        Assert.Equal("not-found", (await verbs.ResumeAsync(CallOf("anna"), Client, body)).Problem?.Code);
    }

    // What only such a document names is stopped too; where all are understood, a name that none has is a slip.
    [Theory]
    [InlineData("tenant", RegistryKind.UseCase, "lab-results")]
    [InlineData("issuer", RegistryKind.Credential, "acme-oidc")]
    [InlineData("model", RegistryKind.Client, Client)]
    public async Task Revoke_OfWhatNoDocumentNames_IsWrittenWhereOneIsNotUnderstood(string target, RegistryKind kind, string id)
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var body = $$"""{"target":"{{target}}","value":"south/one","reason":"leak"}""";
        Assert.Equal((422, "unknown-target"), await CodeAsync());
        await PutAsync(server, kind, id, Newer((await FindAsync(server, kind, id)).Json));

        Assert.Equal((201, null), await CodeAsync());

        async Task<(int, string?)> CodeAsync()
        {
            var answer = await server.PostAsync("/admin/v1/revocations", body);
            return (answer.Status, answer.Status == 201 ? null : (string)answer.Json["errors"]![0]!["code"]!);
        }
    }

    [Fact]
    public async Task Offboard_WithAClientOfANewerVersion_ClosesItToo()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        await PutAsync(server, RegistryKind.Client, Client, Newer((await FindAsync(server, RegistryKind.Client, Client)).Json));

        Assert.Equal(200, (await server.PostAsync("/admin/v1/organizations/acme:offboard", """{"reason":"contract ended"}""")).Status);
        Assert.Equal("revoked", await StatusAsync(server));
    }

    [Theory]
    [InlineData("mary@hospital.example", false)]
    [InlineData("nobody@hospital.example", true)]
    public async Task OwnerLeft_OfAClientOfANewerVersion_TakesTheirConfirmation_AnothersStays(string person, bool isConfirmed)
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        await PutAsync(server, RegistryKind.Client, Client, Newer((await FindAsync(server, RegistryKind.Client, Client)).Json));
        var left = await server.PostAsync($"/admin/v1/owners/{person}:left", """{"reason":"moved on"}""");

        Assert.Equal(isConfirmed ? 404 : 200, left.Status);
        var stored = JsonNode.Parse((await FindAsync(server, RegistryKind.Client, Client)).Json)!;
        Assert.Equal((isConfirmed, true), (stored["ownerConfirmed"] is not null, (bool)stored["onWatch"]!));
    }

    // Whoever knows which alert is raised then could otherwise have put one there that this version does not understand.
    [Fact]
    public async Task OwnerLeft_WithAnAlertOfItThatIsNotUnderstood_ClosesAllTheSame()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var id = AlertKinds.IdOf(AlertKinds.OwnerLeft, "mary@hospital.example\nclient/" + Client);
        await PutAsync(server, RegistryKind.Alert, id, $$"""{"id":"{{id}}","onWatch":true}""");

        Assert.Equal(200, (await server.PostAsync("/admin/v1/owners/mary@hospital.example:left", """{"reason":"moved on"}""")).Status);
        Assert.Null(JsonNode.Parse((await FindAsync(server, RegistryKind.Client, Client)).Json)!["ownerConfirmed"]);
    }

    // The first look after the day tells of it, and the one a day later answers.
    private static async Task LookAsync(AdminServer server)
    {
        var deadline = Deadline(server);
        for (var look = 0; look < 2; look++)
        {
            await deadline.RunOnceAsync(default);
            server.Time.Now = server.Time.Now.AddDays(1);
        }

        await deadline.RunOnceAsync(default);
    }

    private static string Newer(string json)
    {
        var form = JsonNode.Parse(json)!;
        form["onWatch"] = true;
        return form.ToJsonString();
    }

    private static AdminCall CallOf(string person) =>
        new(new AdminCaller(person + "@hospital.example", "key:" + person, ["operator", "approver"]), Guid.CreateVersion7(), default);

    private static async Task<string> StatusAsync(AdminServer server) =>
        (string)JsonNode.Parse((await FindAsync(server, RegistryKind.Client, Client)).Json)!["status"]!;

    private static async Task<RegistryItem> FindAsync(AdminServer server, RegistryKind kind, string id) =>
        (await server.Store.FindAsync(kind, id, default))!;

    // As a node of another version would, or whoever writes the table.
    private static async Task PutAsync(AdminServer server, RegistryKind kind, string id, string? json) =>
        Assert.IsType<RegistryWriteResult.Written>(
            await server.Store.WriteAsync([new RegistryWrite(kind, id, json, null)], "elsewhere", default)
        );
}
