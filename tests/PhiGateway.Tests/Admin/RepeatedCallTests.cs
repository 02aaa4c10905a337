using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Http;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>Every POST that changes anything may be repeated; nothing that fails is left half said.</summary>
public sealed class RepeatedCallTests
{
    // Reads with a body: nothing changes, and their answers are PHI that must not be kept.
    private static readonly string[] Reads =
    [
        "/access/v1/evaluation",
        "/access/v1/evaluations",
        "/access/v1/search/action",
        "/access/v1/search/resource",
        "/access/v1/search/subject",
        "/admin/v1/accounting:csv",
        "/admin/v1/accounting:page",
        "/admin/v1/accounting:report",
        "/admin/v1/audit:evidence",
        "/admin/v1/audit:export",
        "/admin/v1/audit:facets",
        "/admin/v1/audit:reach",
        "/admin/v1/audit:search",
        "/admin/v1/decisions:explain",
        "/admin/v1/policies:replay",
        "/fhir/AuditEvent/_search",
    ];

    [Fact]
    public async Task Endpoints_EveryPost_TakesAnIdempotencyKey()
    {
        await using var server = await AdminServer.StartAsync();
        var posts = server
            .Services.GetRequiredService<IEnumerable<EndpointDataSource>>()
            .SelectMany(source => source.Endpoints)
            .OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Contains("POST"))
            .ToList();
        Assert.True(posts.Count > 20);
        Assert.Equal(
            Reads,
            posts
                .Where(endpoint => endpoint.Metadata.GetMetadata<IdempotencyScope>() is null)
                .Select(endpoint => endpoint.RoutePattern.RawText!)
                .Order()
        );
    }

    [Fact]
    public async Task Apply_Repeated_IsAppliedOnce_OtherFileIs422()
    {
        await using var server = await AdminServer.StartAsync();
        var etag = (await server.GetAsync("/admin/v1/config:export")).ETag!;
        var file = """{"organizations":[{"id":"acme","kind":"vendor","name":"Acme"}]}""";
        var first = await server.PostAsync("/admin/v1/config:apply", file, "olga", ("If-Match", etag), ("Idempotency-Key", "k"));
        Assert.True(first.Status == 200, first.Text);
        var writes = server.Store.Writes;
        var again = await server.PostAsync("/admin/v1/config:apply", file, "olga", ("If-Match", etag), ("Idempotency-Key", "k"));
        Assert.Equal((200, first.Text), (again.Status, again.Text));
        Assert.Equal(writes, server.Store.Writes);
        Assert.Equal(
            422,
            (
                await server.PostAsync(
                    "/admin/v1/config:apply",
                    file.Replace("Acme", "Beta", StringComparison.Ordinal),
                    "olga",
                    ("If-Match", etag),
                    ("Idempotency-Key", "k")
                )
            ).Status
        );
    }

    [Fact]
    public async Task Verb_Repeated_IsDoneOnce()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(
                200,
                (
                    await server.PostAsync(
                        "/admin/v1/clients/acme-connector:revoke",
                        """{"reason":"leak"}""",
                        "olga",
                        ("Idempotency-Key", "k")
                    )
                ).Status
            );
        }

        Assert.Single((await server.GetAsync("/admin/v1/revocations")).Json["items"]!.AsArray());
        Assert.Equal(409, (await server.PostAsync("/admin/v1/clients/acme-connector:revoke", """{"reason":"leak"}""")).Status);
    }

    [Fact]
    public async Task Import_Repeated_IsDoneOnce_BrokenOneRunsAgain()
    {
        await using var server = await AdminServer.StartAsync();
        await server.PostAsync("/admin/v1/rosters", Sample.Roster);
        var body = "{\"patient\":\"p-1\"}\n{\"patient\":\"p-2\"}\n";
        Assert.Equal("bad-header", (await ImportAsync(server, body, null)).Code);
        Assert.Equal("bad-header", (await ImportAsync(server, body, "sha-256=:AAAA:")).Code);
        server.Store.FailBatch = 1;
        Assert.Contains("registry-unavailable", (await ImportAsync(server, body, Digest(body))).Text);
        server.Store.FailBatch = 0;
        var done = await ImportAsync(server, body, Digest(body));
        Assert.Contains("\"accepted\":2", done.Text);
        var batches = server.Store.Batches;
        Assert.Equal(done.Text.Trim(), (await ImportAsync(server, body, Digest(body))).Text.Trim());
        Assert.Equal(batches, server.Store.Batches);
        Assert.Equal("idempotency-key-reused", (await ImportAsync(server, body + "\n", Digest(body + "\n"))).Code);
    }

    [Theory]
    [InlineData("POST", "/admin/v1/organizations", """{"id":"beta","kind":"vendor","name":"Beta"}""", "organization.create")]
    [InlineData("POST", "/admin/v1/clients/acme-connector:suspend", """{"reason":"odd"}""", "client.suspend")]
    public async Task Write_StoreFailsAfterTheIntent_LeavesAnOutcome(string method, string path, string body, string @event)
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var earlier = server.Journal.Records.Count;
        server.Store.Failure = new TimeoutException();
        Assert.Equal(500, (await server.SendAsync("olga", method, path, body)).Status);
        var records = server.Journal.Records.Skip(earlier).Where(record => record.Event == @event).ToList();
        Assert.Equal("intent", records[0].Note!.Split(':')[0]);
        Assert.Equal((503, "outcome: unknown: TimeoutException"), (records[1].Status, records[1].Note));
        Assert.Equal(records[0].Id, records[1].ParentId);
        server.Store.Failure = null;
        Assert.InRange((await server.SendAsync("olga", method, path, body)).Status, 200, 201);
    }

    [Fact]
    public async Task Revoke_StoreFails_RevokesNothingAndChangesNothing()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        server.Store.Failure = new TimeoutException();
        Assert.Equal(500, (await server.PostAsync("/admin/v1/clients/acme-connector:revoke", """{"reason":"leak"}""")).Status);
        server.Store.Failure = null;
        Assert.Empty((await server.GetAsync("/admin/v1/revocations")).Json["items"]!.AsArray());
        Assert.Equal("active", (string)(await server.GetAsync("/admin/v1/clients/acme-connector")).Json["status"]!);
    }

    [Theory]
    [InlineData("PATCH", """{"disabled":true}""")]
    [InlineData("PATCH", """{"expires":"2026-05-01T12:00:00Z"}""")]
    [InlineData("PATCH", """{"roles":["viewer"]}""")]
    [InlineData("PUT", """{"id":"adam","person":"adam@hospital.example","roles":["admin"],"disabled":true}""")]
    [InlineData("DELETE", null)]
    public async Task AdminKey_LastOne_CannotBeLost_SecondOneCan(string method, string? body)
    {
        await using var server = await AdminServer.StartAsync();
        var adam = await server.GetAsync("/admin/v1/admin-keys/adam", "adam");
        Assert.Equal("last-admin-key", (await SendAsync()).Code);
        Assert.Equal(
            201,
            (
                await server.PostAsync("/admin/v1/admin-keys", """{"id":"ada","person":"ada@hospital.example","roles":["admin"]}""", "adam")
            ).Status
        );
        Assert.InRange((await SendAsync()).Status, 200, 204);

        Task<AdminAnswer> SendAsync() =>
            body is null
                ? server.SendAsync("adam", method, "/admin/v1/admin-keys/adam", null, ("If-Match", adam.ETag!))
                : server.SendAsync(
                    "adam",
                    method,
                    "/admin/v1/admin-keys/adam",
                    body,
                    ("If-Match", adam.ETag!),
                    ("Content-Type", method == "PATCH" ? "application/merge-patch+json" : "application/json")
                );
    }

    private static string Digest(string body) => $"sha-256=:{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(body)))}:";

    private static Task<AdminAnswer> ImportAsync(AdminServer server, string body, string? digest)
    {
        (string, string)[] headers = [("Content-Type", "application/x-ndjson"), ("Idempotency-Key", "k")];
        return server.SendAsync(
            "olga",
            "POST",
            "/admin/v1/rosters/acme-orders/members:import",
            body,
            digest is null ? headers : [.. headers, ("Content-Digest", digest)]
        );
    }
}
