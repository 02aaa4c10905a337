using System.Text.Json.Nodes;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>Whoever approves is told in words what, not by a hash.</summary>
public sealed class ApprovalBriefTests
{
    private const string Client = "/admin/v1/clients/acme-connector";
    private const string UseCase = "/admin/v1/use-cases/lab-results";

    [Fact]
    public async Task Brief_OfAFirstApproval_SaysWhoWhatOfWhomForWhatUntilWhen()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        await Approvals.ApproveUseCaseAsync(server);
        await server.PostAsync(Client + ":submit", "{}");
        var brief = (await server.GetAsync(Client + "/approval", "anna")).Json;

        Assert.Equal(
            "You are about to let client acme-connector of vendor Acme Laboratories (acme) read and search Observation of the patients on "
                + "roster acme-orders; up to confidentiality N, for the purpose TREAT, in tenant north (production), until 2026-12-31.",
            (string)brief["words"]!
        );
        Assert.Contains("acme-connector at hospital-idp", Texts(brief["recognised_by"])[0]);
        Assert.Contains("calls from 203.0.113.0/24", Texts(brief["confines"]));
        Assert.Contains("approval", Texts(brief["opens"]));
        Assert.Contains(Texts(brief["stays_shut"]), static door => door.StartsWith("owner", StringComparison.Ordinal));
        Assert.Equal(["olga@hospital.example"], Texts(brief["may_not_approve"]));
        Assert.Null(brief["refused_to_you"]);
        Assert.Null(brief["last_approval"]);
        Assert.NotNull((await server.GetAsync(Client + "/approval", "olga")).Json["refused_to_you"]);

        Assert.Equal(200, (await server.PostAsync(Client + ":approve", $$"""{"fingerprint":"{{brief["fingerprint"]}}"}""", "anna")).Status);
    }

    [Fact]
    public async Task Brief_AfterAChange_SaysWhatChangedAndByWhom()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        await server.PatchAsync(
            UseCase,
            """{"grants":[{"types":["Observation","Condition"],"interactions":["read","search"],"patients":{"any":true}}]}""",
            "nora"
        );
        await server.PatchAsync("/admin/v1/organizations/acme", """{"modules":["results@5"]}""", "otto");
        var brief = (await server.GetAsync(Client + "/approval", "nora")).Json;

        Assert.Contains("EVERY patient of the tenant", (string)brief["words"]!);
        Assert.Equal("anna@hospital.example", (string)brief["last_approval"]!["by"]!);
        var changed = brief["changed"]!.AsArray();
        Assert.Contains(
            changed,
            static change => (string)change!["kind"]! == "widening" && Has(change, "useCases/", "nora@hospital.example")
        );
        Assert.Contains(changed, static change => Has(change!, "organizations/acme", "otto@hospital.example"));
        Assert.Equal(["nora@hospital.example", "olga@hospital.example", "otto@hospital.example"], Texts(brief["may_not_approve"]));
        Assert.Contains("somebody else", (string)brief["refused_to_you"]!);

        server.Time.Now = server.Time.Now.AddMinutes(1);
        Assert.Equal(200, (await Approvals.ApproveAsAsync(server, "anna")).Status);
        var after = (await server.GetAsync(Client + "/approval", "anna")).Json;
        Assert.Empty(after["changed"]!.AsArray());
        Assert.Empty(after["opens"]!.AsArray());
    }

    [Theory]
    [InlineData("null", "ANY registered client may act through it, in any order")]
    [InlineData("[]", "nobody but itself acts through it")]
    [InlineData("""["planner"]""", "only planner acts through it")]
    [InlineData("""["planner","agent"]""", "only these act through it, each for those after it: planner, agent")]
    public async Task Brief_OfAClientThroughWhichOthersAct_SaysWhoAndInWhichOrder(string actors, string words)
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        foreach (var id in new[] { "planner", "agent" })
        {
            var client = Sample.Client.Replace("\"acme-connector\"", $"\"{id}\"", StringComparison.Ordinal);
            Assert.Equal(201, (await server.PostAsync("/admin/v1/clients", client)).Status);
        }

        Assert.Equal(200, (await server.PatchAsync(Client, $$"""{"delegationDepth":2,"actors":{{actors}}}""")).Status);
        Assert.Contains(words, Texts((await server.GetAsync(Client + "/approval", "anna")).Json["confines"]));
    }

    [Fact]
    public async Task Delete_OfAClientThatActsThroughAnother_IsRefusedWhileItIsNamed()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        var planner = Sample.Client.Replace("\"acme-connector\"", "\"planner\"", StringComparison.Ordinal);
        await server.PostAsync("/admin/v1/clients", planner);
        await server.PatchAsync(Client, """{"actors":["planner"]}""");
        Assert.Equal(409, (await DeleteAsync()).Status);

        await server.PatchAsync(Client, """{"actors":[]}""");
        Assert.InRange((await DeleteAsync()).Status, 200, 204);

        Task<AdminAnswer> DeleteAsync() => server.SendAsync("olga", "DELETE", "/admin/v1/clients/planner", null, ("If-Match", "\"1\""));
    }

    [Fact]
    public async Task Brief_OfAUseCase_SaysWhatItPermits_AndItsTagApproves()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        var seen = await server.GetAsync(UseCase + "/approval", "arno");

        Assert.Contains("read and search Observation of the patients on roster acme-orders", (string)seen.Json["words"]!);
        Assert.Equal(["acme-connector"], Texts(seen.Json["clients"]));
        Assert.Contains("acme-connector: use-case", Texts(seen.Json["opens"]));
        Assert.Equal(["olga@hospital.example"], Texts(seen.Json["may_not_approve"]));
        Assert.Equal(200, (await server.SendAsync("arno", "POST", UseCase + ":approve", "{}", ("If-Match", seen.ETag!))).Status);
        Assert.Equal(404, (await server.GetAsync("/admin/v1/use-cases/none/approval")).Status);
        Assert.Equal(404, (await server.GetAsync("/admin/v1/clients/none/approval")).Status);
    }

    private static bool Has(JsonNode? change, string path, string by) =>
        ((string)change!["path"]!).StartsWith(path, StringComparison.Ordinal) && Texts(change["by"]).Contains(by);

    private static string[] Texts(JsonNode? list) => [.. list!.AsArray().Select(static text => (string)text!)];
}
