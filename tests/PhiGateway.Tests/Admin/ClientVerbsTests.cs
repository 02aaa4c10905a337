using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

public sealed class ClientVerbsTests
{
    private const string Client = "/admin/v1/clients/acme-connector";
    private const string UseCase = "/admin/v1/use-cases/lab-results";

    [Fact]
    public async Task Life_FromDraftToArchived_GoesThroughTwoPersons()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var posture = await server.GetAsync(Client + "/posture");
        Assert.True((bool)posture.Json["path_open"]!, posture.Text);
        Assert.Equal("suspended", (string)(await server.PostAsync(Client + ":suspend", """{"reason":"odd traffic"}""")).Json["status"]!);
        Assert.False((bool)(await server.GetAsync(Client + "/posture")).Json["path_open"]!);
        Assert.Equal(200, (await server.PostAsync(Client + ":resume", "{}", "anna")).Status);
        Assert.True((bool)(await server.GetAsync(Client + "/posture")).Json["path_open"]!);
        Assert.Equal(200, (await server.PostAsync(Client + ":revoke", """{"reason":"contract ended"}""")).Status);
        Assert.Equal("acme-connector", (string)(await server.GetAsync("/admin/v1/revocations")).Json["items"]![0]!["value"]!);
        Assert.Equal("transition-refused", (await server.PostAsync(Client + ":suspend", """{"reason":"x"}""")).Code);
        Assert.Equal(409, (await server.PostAsync(Client + ":resume", "{}", "anna")).Status);
        Assert.Equal("archived", (string)(await server.PostAsync(Client + ":archive", "{}")).Json["status"]!);
    }

    [Fact]
    public async Task Approve_ByRequesterOrAuthor_IsRefused_BySecondPersonPasses()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        await Approvals.ApproveUseCaseAsync(server);
        Assert.Equal(200, (await server.PostAsync(Client + ":submit", "{}", "nora")).Status);
        var fingerprint = await Approvals.FingerprintAsync(server);
        var own = await server.PostAsync(Client + ":approve", $$"""{"fingerprint":"{{fingerprint}}"}""", "nora");
        Assert.Equal(403, own.Status);
        Assert.Equal("four-eyes", own.Code);
        Assert.Equal(403, (await server.PostAsync(Client + ":approve", $$"""{"fingerprint":"{{fingerprint}}"}""", "olga")).Status);
        var approved = await server.PostAsync(Client + ":approve", $$"""{"fingerprint":"{{fingerprint}}","reason":"reviewed"}""", "anna");
        Assert.Equal(200, approved.Status);
        Assert.Equal("active", (string)approved.Json["status"]!);
        var approval = (await server.GetAsync("/admin/v1/approvals?client=acme-connector")).Json["items"]![0]!;
        Assert.Equal("nora@hospital.example", (string)approval["requestedBy"]!);
        Assert.Equal("anna@hospital.example", (string)approval["approvedBy"]!);
        Assert.Equal(fingerprint, (string)approval["fingerprint"]!);
    }

    [Fact]
    public async Task Approve_WhatOneDidNotSee_IsRefused()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        await Approvals.ApproveUseCaseAsync(server);
        await server.PostAsync(Client + ":submit", "{}");
        var seen = await Approvals.FingerprintAsync(server);
        Assert.Equal(428, (await server.PostAsync(Client + ":approve", "{}", "anna")).Status);
        await server.PatchAsync(
            UseCase,
            """{"grants":[{"types":["Observation","Condition"],"interactions":["read"],"patients":{"roster":"acme-orders"}}]}"""
        );
        var stale = await server.PostAsync(Client + ":approve", $$"""{"fingerprint":"{{seen}}"}""", "anna");
        Assert.Equal(412, stale.Status);
        Assert.Equal("fingerprint-changed", stale.Code);
        var fresh = await server.PostAsync(
            Client + ":approve",
            $$"""{"fingerprint":"{{await Approvals.FingerprintAsync(server)}}"}""",
            "anna"
        );
        Assert.Equal(200, fresh.Status);
    }

    [Fact]
    public async Task Approve_DraftClientOrDraftUseCase_Is409()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        Assert.Equal("not-submitted", (await Approvals.ApproveAsAsync(server, "anna")).Code);
        await server.PostAsync(Client + ":submit", "{}");
        Assert.Equal("use-case-not-approved", (await Approvals.ApproveAsAsync(server, "anna")).Code);
    }

    [Fact]
    public async Task Change_AfterApproval_ClosesThePathAndQueues_UntilSecondPersonApproves()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        Assert.Empty((await server.GetAsync("/admin/v1/approvals/queue")).Json["items"]!.AsArray());
        server.Time.Now = server.Time.Now.AddMinutes(1);
        await server.PatchAsync("/admin/v1/organizations/acme", """{"modules":["results@5"]}""", "nora");
        Assert.False((bool)(await server.GetAsync(Client + "/posture")).Json["path_open"]!);
        var queued = (await server.GetAsync("/admin/v1/approvals/queue")).Json["items"]![0]!;
        Assert.Equal("changed", (string)queued["why"]!);
        var body = $$"""{"fingerprint":"{{(string)queued["fingerprint"]!}}"}""";
        Assert.Equal("four-eyes", (await server.PostAsync(Client + ":approve", body, "nora")).Code);
        Assert.Equal(200, (await server.PostAsync(Client + ":approve", body, "anna")).Status);
        Assert.True((bool)(await server.GetAsync(Client + "/posture")).Json["path_open"]!);
    }

    [Theory]
    [InlineData("suspend")]
    [InlineData("quarantine")]
    [InlineData("revoke")]
    public async Task Close_WithoutReason_Is422(string verb)
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var refused = await server.PostAsync(Client + ":" + verb, "{}");
        Assert.Equal(["/reason"], refused.Pointers);
        Assert.Equal(422, (await server.PostAsync(Client + ":" + verb, """{"reason":"x","because":"y"}""")).Status);
        Assert.Equal(200, (await server.PostAsync(Client + ":" + verb, """{"reason":"leak reported"}""")).Status);
    }

    [Fact]
    public async Task Revoke_JournalDown_Is503AndNothingChanges()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var writes = server.Store.Writes;
        server.Journal.Room = 0;
        Assert.Equal(503, (await server.PostAsync(Client + ":revoke", """{"reason":"leak"}""")).Status);
        Assert.Equal(writes, server.Store.Writes);
    }

    [Fact]
    public async Task Revoke_DryRun_ShowsWhatCloses()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var writes = server.Store.Writes;
        var plan = await server.PostAsync(Client + ":revoke?dry_run=true", """{"reason":"leak"}""");
        Assert.Equal("closed", (string)plan.Json["narrowed"]![0]!["effect"]!);
        Assert.Equal("client/acme-connector", (string)plan.Json["revocations"]![0]!);
        Assert.Equal(writes, server.Store.Writes);
    }

    [Fact]
    public async Task Resume_Quarantined_NeedsAnApprover()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        await server.PostAsync(Client + ":quarantine", """{"reason":"clone suspected"}""");
        Assert.Equal(403, (await server.PostAsync(Client + ":resume", "{}", "olga")).Status);
        Assert.Equal(200, (await server.PostAsync(Client + ":resume", "{}", "anna")).Status);
    }

    [Fact]
    public async Task Rotate_NewCredential_OldOneEndsAfterOverlap()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        var answer = await server.PostAsync(
            Client + ":rotate",
            """{"credential":{"id":"acme-oidc-2","issuer":"hospital-idp","clientId":"acme-connector-2","rotateBy":"2026-12-01"},"overlap_hours":24}"""
        );
        Assert.Equal(200, answer.Status);
        Assert.Equal("acme-connector", (string)answer.Json["client"]!);
        var old = await server.GetAsync("/admin/v1/credentials/acme-oidc");
        Assert.StartsWith("2026-05-02T12:00:00", (string)old.Json["overlapUntil"]!);
        Assert.Equal(
            422,
            (
                await server.PostAsync(
                    Client + ":rotate",
                    """{"credential":{"id":"c3","issuer":"i","clientId":"x"},"overlap_hours":9999}"""
                )
            ).Status
        );
        Assert.Equal(
            ["/credential/thumb"],
            (await server.PostAsync(Client + ":rotate", """{"credential":{"id":"c3","thumb":"i"}}""")).Pointers
        );
    }

    [Fact]
    public async Task BlastRadius_ActiveClient_NamesWhatStops()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var radius = (await server.GetAsync(Client + "/blast-radius")).Json;
        Assert.Equal("Observation", (string)radius["resource_types"]![0]!);
        Assert.Equal("acme-oidc", (string)radius["credentials"]![0]!);
        Assert.Equal("acme-orders", (string)radius["rosters"]![0]!);
        Assert.Equal(404, (await server.GetAsync("/admin/v1/clients/nobody/blast-radius")).Status);
    }

    [Fact]
    public async Task Verb_UnknownClient_Is404()
    {
        await using var server = await AdminServer.StartAsync();
        foreach (var verb in new[] { "submit", "suspend", "resume", "quarantine", "revoke", "archive", "attest" })
        {
            Assert.Equal(
                404,
                (
                    await server.PostAsync($"/admin/v1/clients/nobody:{verb}", """{"reason":"x"}""", verb == "resume" ? "anna" : "olga")
                ).Status
            );
        }
    }
}
