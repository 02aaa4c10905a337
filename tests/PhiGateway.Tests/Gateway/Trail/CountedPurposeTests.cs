using PhiGateway.Audit.Records;
using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Decisions;
using Xunit;

namespace PhiGateway.Tests.Gateway.Trail;

/// <summary>A record names the purpose that counted, and where it came from, also where no token says one.</summary>
public sealed class CountedPurposeTests
{
    [Theory]
    [InlineData(true, "token")]
    [InlineData(false, "registry")]
    public async Task Release_WhoeverSaysThePurpose_ItIsOnRecord(bool isAsserted, string from)
    {
        using var world = new StageWorld(null, null, StageWorld.Grant("read"));
        world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        var caller = Asked.Caller();
        world.Callers.Result = CallerResult.Of(
            isAsserted
                ? caller with
                {
                    Purposes = [PurposeOfUse.Parse("TREAT")],
                    PurposeFromRegistry = false,
                }
                : caller with
                {
                    Purposes = [],
                    PurposeFromRegistry = true,
                }
        );
        using var exchange = world.Open("GET", "/fhir/Observation/1");

        var result = await world.WalkAsync(exchange, "Release");

        Assert.True(result.Continues, $"{result.Refusal?.Code} {result.Detail}");
        var record = Assert.Single(world.Journal.Records, static record => record.Kind == AuditKind.Disclosure);
        Assert.Equal(("TREAT", from), (record.Purpose, record.PurposeFrom));
    }
}
