using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>What somebody new to it is not left to find out: that nothing was hit, and that behind one closed door there is another.</summary>
public sealed class NewcomerTests
{
    [Theory]
    [InlineData("client", "acme-connector", "acme-conector")]
    [InlineData("credential", "acme-oidc", "acme-oicd")]
    [InlineData("organization", "acme", "acmee")]
    [InlineData("use-case", "lab-results", "lab-result")]
    [InlineData("tenant", "north", "nroth")]
    [InlineData("issuer", "hospital-idp", "hospital-ipd")]
    public async Task Revoke_NameThatTheRegistryDoesNotHave_IsRefused_ItsTwinHits(string target, string known, string mistyped)
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);

        var missed = await RevokeAsync(server, target, mistyped);
        var hit = await RevokeAsync(server, target, known);

        Assert.Equal((422, "unknown-target"), (missed.Status, (string?)missed.Json["errors"]![0]!["code"]));
        Assert.Equal(201, hit.Status);
        Assert.Equal(["acme-connector"], hit.Json["matched"]!.AsArray().Select(static client => (string)client!));
    }

    [Fact]
    public async Task Explain_TwoDoorsThatAreClosed_NamesBothAndWhatOpensEach()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        Assert.Equal(200, (await server.PostAsync("/admin/v1/clients/acme-connector:suspend", """{"reason":"a look"}""")).Status);
        var one = await ExplainAsync(server);
        Assert.Equal(200, (await server.PatchAsync("/admin/v1/agreements/baa-1", """{"terminated":true}""")).Status);
        var two = await ExplainAsync(server);

        Assert.DoesNotContain("closed too", (string)one["closed"]!, StringComparison.Ordinal);
        Assert.Contains("closed too: door agreement", (string)two["closed"]!, StringComparison.Ordinal);
        Assert.Contains(
            "The agreement was terminated: conclude another.",
            two["to_open"]!.AsArray().Select(static words => (string)words!)
        );
    }

    private static Task<AdminAnswer> RevokeAsync(AdminServer server, string target, string value) =>
        server.PostAsync("/admin/v1/revocations", $$"""{"target":"{{target}}","value":"{{value}}","reason":"r"}""");

    private static async Task<System.Text.Json.Nodes.JsonNode> ExplainAsync(AdminServer server)
    {
        const string Question = """{"caller":{"client":"acme-connector"},"request":"GET /fhir/Observation?patient=17"}""";
        return (await server.PostAsync("/admin/v1/decisions:explain", Question, "august")).Json;
    }
}
