using PhiGateway.Apis;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Apis;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Settle;

/// <summary>A patch of a declared API carries a record neither to a patient of somebody else's nor out of what its grant is for.</summary>
public sealed class ApiPatchTests
{
    private static readonly Grant Grant = StageWorld.Grant("read", "patch") with { MayRelabel = true };

    [Theory]
    [InlineData("""{"status":"final"}""", null)]
    [InlineData("""{"patient":"17"}""", null)]
    [InlineData("""{"patient":"18"}""", "outside-roster")]
    public async Task Run_PatchThatNamesAPatient_IsForThoseWhoMayChangeTheirRecords(string body, string? refusal)
    {
        using var world = World(Grant);
        using var anybodys = World(Grant with { Patients = new PatientScope { Any = true } });

        Assert.Equal(refusal, (await RefusalAsync(world, body))?.Code);
        Assert.Null(await RefusalAsync(anybodys, body));
    }

    [Fact]
    public async Task Run_PatchOfWhatTheGrantIsFor_HasToBeUnderOneThatAsksNothingOfIt()
    {
        using var confined = World(Grant with { Where = new Dictionary<string, string> { ["category"] = "laboratory" } });
        using var free = World(Grant);
        const string Body = """{"category":"imaging"}""";

        Assert.Equal(DenyReason.ConditionNotMet, await RefusalAsync(confined, Body));
        Assert.Null(await RefusalAsync(free, Body));
        Assert.Null(await RefusalAsync(confined, """{"status":"final"}"""));
    }

    private static StageWorld World(Grant grant)
    {
        var read = ApiFixture.Read();
        read.Answer!.Tokens = new Dictionary<string, string> { ["category"] = "/category" };
        var patch = ApiFixture.Read();
        (patch.Method, patch.Interaction, patch.Answer) = ("PATCH", "patch", null);
        patch.Body = new ApiBodyOptions();
        var world = new StageWorld(null, null, grant);
        world.Route = world.Route! with { Base = "/lab", Api = ApiFixture.Table(read, patch) };
        return world;
    }

    private static async Task<DenyReason?> RefusalAsync(StageWorld world, string body)
    {
        world.Upstream.Answers(
            "GET /v1/results/1",
            """{"id":"1","patient":"17","category":"laboratory"}""",
            mediaType: "application/json",
            change: static response => response.Headers.TryAddWithoutValidation("ETag", "\"v1\"")
        );
        using var exchange = world.Open("PATCH", "/lab/v1/results/1", body);
        exchange.Http.Request.ContentType = "application/json";
        return (await world.WalkAsync(exchange, "Settle")).Refusal;
    }
}
