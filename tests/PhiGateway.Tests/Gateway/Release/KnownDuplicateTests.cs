using System.Text.Json.Nodes;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>
/// A server that knows duplicates by itself answers a creation with 200 and what stands there already: of one that stays it is told as of any
/// creation that a server does not take, and neither where it is nor in which version.
/// </summary>
public sealed class KnownDuplicateTests
{
    private const string Restricted = """
        "security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}],"versionId"
        """;

    private static string New => StageWorld.Observation().Replace("\"id\":\"1\",", string.Empty, StringComparison.Ordinal);

    private static string Hidden => StageWorld.Observation("7").Replace("\"versionId\"", Restricted, StringComparison.Ordinal);

    [Fact]
    public async Task Create_ThatFindsOneThatStays_IsToldAsOneThatIsNotTaken()
    {
        var found = await CreateAsync(200, Hidden, "read", "create");
        var refused = await CreateAsync(422, string.Empty, "read", "create");

        Assert.Equal(DenyReason.UpstreamRejected, found.Refusal);
        Assert.Equal(refused, found);
    }

    [Theory]
    [InlineData("R", "upstream-rejected")]
    [InlineData("N", null)]
    public async Task Create_OfAPatientThatFindsOneWhoStays_IsNotTaken(string code, string? refused)
    {
        var grant = TestRegistry.Grant() with
        {
            Types = ["Patient"],
            Interactions = ["read", "create"],
            Patients = new PatientScope { Any = true },
        };
        using var world = new StageWorld(null, null, grant);
        var system = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
        world.Upstream.Answers(
            "POST /Patient",
            $$"""
            {"resourceType":"Patient","id":"18","meta":{"security":[{"system":"{{system}}","code":"{{code}}"}]},"active":true}
            """
        );
        using var exchange = world.Open("POST", "/fhir/Patient", """{"resourceType":"Patient","active":true}""");

        Assert.Equal(refused, (await world.WalkAsync(exchange, "Release")).Refusal?.Code);
    }

    // On a server that several tenants share, one may know another's.
    [Theory]
    [InlineData("north", null)]
    [InlineData("south", "upstream-rejected")]
    [InlineData(null, "upstream-rejected")]
    public async Task Create_OnASharedServerThatFindsAnotherTenants_IsNotTaken(string? tenant, string? refused)
    {
        const string Tags = "https://tenants.example";
        var tag = new TokenValue(Tags, "north");
        using var world = new StageWorld(null, null, StageWorld.Grant("read", "create"));
        world.Route = world.Route! with { TenantTag = tag, Language = world.Route.Language with { TenantTag = tag } };
        var tagged = tenant is null
            ? "\"versionId\""
            : $$"""
                "tag":[{"system":"{{Tags}}","code":"{{tenant}}"}],"versionId"
                """;
        world.Upstream.Answers(
            "GET /Patient/17",
            $$"""{"resourceType":"Patient","id":"17","meta":{"tag":[{"system":"{{Tags}}","code":"north"}]} }"""
        );
        world.Upstream.Answers("POST /Observation", StageWorld.Observation("7").Replace("\"versionId\"", tagged, StringComparison.Ordinal));
        using var exchange = world.Open("POST", "/fhir/Observation", New);

        Assert.Equal(refused, (await world.WalkAsync(exchange, "Release")).Refusal?.Code);
    }

    // What may be shown is; and to whom nothing is shown of what it writes, its own is no other's.
    [Theory]
    [InlineData(true, "read", "create")]
    [InlineData(false, "create")]
    public async Task Create_AnsweredWith200_IsDone(bool isShown, params string[] interactions)
    {
        using var world = new StageWorld(null, null, StageWorld.Grant(interactions));
        world.Upstream.Answers("POST /Observation", isShown ? StageWorld.Observation("7") : Hidden);
        using var exchange = world.Open("POST", "/fhir/Observation", New);

        var result = await world.WalkAsync(exchange, "Release");

        Assert.True(result.Continues, $"{result.Refusal?.Code} {result.Detail}");
        Assert.Equal(200, exchange.Http.Response.StatusCode);
        Assert.Equal(isShown, StageWorld.Written(exchange).Contains("\"7\"", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("200 OK", false, false)]
    [InlineData("200 OK", true, false)]
    [InlineData("201 Created", false, true)]
    public async Task Create_InATransaction_TellsWhereWhatWasWrittenIs(string status, bool isEchoed, bool isTold)
    {
        using var world = new StageWorld(null, null, StageWorld.Grant("read", "create"));
        var resource = isEchoed ? $"\"resource\":{Hidden}," : string.Empty;
        world.Upstream.Answers(
            "POST ",
            $$"""
            {"resourceType":"Bundle","type":"transaction-response","entry":[{ {{resource}}"response":{"status":"{{status}}",
            "location":"Observation/7/_history/4","etag":"W/\"4\"","lastModified":"2026-05-01T00:00:00Z"} }]}
            """
        );
        var entry = $$"""{"resource":{{New}},"request":{"method":"POST","url":"Observation"} }""";
        using var exchange = world.Open("POST", "/fhir", $$"""{"resourceType":"Bundle","type":"transaction","entry":[{{entry}}]}""");

        var result = await world.WalkAsync(exchange, "Release");

        Assert.True(result.Continues, $"{result.Refusal?.Code} {result.Detail}");
        var response = JsonNode.Parse(StageWorld.Written(exchange))!["entry"]![0]!["response"]!.AsObject();
        Assert.Equal(status, (string?)response["status"]);
        Assert.Equal(isTold, response.ContainsKey("location") && response.ContainsKey("etag") && response.ContainsKey("lastModified"));
        Assert.Equal(isTold ? 4 : 1, response.Count);
    }

    private static async Task<(DenyReason? Refusal, int? Status)> CreateAsync(int status, string body, params string[] interactions)
    {
        using var world = new StageWorld(null, null, StageWorld.Grant(interactions));
        world.Upstream.Answers("POST /Observation", body, status);
        using var exchange = world.Open("POST", "/fhir/Observation", New);
        var result = await world.WalkAsync(exchange, "Release");
        return (result.Refusal, result.Status);
    }
}
