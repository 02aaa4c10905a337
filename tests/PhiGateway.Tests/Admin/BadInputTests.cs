using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>What must not get in: a clear problem that points at the place, and nothing half applied.</summary>
public sealed class BadInputTests
{
    private const string Thumbprint = "ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef0123456789";

    [Theory]
    [InlineData(
        "agreements",
        """{"id":"baa-2","kind":"baa","organization":"acme","effective":"2026-01-01","expires":"2026-05-01","jurisdictions":["US"]}""",
        "/expires"
    )] // expired on arrival
    [InlineData(
        "agreements",
        """{"id":"baa-2","kind":"baa","organization":"acme","effective":"2027-01-01","expires":"2026-12-31","jurisdictions":["US"]}""",
        "/expires"
    )] // ends before it begins
    [InlineData(
        "agreements",
        """{"id":"baa-2","kind":"baa","organization":"nobody","effective":"2026-01-01","expires":"2027-01-01","jurisdictions":["US"]}""",
        "/organization"
    )] // dangling
    [InlineData(
        "agreements",
        """{"id":"baa-2","kind":"baa","organization":"acme","effective":"2026-01-01","expires":"2027-01-01","jurisdictions":[]}""",
        "/jurisdictions"
    )]
    [InlineData(
        "use-cases",
        """{"id":"u2","title":"t","owner":"o","agreement":"baa-1","organization":"acme","purposes":["TREATMENT"],"environment":"production","tenants":["north"],"expires":"2026-12-31"}""",
        "/purposes/0"
    )] // no HL7 code
    [InlineData(
        "use-cases",
        """{"id":"u2","title":"t","owner":"o","agreement":"baa-1","organization":"acme","purposes":["treat"],"environment":"production","tenants":["north"],"expires":"2026-12-31"}""",
        "/purposes/0"
    )]
    [InlineData(
        "use-cases",
        """{"id":"u2","title":"t","owner":"o","agreement":"baa-1","organization":"other","purposes":["TREAT"],"environment":"production","tenants":["north"],"expires":"2026-12-31"}""",
        "/organization"
    )] // contradiction
    [InlineData(
        "use-cases",
        """{"id":"u2","title":"t","owner":"o","agreement":"baa-1","organization":"acme","purposes":["TREAT"],"environment":"production","tenants":["north"],"expires":"2026-12-31","grants":[{"types":["Observation"],"interactions":["read"],"patients":{"roster":"nowhere"}}]}""",
        "/grants/0/patients/roster"
    )]
    [InlineData("clients", """{"id":"c2","useCase":"nowhere","owner":"o","environment":"production"}""", "/useCase")]
    [InlineData("clients", """{"id":"c2","useCase":"lab-results","owner":"o","environment":"test"}""", "/environment")] // another environment than its use case
    [InlineData(
        "clients",
        """{"id":"c2","useCase":"lab-results","owner":"o","environment":"production","tenants":["south"]}""",
        "/tenants/0"
    )]
    [InlineData(
        "clients",
        """{"id":"c2","useCase":"lab-results","owner":"o","environment":"production","expires":"2026-05-01"}""",
        "/expires"
    )]
    [InlineData(
        "clients",
        """{"id":"c2","useCase":"lab-results","owner":"mary@hospital.example","deputy":"mary@hospital.example\u200b","environment":"production"}""",
        "/deputy"
    )] // the same person, with a character that is not shown
    [InlineData(
        "clients",
        """{"id":"c2","useCase":"lab-results","owner":"\uff4dary@hospital.example","environment":"production"}""",
        "/owner"
    )] // full width
    [InlineData(
        "use-cases",
        """{"id":"u2","title":"safe\u202elive","owner":"o","agreement":"baa-1","organization":"acme","purposes":["TREAT"],"environment":"production","tenants":["north"],"expires":"2026-12-31"}""",
        "/title"
    )] // turned round
    [InlineData("credentials", """{"id":"k2","client":"nobody","issuer":"hospital-idp","clientId":"x"}""", "/client")]
    [InlineData(
        "credentials",
        """{"id":"k2","client":"acme-connector","issuer":"hospital-idp","clientId":"acme-connector"}""",
        "/clientId"
    )] // shared
    [InlineData(
        "credentials",
        """{"id":"k2","client":"acme-connector","kind":"certificate","thumbprint":"abcdef0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789"}""",
        "/thumbprint"
    )] // shared, in another spelling
    [InlineData(
        "credentials",
        """{"id":"k2","client":"acme-connector","issuer":"hospital-idp","clientId":"x","expires":"2026-04-30"}""",
        "/expires"
    )]
    [InlineData(
        "task-grants",
        """{"id":"t1","client":"acme-connector","patient":"p-1","workflow":"order 1","expires":"2026-04-01T00:00:00Z"}""",
        "/expires"
    )]
    public async Task Create_WhatContradictsOrLeadsNowhere_Is422AtThePlace_NothingWritten(string path, string body, string pointer)
    {
        await using var server = await StartAsync();
        var writes = server.Store.Writes;
        var answer = await server.PostAsync("/admin/v1/" + path, body);
        Assert.True(answer.Status == 422, answer.Text);
        Assert.Contains(pointer, answer.Pointers);
        Assert.Equal(writes, server.Store.Writes);
    }

    [Theory]
    [InlineData("асme")] // Cyrillic
    [InlineData("acme\u200b")] // zero width
    [InlineData("acme\u202e")] // right to left
    [InlineData("ａｃｍｅ")] // full width
    [InlineData("acmé")]
    [InlineData("Acme")]
    [InlineData("acme/../beta")]
    [InlineData("acme%2f")]
    [InlineData("acme\n")]
    [InlineData(".acme")]
    [InlineData("")]
    public async Task Create_IdThatLooksLikeAnother_IsRefused(string id)
    {
        await using var server = await StartAsync();
        var body = $$"""{"id":{{System.Text.Json.JsonSerializer.Serialize(id)}},"kind":"vendor","name":"n"}""";
        Assert.Equal(["/id"], (await server.PostAsync("/admin/v1/organizations", body)).Pointers);
        if (id.Length > 0)
        {
            Assert.InRange(
                (
                    await server.SendAsync(
                        "olga",
                        "PUT",
                        "/admin/v1/organizations/" + Uri.EscapeDataString(id),
                        """{"kind":"vendor","name":"n"}""",
                        ("If-None-Match", "*")
                    )
                ).Status,
                400,
                422
            );
        }
    }

    [Fact]
    public async Task Create_TenMegabytes_Is413_OnEveryWayIn()
    {
        await using var server = await StartAsync();
        var body = $$"""{"id":"big","kind":"vendor","name":"{{new string('x', 10 * 1024 * 1024)}}"}""";
        foreach (
            var (method, path) in new[]
            {
                ("POST", "/admin/v1/organizations"),
                ("PUT", "/admin/v1/organizations/big"),
                ("POST", "/admin/v1/clients/acme-connector:suspend"),
                ("POST", "/admin/v1/decisions:explain"),
            }
        )
        {
            Assert.Equal(413, (await server.SendAsync("olga", method, path, body, ("If-None-Match", "*"))).Status);
        }

        Assert.Equal(413, (await server.PostAsync("/admin/v1/organizations", body, "olga", ("Idempotency-Key", "k"))).Status);
    }

    [Fact]
    public async Task SharedCertificate_AmongTwoClients_IsRefused_OwnOneMayBeKept()
    {
        await using var server = await StartAsync();
        await server.PostAsync("/admin/v1/clients", Sample.Client.Replace("acme-connector", "second", StringComparison.Ordinal));
        var shared = await server.PostAsync(
            "/admin/v1/credentials",
            $$"""{"id":"k2","client":"second","kind":"certificate","thumbprint":"{{Thumbprint.ToLowerInvariant()}}"}"""
        );
        Assert.Equal((422, "/thumbprint"), (shared.Status, shared.Pointers[0]));
        Assert.Equal(200, (await server.PatchAsync("/admin/v1/credentials/acme-mtls", """{"rotateBy":"2026-11-01"}""")).Status);
        Assert.Equal(
            201,
            (
                await server.PostAsync(
                    "/admin/v1/credentials",
                    $$"""{"id":"k2","client":"second","kind":"certificate","thumbprint":"{{new string('1', 64)}}"}"""
                )
            ).Status
        );
    }

    [Fact]
    public async Task SharedCredential_WrittenPastTheApi_ClosesBothClients()
    {
        await using var server = await StartAsync();
        await server.PostAsync("/admin/v1/clients", Sample.Client.Replace("acme-connector", "second", StringComparison.Ordinal));
        await server.Store.WriteAsync(
            [
                new RegistryWrite(
                    RegistryKind.Credential,
                    "k2",
                    $$"""{"id":"k2","client":"second","kind":"certificate","thumbprint":"{{Thumbprint.ToLowerInvariant()}}"}""",
                    0
                ),
            ],
            "elsewhere",
            default
        );
        foreach (var client in new[] { "acme-connector", "second" })
        {
            var doors = (await server.GetAsync($"/admin/v1/clients/{client}/posture")).Json["doors"]!.AsArray();
            Assert.Contains(
                doors,
                door => ((string)door!["name"]!).StartsWith("credential-registration/", StringComparison.Ordinal) && !(bool)door["open"]!
            );
        }
    }

    [Fact]
    public async Task Apply_ContradictoryRowsInOneFile_AppliesNothing()
    {
        await using var server = await StartAsync();
        var etag = (await server.GetAsync("/admin/v1/config:export")).ETag!;
        var writes = server.Store.Writes;
        var file =
            """{"organizations":[{"id":"good","kind":"vendor","name":"Good"}],"clients":[{"id":"c9","useCase":"nowhere","owner":"o","environment":"production"}]}""";
        var answer = await server.PostAsync("/admin/v1/config:apply", file, "olga", ("If-Match", etag));
        Assert.Equal(422, answer.Status);
        Assert.Equal(writes, server.Store.Writes);
        Assert.Equal(404, (await server.GetAsync("/admin/v1/organizations/good")).Status);
        var twice = """{"organizations":[{"id":"good","kind":"vendor","name":"Good"},{"id":"good","kind":"partner","name":"Other"}]}""";
        Assert.Equal(422, (await server.PostAsync("/admin/v1/config:apply", twice, "olga", ("If-Match", etag))).Status);
        Assert.Equal(404, (await server.GetAsync("/admin/v1/organizations/good")).Status);
    }

    private static async Task<AdminServer> StartAsync()
    {
        var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        var second = await server.PostAsync("/admin/v1/organizations", """{"id":"other","kind":"partner","name":"Other"}""");
        Assert.Equal(201, second.Status);
        var certificate = await server.PostAsync(
            "/admin/v1/credentials",
            $$"""{"id":"acme-mtls","client":"acme-connector","kind":"certificate","thumbprint":"{{Thumbprint}}"}"""
        );
        Assert.True(certificate.Status == 201, certificate.Text);
        return server;
    }
}
