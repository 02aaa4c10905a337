using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Settle;

/// <summary>
/// A device that is no patient's may be named in what is written; one whose patient cannot be read, or that is hidden for what it is, is as
/// one that is not there.
/// </summary>
public sealed class NamedDeviceTests
{
    [Theory]
    [InlineData("nobodys", null)]
    [InlineData("own", null)]
    [InlineData("foreign", "patient-undetermined")]
    [InlineData("somebodys", "patient-undetermined")]
    [InlineData("restricted", "patient-undetermined")]
    [InlineData("nothing", "patient-undetermined")]
    public async Task Run_WriteOfWhoReadsDevices_NamesThoseThatMayBeSeen(string id, string? refusal)
    {
        using var world = new StageWorld(
            null,
            null,
            TestRegistry.Grant() with
            {
                Types = ["Observation", "Device"],
                Interactions = ["read", "search", "create"],
            }
        );
        world
            .Upstream.Answers("GET /Device/nobodys", """{"resourceType":"Device","id":"nobodys"}""")
            .Answers("GET /Device/own", """{"resourceType":"Device","id":"own","patient":{"reference":"Patient/17"}}""")
            .Answers("GET /Device/foreign", """{"resourceType":"Device","id":"foreign","patient":{"reference":"Patient/18"}}""")
            .Answers("GET /Device/somebodys", """{"resourceType":"Device","id":"somebodys","patient":{"display":"Somebody"}}""")
            .Answers(
                "GET /Device/restricted",
                """
                {"resourceType":"Device","id":"restricted","meta":{"security":
                [{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]}}
                """
            );
        using var exchange = world.Open(
            "POST",
            "/fhir/Observation",
            $$"""
            {"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/17"},
            "device":{"reference":"Device/{{id}}"} }
            """
        );

        Assert.Equal(refusal, (await world.WalkAsync(exchange, "Settle")).Refusal?.Code);
    }
}
