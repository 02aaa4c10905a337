using System.Text.Json.Nodes;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>
/// That a grant names a label of the hospital's own is what hides counts of records with it from who is permitted everything else. Whoever
/// takes away its last naming opens that to clients of others, and what opens takes two.
/// </summary>
public sealed class UnnamedLabelTests
{
    private const string Client = "/admin/v1/clients/acme-connector";
    private const string UseCase = "/admin/v1/use-cases/lab-results";
    private const string Naming = "/admin/v1/use-cases/vip-care";
    private const string Second = "/admin/v1/use-cases/vip-billing";
    private const string Groups =
        "\"_ActInformationSensitivityPolicy\",\"_EntitySensitivityPolicyType\",\"_RoleInformationSensitivityPolicy\"";

    [Theory]
    [InlineData("edit")]
    [InlineData("edit, carried")]
    [InlineData("other system")]
    [InlineData("delete")]
    [InlineData("file")]
    public async Task Unname_ByOnePerson_ShutsThePathOfWhomItShowsMore_UntilAnotherApproves(string how)
    {
        await using var server = await OpenAsync(Groups, "urn:hosp|VIP");

        var answer = await UnnameAsync(server, how);
        Assert.True(answer.Status is 200 or 204, answer.Text);
        Assert.False(await IsOpenAsync(server), how);
        var who = how == "edit, carried" ? "mona" : "nora";
        Assert.Equal("four-eyes", (await Approvals.ApproveAsAsync(server, who)).Code);
        Assert.False(await IsOpenAsync(server), how);

        server.Time.Now = server.Time.Now.AddMinutes(1);
        Assert.Equal(200, (await Approvals.ApproveAsAsync(server, "anna")).Status);
        Assert.True(await IsOpenAsync(server), how);
    }

    // A code that is known under any system is lost under all others once somebody names it under one.
    [Fact]
    public async Task Name_UnderOneSystemWhatWasKnownUnderAny_IsAnOpeningAsWell()
    {
        await using var server = await OpenAsync(Groups, "VIP");
        Assert.Equal(201, (await server.PostAsync("/admin/v1/use-cases", Document("vip-billing", "urn:else|VIP"), "nora")).Status);
        Assert.False(await IsOpenAsync(server));
    }

    [Fact]
    public async Task Plan_OfAnUnnaming_NamesWhomItShowsMore()
    {
        await using var server = await OpenAsync(Groups, "urn:hosp|VIP");

        var planned = await server.PatchAsync(Naming + "?dry_run=true", Grants("urn:hosp|OTHER"), "nora");

        Assert.Equal(200, planned.Status);
        Assert.Contains("acme-connector", planned.Json["clients_affected"]!.AsArray().Select(static id => (string)id!));
        var widened = Assert.Single(planned.Json["widened"]!.AsArray(), static one => (string)one!["client"]! == "acme-connector")!;
        Assert.Contains("urn:hosp|VIP", widened.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("acme-connector", planned.Json["reapproval"]!.AsArray().Select(static id => (string)id!));
        Assert.True(await IsOpenAsync(server));
    }

    // Twins: another grant names it still; the client may see it anyway; or is not permitted all the rest, so that it is told nothing either way.
    [Theory]
    [InlineData(Groups, true)]
    [InlineData(Groups + ",\"urn:hosp|VIP\"", false)]
    [InlineData("\"SUD\"", false)]
    public async Task Unname_WhereNobodySeesMore_IsOnePersonsAct(string labels, bool isNamedElsewhere)
    {
        await using var server = await OpenAsync(labels, "urn:hosp|VIP");
        if (isNamedElsewhere)
        {
            Assert.Equal(201, (await server.PostAsync("/admin/v1/use-cases", Document("vip-billing", "urn:hosp|VIP"), "nora")).Status);
        }

        Assert.Equal(200, (await server.PatchAsync(Naming, Grants("urn:hosp|OTHER"), "nora")).Status);
        Assert.True(await IsOpenAsync(server));

        // One after the other comes to the same as both at once.
        if (isNamedElsewhere)
        {
            Assert.Equal(200, (await server.PatchAsync(Second, Grants("urn:hosp|OTHER"), "nora")).Status);
            Assert.False(await IsOpenAsync(server));
        }
    }

    private static async Task<AdminAnswer> UnnameAsync(AdminServer server, string how)
    {
        switch (how)
        {
            case "edit":
                return await server.PatchAsync(Naming, Grants("urn:hosp|OTHER"), "nora");
            case "edit, carried":
                return await server.PatchAsync(Naming + "?carry_approval=true", Grants("urn:hosp|OTHER"), "mona");
            case "other system":
                return await server.PatchAsync(Naming, Grants("urn:else|VIP"), "nora");
            case "delete":
                var current = await server.GetAsync(Naming);
                return await server.SendAsync("nora", "DELETE", Naming, null, ("If-Match", current.ETag!));
            default:
                var export = await server.SendAsync("nora", "GET", "/admin/v1/config:export", null, ("Accept", "application/json"));
                var file = export.Json;
                foreach (var useCase in file["use_cases"]?.AsArray() ?? file["useCases"]!.AsArray())
                {
                    if ((string)useCase!["id"]! == "vip-care")
                    {
                        useCase["grants"]![0]!["labels"] = new JsonArray();
                    }
                }

                return await server.PostAsync("/admin/v1/config:apply", file.ToJsonString(), "nora", ("If-Match", export.ETag!));
        }
    }

    // A client with an open path that is permitted these labels, and a use case of others that names one.
    private static async Task<AdminServer> OpenAsync(string labels, string named)
    {
        var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        await server.AddKeyAsync("mona", "viewer", "operator", "approver", "admin");
        var whole = Grants("X").Replace("\"X\"", labels, StringComparison.Ordinal);
        Assert.Equal(200, (await server.PatchAsync(UseCase, whole)).Status);
        var made = await server.PostAsync("/admin/v1/use-cases", Document("vip-care", named), "nora");
        Assert.True(made.Status == 201, made.Text);
        await Approvals.ApproveAsync(server);
        Assert.True(await IsOpenAsync(server));
        return server;
    }

    private static string Grants(string label) =>
        $$"""
            {"grants":[{"types":["Observation"],"interactions":["read","search"],"patients":{"any":true},
            "confidentiality":"V","labels":["{{label}}"]}]}
            """;

    private static string Document(string id, string label)
    {
        var document = JsonNode.Parse(Grants(label))!.AsObject();
        document["id"] = id;
        document["title"] = id;
        document["owner"] = "mary@hospital.example";
        document["organization"] = "acme";
        document["agreement"] = "baa-1";
        document["purposes"] = new JsonArray("TREAT");
        document["environment"] = "production";
        document["tenants"] = new JsonArray("north");
        document["expires"] = "2026-12-31";
        return document.ToJsonString();
    }

    private static async Task<bool> IsOpenAsync(AdminServer server) =>
        (bool)(await server.GetAsync(Client + "/posture")).Json["path_open"]!;
}
