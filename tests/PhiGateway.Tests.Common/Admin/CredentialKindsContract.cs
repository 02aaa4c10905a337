using PhiGateway.Tests.Common.Storage;
using Xunit;

namespace PhiGateway.Tests.Common.Admin;

/// <summary>Kinds of credential over HTTP on every database: what is enforced and what is inventory is said beside each.</summary>
public abstract class CredentialKindsContract
{
    private const string Hash = "abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789";

    protected abstract Task<StorageLocation> LocateAsync();

    [Fact]
    public async Task Credential_OfEachKind_SaysWhetherItIsEnforced()
    {
        await using var world = await StoredAdmin.OpenAsync(await LocateAsync());
        await Approvals.OpenAsync(world.Server);
        foreach (
            var (kind, members, enforced) in new[]
            {
                ("oidc-client", "\"issuer\":\"hospital-idp\",\"clientId\":\"another\"", true),
                ("certificate", $"\"thumbprint\":\"{Hash}\"", true),
                ("spiffe", "\"spiffeId\":\"spiffe://hospital.example/feed\"", true),
                ("api-key", $"\"keyHash\":\"{Hash}\"", true),
                ("client-secret", "\"issuer\":\"hospital-idp\",\"clientId\":\"another\"", false),
                ("jwks", "\"jwksUri\":\"https://acme.example/keys.json\"", false),
            }
        )
        {
            var made = await world.Server.PostAsync(
                "/admin/v1/credentials",
                $"{{\"id\":\"k-{kind}\",\"client\":\"acme-connector\",\"kind\":\"{kind}\",\"expires\":\"2026-06-01\",{members}}}"
            );
            Assert.True(made.Status == 201, made.Text);
            var door = (await world.Server.GetAsync("/admin/v1/clients/acme-connector/posture")).Json["doors"]!
                .AsArray()
                .Single(door => (string)door!["name"]! == $"credential/k-{kind}")!;
            Assert.Equal(
                (enforced, enforced),
                ((bool)(await world.Server.GetAsync($"/admin/v1/credentials/k-{kind}")).Json["meta"]!["enforced"]!, (bool)door["guards"]!)
            );
        }

        // Who may come is approved anew.
        world.Server.Time.Now = world.Server.Time.Now.AddMinutes(1);
        var posture = (await world.Server.GetAsync("/admin/v1/clients/acme-connector/posture")).Json;
        var seen = $$"""{"fingerprint":"{{(string)posture["fingerprint"]!}}"}""";
        Assert.Equal(200, (await world.Server.PostAsync("/admin/v1/clients/acme-connector:approve", seen, "anna")).Status);

        // The dates of inventory close no path.
        Assert.Equal(200, (await world.Server.PatchAsync("/admin/v1/credentials/k-certificate", """{"expires":"2026-12-01"}""")).Status);
        Assert.Equal(200, (await world.Server.PatchAsync("/admin/v1/credentials/k-oidc-client", """{"expires":"2026-12-01"}""")).Status);
        Assert.Equal(200, (await world.Server.PatchAsync("/admin/v1/credentials/k-spiffe", """{"expires":"2026-12-01"}""")).Status);
        Assert.Equal(200, (await world.Server.PatchAsync("/admin/v1/credentials/k-api-key", """{"expires":"2026-12-01"}""")).Status);
        world.Server.Time.Now = new DateTimeOffset(2026, 6, 2, 0, 0, 0, TimeSpan.Zero);
        Assert.True((bool)(await world.Server.GetAsync("/admin/v1/clients/acme-connector/posture")).Json["path_open"]!);
    }

    [Theory]
    [InlineData("\"kind\":\"spiffe\",\"spiffeId\":\"spiffe://hospital.example\"", "/spiffeId")]
    [InlineData("\"kind\":\"jwks\",\"jwksUri\":\"http://acme.example/keys.json\"", "/jwksUri")]
    [InlineData("\"kind\":\"api-key\",\"keyHash\":\"the key itself\"", "/keyHash")]
    [InlineData($"\"kind\":\"api-key\",\"keyHash\":\"{Hash}\"", "/expires")]
    [InlineData("\"issuer\":\"hospital-idp\",\"clientId\":\"another\",\"spiffeId\":\"spiffe://hospital.example/feed\"", "/spiffeId")]
    [InlineData("\"kind\":\"password\"", "/kind")]
    public async Task Credential_Bad_IsRefusedAtItsPlace(string members, string pointer)
    {
        await using var world = await StoredAdmin.OpenAsync(await LocateAsync());
        await Sample.WriteAsync(world.Server);
        Assert.Equal(
            [pointer],
            (await world.Server.PostAsync("/admin/v1/credentials", $"{{\"id\":\"k\",\"client\":\"acme-connector\",{members}}}")).Pointers
        );
    }
}
