using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Http;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>A responder stops and opens nothing; a feed writes memberships and nothing else.</summary>
public sealed class RoleTests
{
    private const string Client = "/admin/v1/clients/acme-connector";

    [Theory]
    [InlineData(
        AdminRoles.Responder,
        "/admin/v1/alerts/{id}:acknowledge /admin/v1/alerts/{id}:take /admin/v1/cases/{id}:add /admin/v1/cases/{id}:note "
            + "/admin/v1/cases/{id}:remove /admin/v1/cases:open /admin/v1/clients/{id}:quarantine "
            + "/admin/v1/clients/{id}:revoke /admin/v1/clients/{id}:suspend /admin/v1/clients/{id}:throttle /admin/v1/config:plan /admin/v1/issuers/{name}:purge-keys "
            + "/admin/v1/offboardings/{id}:notice-sent /admin/v1/organizations/{id}:offboard /admin/v1/owners/{owner}:left /admin/v1/revocations /admin/v1/use-cases/{id}:retire"
    )]
    [InlineData(
        AdminRoles.PrivacyOfficer,
        "/admin/v1/accounting/holds /admin/v1/accounting/holds/{id}:release /admin/v1/accounting/requests "
            + "/admin/v1/accounting/requests/{id}:extend /admin/v1/accounting:csv /admin/v1/accounting:page "
            + "/admin/v1/accounting:report /admin/v1/alerts/{id}:review /admin/v1/audit/keeping/holds /admin/v1/audit/keeping/holds/{id}:lift "
            + "/admin/v1/audit/keeping:delete /admin/v1/audit/keeping:destroy-content /admin/v1/audit:evidence /admin/v1/audit:reach "
            + "/admin/v1/audit:search /admin/v1/config:plan "
            + "/admin/v1/offboardings/{id}:notice-sent"
    )]
    [InlineData(AdminRoles.AuditConsumer, "/fhir/AuditEvent/_search")]
    [InlineData(
        AdminRoles.Feed,
        "/admin/v1/rosters/{id}/members/{patient} /admin/v1/rosters/{id}/members/{patient} /admin/v1/rosters/{id}/members:import"
    )]
    [InlineData(
        AdminRoles.EnforcementPoint,
        "/access/v1/evaluation /access/v1/evaluations /access/v1/search/action /access/v1/search/resource /access/v1/search/subject"
    )]
    public async Task Role_OfEveryCallThatIsNoRead_HasTheseOnly(string role, string expected)
    {
        await using var server = await AdminServer.StartAsync();
        var open = server
            .Services.GetRequiredService<IEnumerable<EndpointDataSource>>()
            .SelectMany(static source => source.Endpoints)
            .OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<RequiredRoles>()?.AnyOf.Contains(role) == true)
            .Where(static endpoint => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Contains("GET") != true)
            .Select(static endpoint => endpoint.RoutePattern.RawText!)
            .Order(StringComparer.Ordinal);

        Assert.Equal(expected.Split(' '), open);
    }

    [Fact]
    public async Task Endpoint_ThatAnswersEverybody_IsOneDocument()
    {
        await using var server = await AdminServer.StartAsync();
        var open = server
            .Services.GetRequiredService<IEnumerable<EndpointDataSource>>()
            .SelectMany(static source => source.Endpoints)
            .Where(static endpoint => endpoint.Metadata.GetMetadata<OpenDocument>() is not null)
            .OfType<RouteEndpoint>();

        Assert.Equal("/.well-known/authzen-configuration", Assert.Single(open).RoutePattern.RawText);
    }

    [Fact]
    public async Task Task_NamesAPatient_WhomWhoOnlyLooksDoesNotRead_WhoWorksWithItDoes()
    {
        await using var server = await AdminServer.StartAsync();
        await server.AddKeyAsync("rosa", "responder");
        await Sample.WriteAsync(server);
        const string Body =
            """{"id":"t1","client":"acme-connector","patient":"p-1","workflow":"order 1","expires":"2026-06-01T00:00:00Z"}""";
        Assert.Equal(201, (await server.PostAsync("/admin/v1/task-grants", Body)).Status);
        foreach (var path in new[] { "/admin/v1/task-grants", "/admin/v1/task-grants/t1" })
        {
            Assert.Equal(403, (await server.GetAsync(path)).Status);
            Assert.Equal(403, (await server.GetAsync(path, "rosa")).Status);
            Assert.Contains("p-1", (await server.GetAsync(path, "olga")).Text, StringComparison.Ordinal);
            Assert.Contains("p-1", (await server.GetAsync(path, "august")).Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Responder_Closes_AndNeitherOpensNorWrites()
    {
        await using var server = await AdminServer.StartAsync();
        await server.AddKeyAsync("rosa", "responder");
        await Approvals.OpenAsync(server);
        Assert.Equal(200, (await server.GetAsync(Client + "/posture", "rosa")).Status);
        Assert.Equal(200, (await server.PostAsync(Client + ":suspend", """{"reason":"odd"}""", "rosa")).Status);
        Assert.Equal(
            201,
            (
                await server.PostAsync("/admin/v1/revocations", """{"target":"client","value":"acme-connector","reason":"odd"}""", "rosa")
            ).Status
        );

        foreach (var (path, body) in new[] { (":resume", "{}"), (":attest", "{}"), (":submit", "{}"), (":approve", "{}") })
        {
            Assert.Equal(403, (await server.PostAsync(Client + path, body, "rosa")).Status);
        }

        Assert.Equal(403, (await server.PatchAsync(Client, """{"description":"x"}""", "rosa")).Status);
        Assert.Equal(403, (await server.PostAsync("/admin/v1/audit:search", "{}", "rosa")).Status);
        Assert.Equal(200, (await server.PostAsync(Client + ":resume", "{}", "anna")).Status);
    }

    [Fact]
    public async Task Feed_WritesMemberships_AndReadsNothing()
    {
        await using var server = await AdminServer.StartAsync();
        await server.AddKeyAsync("orders-feed", "feed");
        await Sample.WriteAsync(server);

        Assert.Equal(204, (await server.SendAsync("orders-feed", "PUT", "/admin/v1/rosters/acme-orders/members/p1", "{}")).Status);
        Assert.Equal(204, (await server.SendAsync("orders-feed", "DELETE", "/admin/v1/rosters/acme-orders/members/p1")).Status);
        Assert.Equal(403, (await server.GetAsync("/admin/v1/rosters/acme-orders/members", "orders-feed")).Status);
        Assert.Equal(403, (await server.GetAsync("/admin/v1/clients", "orders-feed")).Status);
        Assert.Equal(403, (await server.PostAsync("/admin/v1/rosters", Sample.Roster, "orders-feed")).Status);
    }

    [Fact]
    public async Task Workflow_OpensAndClosesTasks_AndDoesNothingElse()
    {
        await using var server = await AdminServer.StartAsync();
        await server.AddKeyAsync("engine", "workflow");
        await Sample.WriteAsync(server);
        const string Tasks = "/admin/v1/task-grants";
        const string Body = """
            {"id":"discharge-4","client":"acme-connector","patient":"17","workflow":"order 4","expires":"2026-05-02T00:00:00Z","maxUses":5,
             "byToken":true,"useCase":"lab-results","tenant":"north","types":["Observation"],"interactions":["read"]}
            """;

        Assert.Equal(201, (await server.PostAsync(Tasks, Body, "engine")).Status);
        Assert.Equal(200, (await server.GetAsync(Tasks + "/discharge-4", "engine")).Status);
        Assert.Equal(200, (await server.PatchAsync(Tasks + "/discharge-4", """{"closed":true}""", "engine")).Status);
        Assert.Equal(403, (await server.GetAsync("/admin/v1/clients", "engine")).Status);
        Assert.Equal(403, (await server.PostAsync("/admin/v1/use-cases", Sample.UseCase, "engine")).Status);
        Assert.Equal(403, (await server.PostAsync("/admin/v1/rosters", Sample.Roster, "engine")).Status);
        Assert.Equal(403, (await server.PostAsync("/admin/v1/clients/acme-connector:suspend", "{}", "engine")).Status);
        foreach (
            var (member, spoiled) in new[]
            {
                ("\"client\":\"acme-connector\"", "\"client\":\"nobody\""),
                ("\"useCase\":\"lab-results\"", "\"useCase\":\"another\""),
                ("\"tenant\":\"north\"", "\"tenant\":\"south\""),
                ("\"types\":[\"Observation\"]", "\"types\":[\"Observations\"]"),
                ("\"interactions\":[\"read\"]", "\"interactions\":[\"write\"]"),
                ("\"byToken\":true", "\"byToken\":false"),
                ("\"maxUses\":5", "\"maxUses\":0"),
            }
        )
        {
            var other = Body.Replace("discharge-4", "discharge-5", StringComparison.Ordinal)
                .Replace(member, spoiled, StringComparison.Ordinal);
            Assert.Equal(422, (await server.PostAsync(Tasks, other, "engine")).Status);
        }
    }
}
