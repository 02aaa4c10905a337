using PhiGateway.Audit.Records;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>During an overlap it is told which of a client's credentials was used last.</summary>
public sealed class CredentialUseTests
{
    private const string Path = "/admin/v1/clients/acme-connector/credential-uses";

    private static readonly PublicJwk Key = new()
    {
        Kty = "EC",
        Crv = "P-256",
        X = "x",
        Y = "y",
    };

    [Fact]
    public async Task Uses_OfAnOverlap_TellTheLastOfEachCredential()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        await WriteAsync(server, Of("key-old", CredentialKind.ApiKey) with { KeyHash = "h1", OverlapUntil = server.Time.Now.AddDays(1) });
        await WriteAsync(server, Of("key-new", CredentialKind.ApiKey) with { KeyHash = "h2" });
        await WriteAsync(server, Of("signing", CredentialKind.ClientKey) with { Issuer = "phi-gateway", ClientId = "acme", Jwk = Key });
        await WriteAsync(server, Of("workload", CredentialKind.Spiffe) with { SpiffeId = "spiffe://acme.example/a" });
        var issued = Called("phi-gateway", "acme", "none");
        (issued.Kind, issued.Event, issued.Rule) = (AuditKind.Auth, "token.issue", "key/" + Key.Thumbprint());
        StoredTrail.Add(
            server,
            Called("api-key", "h1", "api-key"),
            Called("api-key", "h1", "api-key"),
            issued,
            Called("api-key", "h2", "api-key"),
            Called("phi-gateway", "acme", "none")
        );
        var answer = await server.GetAsync(Path, "august");

        Assert.True(answer.Status == 200, answer.Text);
        var uses = answer.Json["credentials"]!.AsArray().ToDictionary(static one => (string)one!["id"]!, static one => one!);
        var records = server.Trail.Entries.ToList();
        Assert.Equal(records[1].Id, (Guid)uses["key-old"]["record"]!);
        Assert.NotNull(uses["key-old"]["overlap_until"]);
        Assert.Equal(records[3].Id, (Guid)uses["key-new"]["record"]!);
        Assert.Equal(records[2].Id, (Guid)uses["signing"]["record"]!);
        Assert.True((bool)uses["workload"]["is_recorded"]!);
        Assert.Null(uses["acme-oidc"]["last_used"]);
        Assert.Contains(server.Journal.Records, static record => record is { Event: "audit.credential-uses", Kind: AuditKind.AuditUse });
    }

    [Theory]
    [InlineData("/admin/v1/clients/nobody/credential-uses", "august", 404)]
    [InlineData(Path, "vera", 403)]
    [InlineData(Path, "olga", 403)]
    public async Task Uses_OfNobodyOrForNobody_AreRefused(string path, string person, int status)
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);

        Assert.Equal(status, (await server.GetAsync(path, person)).Status);
    }

    private static Credential Of(string id, CredentialKind kind) =>
        new()
        {
            Id = id,
            Client = "acme-connector",
            Kind = kind,
        };

    private static Task WriteAsync(AdminServer server, Credential credential) =>
        server.Store.WriteAsync(
            [new RegistryWrite(RegistryKind.Credential, credential.Id, RegistryJson.Serialize(credential), 0)],
            "test",
            CancellationToken.None
        );

    private static AuditRecord Called(string issuer, string clientId, string binding)
    {
        var record = TestRecords.Disclosure();
        (record.Client, record.Issuer, record.IssuerClientId, record.Binding) = ("acme-connector", issuer, clientId, binding);
        return record;
    }
}
