using PhiGateway.Audit.Records;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>Whom and what somebody touched, in one call and whole.</summary>
public sealed class ReachTests
{
    private const string Path = "/admin/v1/audit:reach";
    private const string Certificate = "CAFE00000000000000000000000000000000000000000000000000000000CAFE";
    private const string Window = "\"from\":\"2026-05-01T00:00:00Z\",\"to\":\"2026-05-02T00:00:00Z\"";

    [Theory]
    [InlineData("\"client\":\"acme-connector\"")]
    [InlineData("\"credential\":\"acme-oidc\"")]
    [InlineData("\"organization\":\"acme\"")]
    [InlineData("\"token\":\"jti-1\"")]
    [InlineData("\"token\":\"AB01\"")]
    [InlineData("\"through\":\"acme-agent\"")]
    [InlineData($"\"certificate\":\"{Certificate}\"")]
    [InlineData("\"credential\":\"acme-cert\"")]
    public async Task Find_BySubject_TellsEachPatientWithWhatWasTouched(string subject)
    {
        await using var server = await StartAsync();
        var answer = await server.PostAsync(Path, $"{{{Window},{subject}}}", "petra");

        Assert.True(answer.Status == 200, answer.Text);
        Assert.Equal(["p-1", "p-2"], answer.Json["patients"]!.AsArray().Select(static one => (string)one!["patient"]!));
        var first = answer.Json["patients"]![0]!;
        Assert.Equal((2, 1), ((int)first["reads"]!, (int)first["writes"]!));
        Assert.Equal(
            ["Observation/o-1", "Observation/o-2", "Observation/o-9"],
            first["resources"]!.AsArray().Select(static one => (string)one!)
        );
        Assert.Equal(["acme-connector"], answer.Json["clients"]!.AsArray().Select(static one => (string)one!));
        Assert.Equal(1, (int)answer.Json["refused"]!);
        var record = server.Journal.Records[^1];
        Assert.Equal(("audit.reach", "petra@hospital.example"), (record.Event, record.Actor));
        Assert.DoesNotContain("jti-1", record.Note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Find_ByAnApiKey_TellsWhatThatKeyTouchedAndNoOther()
    {
        await using var server = await StartAsync();
        await WriteAsync(
            server,
            new Credential
            {
                Id = "key-1",
                Client = "acme-connector",
                Kind = CredentialKind.ApiKey,
                KeyHash = "h1",
            }
        );
        foreach (var (patient, key) in new[] { ("k-1", "h1"), ("k-2", "h2") })
        {
            var record = Of(TestRecords.Disclosure(patient));
            (record.Binding, record.Issuer, record.IssuerClientId, record.TokenHash) = ("api-key", "api-key", key, key);
            StoredTrail.Add(server, record);
        }

        var answer = await server.PostAsync(Path, $"{{{Window},\"credential\":\"key-1\"}}", "petra");
        Assert.Equal("k-1", (string)Assert.Single(answer.Json["patients"]!.AsArray())!["patient"]!);

        // A key that is out of the registry is asked for by its hash, as a token.
        answer = await server.PostAsync(Path, $"{{{Window},\"token\":\"h2\"}}", "petra");
        Assert.Equal("k-2", (string)Assert.Single(answer.Json["patients"]!.AsArray())!["patient"]!);
    }

    [Fact]
    public async Task Find_MoreRecordsThanAPageHolds_CutsNothing()
    {
        await using var server = await StartAsync();
        StoredTrail.Add(server, [.. Enumerable.Range(0, 1203).Select(static number => Of(TestRecords.Disclosure($"q-{number:D4}")))]);
        var answer = await server.PostAsync(Path, $"{{{Window},\"client\":\"acme-connector\"}}", "petra");

        Assert.Equal(1205, answer.Json["patients"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("\"client\":\"acme-connector\",\"token\":\"x\"")]
    [InlineData("\"tenant\":\"north\"")]
    [InlineData("\"credential\":\"nobody\"")]
    [InlineData("\"credential\":\"acme-workload\"")]
    [InlineData("\"certificate\":\"cafe\"")]
    [InlineData("\"through\":\"acme-agent\",\"certificate\":\"cafe\"")]
    public async Task Find_ThatNamesNobodyOrTwo_Is422(string subject)
    {
        await using var server = await StartAsync();

        Assert.Equal(422, (await server.PostAsync(Path, $"{{{Window},{subject}}}", "petra")).Status);
    }

    // "Nobody" is an answer about somebody.
    [Theory]
    [InlineData("\"client\":\"acme-conector\"", 400)]
    [InlineData("\"organization\":\"acmee\"", 400)]
    [InlineData("\"client\":\"acme-connector\",\"tenant\":\"nort\"", 400)]
    [InlineData("\"client\":\"acme-connector\"", 200)]
    [InlineData("\"token\":\"never-seen\"", 200)]
    public async Task Find_NothingTouched_IsAnAnswerAboutWhoeverIsKnown(string subject, int status)
    {
        await using var server = await StartAsync();
        const string Before = "\"from\":\"2020-05-01T00:00:00Z\",\"to\":\"2020-05-02T00:00:00Z\"";

        var answer = await server.PostAsync(Path, $"{{{Before},{subject}}}", "petra");

        Assert.True(answer.Status == status, $"{answer.Status} {answer.Text}");
    }

    [Fact]
    public async Task Find_RecordThatCannotBeRead_IsAFaultAndNoAnswer()
    {
        await using var server = await StartAsync();
        var damaged = StoredTrail.EntryOf(Of(TestRecords.Disclosure("p-3")), 99) with { Body = "{"u8.ToArray() };
        server.Trail.Entries.Add(damaged);

        Assert.Equal(500, (await server.PostAsync(Path, $"{{{Window},\"client\":\"acme-connector\"}}", "petra")).Status);
    }

    // What others did through it is theirs: the answer says by which names that is asked for.
    [Theory]
    [InlineData("\"client\":\"acme-connector\"", true)]
    [InlineData("\"organization\":\"acme\"", true)]
    [InlineData("\"credential\":\"acme-oidc\"", true)]
    [InlineData("\"credential\":\"acme-cert\"", false)]
    [InlineData("\"through\":\"acme-agent\"", false)]
    public async Task Find_WhoMayStandInChainsOfOthers_SaysUnderWhichNames(string subject, bool isNamed)
    {
        await using var server = await StartAsync();
        var answer = await server.PostAsync(Path, $"{{{Window},{subject}}}", "petra");

        var through = answer.Json["also_through"]?.AsArray().Select(static one => (string)one!).ToList();
        Assert.Equal(isNamed, through is not null);
        if (isNamed)
        {
            Assert.Equal(["acme-connector"], through!);
        }
    }

    private static Task WriteAsync(AdminServer server, Credential credential) =>
        server.Store.WriteAsync(
            [new RegistryWrite(RegistryKind.Credential, credential.Id, RegistryJson.Serialize(credential), 0)],
            "test",
            CancellationToken.None
        );

    private static AuditRecord Of(AuditRecord record)
    {
        (record.Client, record.Organization, record.Issuer, record.IssuerClientId) = (
            "acme-connector",
            "acme",
            "hospital-idp",
            "acme-connector"
        );
        (record.TokenId, record.TokenHash) = ("jti-1", "ab01");
        (record.Actors, record.Certificate) = (["acme-agent", "portal"], Certificate.ToLowerInvariant());
        return record;
    }

    private static async Task<AdminServer> StartAsync()
    {
        var server = await AdminServer.StartAsync();
        await server.AddKeyAsync("petra", "privacy-officer");
        await Sample.WriteAsync(server);
        await WriteAsync(
            server,
            new Credential
            {
                Id = "acme-cert",
                Client = "acme-connector",
                Kind = CredentialKind.Certificate,
                Thumbprint = Certificate,
            }
        );
        await WriteAsync(
            server,
            new Credential
            {
                Id = "acme-workload",
                Client = "acme-connector",
                Kind = CredentialKind.Jwks,
                JwksUri = "https://acme.example/keys.json",
            }
        );
        var search = Of(TestRecords.Disclosure());
        (search.Patients, search.Resources, search.ResourceCount) = (["p-1", "p-2"], ["Observation/o-1", "Observation/o-2"], 2);
        var intent = Of(TestRecords.Disclosure());
        (intent.Kind, intent.Resources) = (AuditKind.Intent, ["Observation/o-9"]);
        var failed = Of(TestRecords.Disclosure("p-7"));
        failed.Kind = AuditKind.Intent;
        var outcome = TestRecords.Of(AuditKind.Outcome, failed.Id);
        (outcome.Outcome, outcome.Client) = ("not-applied", failed.Client);
        var other = TestRecords.Disclosure("p-8");
        (other.Client, other.Organization, other.TokenId) = ("somebody-else", "other", "jti-2");
        StoredTrail.Add(server, Of(TestRecords.Disclosure()), search, intent, failed, outcome, other, Of(TestRecords.Denial()));
        return server;
    }
}
