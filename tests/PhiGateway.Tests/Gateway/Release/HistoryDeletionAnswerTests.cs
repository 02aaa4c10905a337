using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>
/// From the permit to the answer: a history of many tells of a deletion to whom nothing that was deleted could have been withheld, and to
/// nobody else.
/// </summary>
public sealed class HistoryDeletionAnswerTests
{
    private static Grant All =>
        StageWorld.Grant("read", "search", "history") with
        {
            Types = ["Observation", "Patient"],
            Patients = new PatientScope { Any = true },
            Confidentiality = "V",
            Labels = StageWorld.EverySensitivity,
        };

    public static TheoryData<string, bool> Clients =>
        new()
        {
            { "all", true },
            { "all with a label that nobody else is permitted", true },
            { "not all labels", false },
            { "not every confidentiality", false },
            { "a roster", false },
            { "some of a kind", false },
            { "a label of the registry is missing", false },
            { "a vendor", false },
            { "an agent", false },
        };

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Run_HistoryOfMany_TellsOfADeletionToWhomAnythingWouldHaveLeft(string client, bool isTold)
    {
        foreach (var target in (string[])["/Observation/_history", "/Observation/_history?_since=2026-01-01"])
        {
            Assert.Equal(isTold, (await AskAsync(client, target)).Contains("\"DELETE\"", StringComparison.Ordinal));
        }
    }

    private static async Task<string> AskAsync(string client, string target)
    {
        const string Own = "https://hospital.example/labels|VIP";
        var grant = client switch
        {
            "not all labels" => All with { Labels = ["HIV"] },
            "not every confidentiality" => All with { Confidentiality = "R" },
            "a roster" => All with { Patients = new PatientScope { Roster = "orders" } },
            "some of a kind" => All with
            {
                Where = new Dictionary<string, string> { ["status"] = "final" },
                Types = ["Observation"],
            },
            "all with a label that nobody else is permitted" => All with { Labels = [.. StageWorld.EverySensitivity, Own] },
            _ => All,
        };
        var others = client.StartsWith("a label of the registry", StringComparison.Ordinal) ? Own : "HIV";
        var kind = client == "a vendor" ? OrganizationKind.Vendor : OrganizationKind.Internal;
        var whom = TestRegistry.Client() with { Kind = client == "an agent" ? ClientKind.AiAgent : ClientKind.Service };
        using var world = new StageWorld(null, null, grant);
        world.Publish(
            TestRegistry.Build([
                .. TestRegistry.Open(TestRegistry.UseCase(grants: grant), whom, null, TestRegistry.Organization() with { Kind = kind }),
                TestRegistry.UseCase("other", grants: TestRegistry.Grant() with { Labels = [others] }),
            ])
        );
        world.Upstream.Otherwise = static () =>
            RecordingUpstream.Reply(
                200,
                $$"""
                {"resourceType":"Bundle","type":"history","entry":[
                {"fullUrl":"http://fhir.example/r4/Observation/gone","request":{"method":"DELETE","url":"Observation/gone"},
                "response":{"status":"204"} },
                {"resource":{{StageWorld.Observation()}},"request":{"method":"PUT","url":"Observation/1"},"response":{"status":"200"} }]}
                """,
                KnownMediaTypes.FhirJson
            );
        using var exchange = world.Open("GET", "/fhir" + target);
        var result = await world.WalkAsync(exchange, "Release");
        Assert.True(result.Continues, $"{client} {result.Refusal} {result.Detail}");
        return StageWorld.Written(exchange);
    }
}
