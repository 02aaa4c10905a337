using Xunit;

namespace PhiGateway.Tests.Common.Admin;

/// <summary>A small registry written through the API: one vendor, one agreement, one use case, one client.</summary>
internal static class Sample
{
    public const string Organization = """{"id":"acme","kind":"vendor","name":"Acme Laboratories","modules":["results@4"]}""";

    public const string Agreement =
        """{"id":"baa-1","kind":"baa","organization":"acme","effective":"2026-01-01","expires":"2027-01-01","jurisdictions":["US"]}""";

    public const string Roster = """{"id":"acme-orders","kind":"care-relationship","source":"orders feed"}""";

    public const string UseCase = """
        {"id":"lab-results","title":"Lab results","legalBasis":"treatment","owner":"mary@hospital.example","agreement":"baa-1","organization":"acme","purposes":["TREAT"],
         "environment":"production","tenants":["north"],"expires":"2026-12-31",
         "grants":[{"types":["Observation"],"interactions":["read","search"],"patients":{"roster":"acme-orders"}}]}
        """;

    public const string Client = """
        {"id":"acme-connector","useCase":"lab-results","owner":"mary@hospital.example","deputy":"li@hospital.example","environment":"production","networks":["203.0.113.0/24"]}
        """;

    public const string Credential = """
        {"id":"acme-oidc","client":"acme-connector","kind":"oidc-client","issuer":"hospital-idp","clientId":"acme-connector","created":"2026-01-01","rotateBy":"2026-12-01"}
        """;

    /// <summary>Everything, written by olga.</summary>
    public static async Task WriteAsync(AdminServer server)
    {
        foreach (
            var (path, body) in new[]
            {
                ("organizations", Organization),
                ("agreements", Agreement),
                ("rosters", Roster),
                ("use-cases", UseCase),
                ("clients", Client),
                ("credentials", Credential),
            }
        )
        {
            var answer = await server.PostAsync("/admin/v1/" + path, body);
            Assert.True(answer.Status == 201, $"{path}: {answer.Status} {answer.Text}");
        }
    }
}
