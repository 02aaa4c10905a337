using System.Text.Json.Nodes;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Decisions;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>An imagined token is judged by what the question says of it, and by nothing else.</summary>
public sealed class ExplainTokenTests
{
    private const string Explain = "/admin/v1/decisions:explain";

    // Now is 12:00; the issuer's tokens live 600 s at most, its clock may be 30 s off.
    [Theory]
    [InlineData("2026-05-01T11:59:00Z", 300, "system/*.rs", "permit", null, "open", "open", "open")]
    [InlineData(null, null, null, "permit", null, "not-judged", "not-judged", "not-judged")]
    [InlineData("2026-05-01T11:59:00Z", null, "system/*.rs", "permit", null, "open", "not-judged", "open")]
    [InlineData(null, 300, "system/*.rs", "permit", null, "not-judged", "open", "open")]
    [InlineData("2026-05-01T11:54:31Z", 300, null, "permit", null, "open", "open", "not-judged")]
    [InlineData("2026-05-01T11:54:30Z", 300, null, "deny", "expired-token", "closed", "not-asked", "not-asked")]
    [InlineData("2026-05-01T11:49:30Z", null, null, "deny", "expired-token", "closed", "not-asked", "not-asked")]
    [InlineData("2026-05-01T12:00:31Z", 300, null, "deny", "invalid-token", "closed", "not-asked", "not-asked")]
    [InlineData("2026-05-01T12:00:30Z", 300, null, "permit", null, "open", "open", "not-judged")]
    [InlineData(null, 601, null, "deny", "token-lifetime-too-long", "not-judged", "closed", "not-asked")]
    [InlineData(null, 401, null, "deny", "client-token-lifetime", "not-judged", "closed", "not-asked")]
    [InlineData("2026-05-01T11:53:00Z", null, null, "deny", "client-token-lifetime", "open", "closed", "not-asked")]
    [InlineData(null, null, "", "deny", "outside-scope", "not-judged", "not-judged", "closed")]
    [InlineData(null, null, "system/Patient.rs", "deny", "outside-scope", "not-judged", "not-judged", "closed")]
    public async Task Imagine_TokenFacts_AreJudgedWhereGiven(
        string? issuedAt,
        int? lifetime,
        string? scopes,
        string decision,
        string? reason,
        string age,
        string life,
        string scope
    )
    {
        await using var server = await StartAsync();
        var json = (await AskAsync(server, issuedAt, lifetime, scopes)).Json;
        Assert.Equal((decision, reason), ((string)json["decision"]!, (string?)json["reason"]));
        Assert.Equal((age, life, scope), (Outcome(json, "token age"), Outcome(json, "token lifetime"), Outcome(json, "token scope")));
        var left = json["token"]!["not_judged"]!.AsArray().Select(static name => (string)name!).ToList();
        Assert.Equal(
            json["questions"]!
                .AsArray()
                .Where(static question => (string)question!["outcome"]! == "not-judged")
                .Select(static question => (string)question!["name"]!),
            left
        );
        Assert.Equal(left.Count > 0, ((string)json["token"]!["note"]!).StartsWith("Not judged", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Imagine_TokenIssuedBeforeARevocation_IsRevoked_ALaterOneIsNot()
    {
        await using var server = await StartAsync();
        Assert.Equal(
            201,
            (
                await server.PostAsync(
                    "/admin/v1/revocations",
                    """{"target":"issued-before","value":"*","issuer":"hospital-idp","issued_before":"2026-05-01T11:59:00Z","reason":"key leak"}"""
                )
            ).Status
        );
        Assert.Equal("token-revoked", (string?)(await AskAsync(server, "2026-05-01T11:58:59Z", 300, null)).Json["reason"]);
        Assert.Null((string?)(await AskAsync(server, "2026-05-01T11:59:00Z", 300, null)).Json["reason"]);
    }

    [Fact]
    public async Task Imagine_LineThatCannotBeRead_AsksNothingOfTheToken()
    {
        await using var server = await StartAsync();
        var json = (await AskAsync(server, "2026-05-01T10:00:00Z", 300, null, "GET /fhir/Observation/..")).Json;
        Assert.Equal(("malformed-path", "not-asked"), ((string?)json["reason"], Outcome(json, "token age")));
    }

    private static async Task<AdminServer> StartAsync()
    {
        var server = await AdminServer.StartAsync(options =>
            options.TokenRules = static issuer =>
                issuer == "hospital-idp" ? new TokenRules(TimeSpan.FromSeconds(600), TimeSpan.FromSeconds(30)) : null
        );
        await Sample.WriteAsync(server);
        await server.PatchAsync("/admin/v1/clients/acme-connector", """{"maxTokenLifetimeSeconds":400}""");
        await Approvals.ApproveAsync(server);
        return server;
    }

    private static Task<AdminAnswer> AskAsync(
        AdminServer server,
        string? issuedAt,
        int? lifetime,
        string? scopes,
        string request = "GET /fhir/Observation"
    )
    {
        var caller = new JsonObject { ["client"] = "acme-connector", ["purpose"] = "TREAT" };
        if (issuedAt is not null)
        {
            caller["issued_at"] = issuedAt;
        }

        if (lifetime is not null)
        {
            caller["lifetime"] = lifetime;
        }

        if (scopes is not null)
        {
            caller["scopes"] = scopes;
        }

        return server.PostAsync(
            Explain,
            new JsonObject
            {
                ["caller"] = caller,
                ["request"] = request,
                ["peer"] = "203.0.113.7",
            }.ToJsonString(),
            "august"
        );
    }

    private static string? Outcome(JsonNode json, string question) =>
        (string?)json["questions"]!.AsArray().Single(node => (string)node!["name"]! == question)!["outcome"];
}
