using PhiGateway.Admin.Configuration;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin.AuthZen;

/// <summary>
/// The fixture of the public certification scenario as registry documents and words: two subjects, two records, and a policy that is
/// nothing but grants.
/// </summary>
internal static class ScenarioServer
{
    public const string Pep = "pep";

    private const string Read = """{"types":["DocumentReference","Patient"],"interactions":["read","search"],"patients":{"any":true}}""";

    /// <summary>A control plane with the fixture in force and a key that may ask.</summary>
    public static async Task<AdminServer> StartAsync()
    {
        var server = await StartWithoutClientsAsync();
        await OpenAsync(server, "alice", Read, Update("active"));
        await OpenAsync(server, "bob", Read, Update("archived"));
        return server;
    }

    /// <summary>The same without the two subjects, for tests that open a client of their own.</summary>
    /// <param name="tags">Tags of a tenant in an environment; null: none.</param>
    public static async Task<AdminServer> StartWithoutClientsAsync(Func<string, string, IReadOnlyList<string>>? tags = null)
    {
        var server = await AdminServer.StartAsync(options =>
        {
            options.AuthZen = Words();
            options.TenantTagsOf = tags ?? options.TenantTagsOf;
        });
        await server.AddKeyAsync(Pep, "enforcement-point");
        await PostAsync(server, "organizations", Sample.Organization);
        await PostAsync(server, "agreements", Sample.Agreement);
        await PostAsync(server, "rosters", """{"id":"ward","kind":"care-relationship","source":"ward feed"}""");
        return server;
    }

    /// <summary>One question, as the enforcement point asks it.</summary>
    public static Task<AdminAnswer> AskAsync(AdminServer server, string body, string path = "/access/v1/evaluation") =>
        server.PostAsync(path, body, Pep);

    /// <summary>Writes a use case and its client, and leads them to an open path as two persons do.</summary>
    public static Task OpenAsync(AdminServer server, string client, params string[] grants) =>
        OpenAsync(server, client, grants, "\"north\"");

    /// <summary>The same, for the tenants of a list.</summary>
    public static async Task OpenAsync(AdminServer server, string client, string[] grants, string tenants)
    {
        var useCase = client + "-records";
        await PostAsync(
            server,
            "use-cases",
            $$"""
            {"id":"{{useCase}}","title":"Records","legalBasis":"treatment","owner":"mary@hospital.example","agreement":"baa-1","organization":"acme","purposes":["TREAT"],
             "environment":"production","tenants":[{{tenants}}],"expires":"2026-12-31","grants":[{{string.Join(',', grants)}}]}
            """
        );
        await PostAsync(
            server,
            "clients",
            $$"""{"id":"{{client}}","useCase":"{{useCase}}","owner":"mary@hospital.example","deputy":"li@hospital.example","environment":"production"}"""
        );
        await PostAsync(
            server,
            "credentials",
            $$"""
            {"id":"{{client}}-oidc","client":"{{client}}","kind":"oidc-client","issuer":"hospital-idp","clientId":"{{client}}-app","created":"2026-01-01","rotateBy":"2026-12-01"}
            """
        );
        var seen = await server.GetAsync("/admin/v1/use-cases/" + useCase);
        Ok(await server.SendAsync("arno", "POST", $"/admin/v1/use-cases/{useCase}:approve", "{}", ("If-Match", seen.ETag!)));
        Ok(await server.PostAsync($"/admin/v1/clients/{client}:submit", "{}"));
        Ok(await server.PostAsync($"/admin/v1/clients/{client}:attest", "{}"));
        Ok(await server.PostAsync("/admin/v1/reviews", $$"""{"id":"{{client}}-r","client":"{{client}}","on":"2026-05-01"}""", "anna"));
        var fingerprint = (string)(await server.GetAsync($"/admin/v1/clients/{client}/posture")).Json["fingerprint"]!;
        Ok(await server.PostAsync($"/admin/v1/clients/{client}:approve", $$"""{"fingerprint":"{{fingerprint}}"}""", "anna"));
    }

    private static string Update(string status) =>
        $$"""
            {"types":["DocumentReference"],"interactions":["update"],"where":{"status":"{{status}}"},"patients":{"any":true} }
            """;

    private static AuthZenOptions Words() =>
        new()
        {
            BaseUrl = "https://pdp.example",
            Subjects = ["user"],
            Resources = new Dictionary<string, string> { ["record"] = "DocumentReference" },
            Actions =
            [
                new AuthZenAction { Name = "write", Means = "update" },
                new AuthZenAction
                {
                    Name = "delete",
                    Property = "soft",
                    Value = "true",
                    Means = "update",
                },
            ],
            Records =
            [
                new AuthZenRecord
                {
                    Type = "record",
                    Id = "record-1",
                    Properties = Told("active"),
                },
                new AuthZenRecord
                {
                    Type = "record",
                    Id = "record-2",
                    Properties = Told("archived"),
                },
            ],
        };

    private static Dictionary<string, string> Told(string status) =>
        new()
        {
            ["patient"] = "p-1",
            ["labels"] = string.Empty,
            ["status"] = status,
        };

    private static async Task PostAsync(AdminServer server, string kind, string body) =>
        Ok(await server.PostAsync("/admin/v1/" + kind, body));

    private static void Ok(AdminAnswer answer) => Assert.True(answer.Status is 200 or 201, $"{answer.Status} {answer.Text}");
}
