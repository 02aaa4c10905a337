using System.Text;
using System.Text.Json.Nodes;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Settle;

/// <summary>
/// A client that writes a record from data of its own knows nothing of what a feed or a labelling service has marked it with: that stays.
/// What a client says of marks is what it means, and a label that protects is never left out by one who may not change it.
/// </summary>
public sealed class UnsaidTagsTests : IDisposable
{
    private const string Feed = """{"system":"http://hospital.example/feed","code":"adt"}""";
    private const string Normal = """{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"N"}""";
    private const string Low = """{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"L"}""";
    private const string Restricted = """{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}""";
    private readonly StageWorld _world = new(null, null, StageWorld.Grant("read", "update") with { Confidentiality = "R" });
    private readonly StageWorld _relabels = new(
        null,
        null,
        StageWorld.Grant("read", "update") with
        {
            Confidentiality = "R",
            MayRelabel = true,
        }
    );

    public void Dispose()
    {
        _world.Dispose();
        _relabels.Dispose();
    }

    [Theory]
    [InlineData($"\"tag\":[{Feed}]", null)]
    [InlineData($"\"security\":[{Normal}]", null)]
    [InlineData($"\"security\":[{Normal}],\"tag\":[{Feed}]", null)]
    [InlineData($"\"security\":[{Normal}],\"tag\":[{Feed}]", "\"profile\":[\"http://a.example/p\"]")]
    [InlineData($"\"security\":[{Normal}],\"tag\":[{Feed}]", $"\"security\":[{Normal}]")]
    [InlineData($"\"security\":[{Restricted}],\"tag\":[{Feed}]", $"\"security\":[{Restricted}]")]
    public async Task Run_UpdateThatSaysNothingOfMarks_KeepsThem(string stored, string? said)
    {
        var (refusal, sent) = await PutAsync(_world, stored, said);

        Assert.Null(refusal);
        var expected = JsonNode.Parse($"{{{stored}}}")!.AsObject();
        foreach (var (name, value) in JsonNode.Parse($"{{{said}}}")!.AsObject())
        {
            expected[name] = value?.DeepClone();
        }

        Assert.True(JsonNode.DeepEquals(expected, sent!["meta"]), sent.ToJsonString());
        Assert.Equal(("amended", """{"value":1.50}"""), ((string?)sent["status"], sent["valueQuantity"]!.ToJsonString()));
    }

    [Theory]
    [InlineData($"\"tag\":[{Feed}]", """ "tag":[{"system":"http://hospital.example/feed","code":"other"}] """)]
    [InlineData($"\"security\":[{Restricted}]", null)]
    [InlineData($"\"security\":[{Restricted}],\"tag\":[{Feed}]", null)]
    [InlineData($"\"security\":[{Low}]", null)]
    [InlineData($"\"security\":[{Low}],\"tag\":[{Feed}]", null)]
    [InlineData($"\"security\":[{Restricted}]", $"\"security\":[{Normal}]")]
    [InlineData($"\"security\":[{Normal}]", $"\"security\":[{Restricted}]")]
    public async Task Run_UpdateThatChangesAMarkOrLeavesAProtectionOut_IsRefused(string stored, string? said)
    {
        Assert.Equal(DenyReason.RelabelNotPermitted, (await PutAsync(_world, stored, said)).Refusal);
        Assert.DoesNotContain(_world.Upstream.Calls, static call => call.Method == "PUT");
    }

    // Tied to no version, it could take away what others set meanwhile. What says the tags itself goes as ever.
    [Theory]
    [InlineData(null, "relabel-not-permitted")]
    [InlineData($"\"tag\":[{Feed}]", null)]
    public async Task Run_UpdateOverAServerWithoutVersions_KeepsNothingThatItDoesNotSay(string? said, string? refusal) =>
        Assert.Equal(refusal, (await PutAsync(_world, $"\"tag\":[{Feed}]", said, version: null)).Refusal?.Code);

    // Who may relabel takes a mark away by leaving it out, as before.
    [Theory]
    [InlineData($"\"tag\":[{Feed}]")]
    [InlineData($"\"security\":[{Restricted}]")]
    public async Task Run_UpdateOfOneWhoMayRelabel_GoesAsItIs(string stored)
    {
        var (refusal, sent) = await PutAsync(_relabels, stored, null);

        Assert.Null(refusal);
        Assert.Null(sent!["meta"]);
    }

    // The marks are no way to a record of somebody else's.
    [Fact]
    public async Task Run_UpdateOfAForeignRecord_IsRefusedAsBefore() =>
        Assert.Equal(DenyReason.PatientNotFound, (await PutAsync(_world, $"\"tag\":[{Feed}]", null, patient: "18")).Refusal);

    private static async Task<(DenyReason? Refusal, JsonNode? Sent)> PutAsync(
        StageWorld world,
        string stored,
        string? said,
        string patient = "17",
        string? version = "3"
    )
    {
        var marks = version is null ? stored : $"\"versionId\":\"{version}\",{stored}";
        world
            .Upstream.Answers("GET /Observation/1", Observation("final", patient, $"\"meta\":{{{marks}}},"))
            .Answers("PUT /Observation/1", StageWorld.Observation(version: "4"));
        var meta = said is null ? string.Empty : $"\"meta\":{{{said}}},";
        using var exchange = world.Open("PUT", "/fhir/Observation/1", Observation("amended", "17", meta));
        var result = await world.WalkAsync(exchange, "Forward");
        var put = world.Upstream.Calls.Find(static call => call.Method == "PUT");
        return (result.Refusal, put is null ? null : JsonNode.Parse(Encoding.UTF8.GetString(put.Body.Span)));
    }

    private static string Observation(string status, string patient, string meta) =>
        $$"""
            {"resourceType":"Observation","id":"1",{{meta}}"status":"{{status}}","code":{"text":"x"},
            "subject":{"reference":"Patient/{{patient}}"},"valueQuantity":{"value":1.50} }
            """;
}
