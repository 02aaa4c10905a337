using System.Text.Json.Nodes;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Settle;

/// <summary>
/// What a transaction names by an entry's <c>urn:uuid</c> is known when that entry is: a Patient of a condition when it was looked up, a new
/// device or place by what it is.
/// </summary>
public sealed class NamedByConditionTests : IDisposable
{
    private const string Name = "urn:uuid:0e5f5a1c-6c1b-4c55-8a0e-2a8f4c1d0001";
    private const string Conditional = """
        {"fullUrl":"NAME","resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient","ifNoneExist":"identifier=urn:mrn|777"}}
        """;
    private const string Update = """
        {"fullUrl":"NAME","resource":{"resourceType":"Patient"},"request":{"method":"PUT","url":"Patient?identifier=urn:mrn|777"}}
        """;

    private readonly StageWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData(Conditional, null)]
    [InlineData(Conditional, "17")]
    [InlineData(Conditional, "18")]
    [InlineData(Update, "17")]
    public async Task Run_AnObservationOfWhomAConditionMeans_IsWrittenForThem(string patient, string? match)
    {
        Publish(new PatientScope { Any = true });
        Find(match);

        Assert.Null(await AskAsync(patient, Observation(Name)));

        var sent = JsonNode.Parse(_world.Upstream.Calls[^1].Body.Span)!["entry"]!;
        Assert.Equal(match is null ? Name : "Patient/" + match, (string?)sent[1]!["resource"]!["subject"]!["reference"]);
    }

    // Somebody of another roster, or nobody yet: refused in one place, whoever it is.
    [Theory]
    [InlineData("17", null)]
    [InlineData("18", "refused")]
    [InlineData(null, "refused")]
    public async Task Run_ForARoster_OnlyItsPatientsAreMeant(string? match, string? refusal)
    {
        Publish(new PatientScope { Roster = "orders" });
        Find(match);

        Assert.Equal(refusal is null, await AskAsync(Update, Observation(Name)) is null);
    }

    [Theory]
    [InlineData("""{"fullUrl":"NAME","request":{"method":"GET","url":"Patient?identifier=urn:mrn|777"}}""")]
    [InlineData("""{"fullUrl":"NAME","request":{"method":"DELETE","url":"Patient?identifier=urn:mrn|777"}}""")]
    [InlineData(
        """{"fullUrl":"NAME","resource":{"resourceType":"Group","type":"person","actual":true},"request":{"method":"POST","url":"Group"}}"""
    )]
    public async Task Run_ANameOfAnythingElse_LeavesItNobodysToWrite(string named)
    {
        Publish(new PatientScope { Any = true });
        Find("17");

        Assert.Equal(DenyReason.PatientUndetermined, await AskAsync(named, Observation(Name)));
    }

    // Literally (Device/9) it passes as well.
    [Theory]
    [InlineData("Device")]
    [InlineData("Location")]
    public async Task Run_AnObservationOfANewDeviceOrPlace_IsWritten(string type)
    {
        Publish(new PatientScope { Any = true });
        var made = $$"""{"fullUrl":"{{Name}}","resource":{"resourceType":"{{type}}"},"request":{"method":"POST","url":"{{type}}"} }""";

        Assert.Null(await AskAsync(made, Observation(Name)));
        var sent = JsonNode.Parse(_world.Upstream.Calls[^1].Body.Span)!["entry"]!;
        Assert.Equal(Name, (string?)sent[1]!["resource"]!["subject"]!["reference"]);
    }

    // IHE MHD says by the profile which rules hold; a tag of the Bundle's own is of nothing that is stored.
    [Theory]
    [InlineData(null)]
    [InlineData("17")]
    public async Task Run_WhatTheTransactionSaysOfItself_GoesOn(string? match)
    {
        Publish(new PatientScope { Any = true });
        Find(match);
        const string head = """
            "id":"b1","meta":{"profile":["https://profiles.ihe.net/ITI/MHD/StructureDefinition/IHE.MHD.Minimal.ProvideBundle"],"tag":[{"system":"t","code":"south"}]},
            "identifier":{"system":"urn:ids","value":"4711","assigner":{"reference":"Patient/18"}},"timestamp":"2026-05-01T12:00:00Z",
            """;

        Assert.Null(await AskAsync(Conditional, Observation(Name), head));

        var sent = JsonNode.Parse(_world.Upstream.Calls[^1].Body.Span)!;
        Assert.Equal(
            "https://profiles.ihe.net/ITI/MHD/StructureDefinition/IHE.MHD.Minimal.ProvideBundle",
            (string?)sent["meta"]!["profile"]![0]
        );
        Assert.Equal(
            ("b1", "4711", "2026-05-01T12:00:00Z"),
            ((string?)sent["id"], (string?)sent["identifier"]!["value"], (string?)sent["timestamp"])
        );
        Assert.DoesNotContain("south", sent.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Patient/18", sent.ToJsonString(), StringComparison.Ordinal);
    }

    private void Find(string? match)
    {
        _world.Upstream.Otherwise = () =>
        {
            var asked = _world.Upstream.Calls[^1];
            if (asked.Method == "POST")
            {
                var responses = JsonNode.Parse(asked.Body.Span)!["entry"]!
                    .AsArray()
                    .Select(static _ => """{"response":{"status":"201 Created"}}""");
                var bundle = $$"""{"resourceType":"Bundle","type":"transaction-response","entry":[{{string.Join(',', responses)}}]}""";
                return RecordingUpstream.Reply(200, bundle, "application/fhir+json");
            }

            var found = match is null
                ? string.Empty
                : $$$"""{"resource":{"resourceType":"Patient","id":"{{{match}}}"},"search":{"mode":"match"}}""";
            var body = asked.PathAndQuery.StartsWith("/Patient/", StringComparison.Ordinal)
                ? $$"""{"resourceType":"Patient","id":"{{match}}","meta":{"versionId":"1"} }"""
                : $$"""
                    {"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"http://fhir.example/r4{{asked.PathAndQuery}}"}],
                    "entry":[{{found}}]}
                    """;
            return RecordingUpstream.Reply(200, body, "application/fhir+json");
        };
    }

    private void Publish(PatientScope patients)
    {
        var grant = StageWorld.Whole() with { Interactions = ["read", "search", "create", "update", "delete"], Patients = patients };
        var organization = TestRegistry.Organization() with { Kind = OrganizationKind.Internal };
        _world.Publish(TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: grant), organization: organization)));
        Find(null);
    }

    private static string Observation(string subject) =>
        $$$"""
            {"fullUrl":"urn:uuid:0e5f5a1c-6c1b-4c55-8a0e-2a8f4c1d0002","resource":{"resourceType":"Observation","status":"final","code":{"text":"x"},
            "subject":{"reference":"{{{subject}}}"}},"request":{"method":"POST","url":"Observation"}}
            """;

    private async Task<DenyReason?> AskAsync(string first, string second, string head = "")
    {
        var named = first.Replace("NAME", Name, StringComparison.Ordinal);
        using var exchange = _world.Open(
            "POST",
            "/fhir",
            $$"""{"resourceType":"Bundle",{{head}}"type":"transaction","entry":[{{named}},{{second}}]}"""
        );
        return (await _world.WalkAsync(exchange, "Release")).Refusal;
    }
}
