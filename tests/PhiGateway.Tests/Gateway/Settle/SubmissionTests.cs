using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Settle;

/// <summary>What one of R4's operations takes in is stored: it is held to all that a create is held to.</summary>
public sealed class SubmissionTests : IDisposable
{
    private const string Own = """{"resourceType":"Claim","status":"active","patient":{"reference":"Patient/17"}}""";

    private readonly StageWorld _world = new(
        null,
        null,
        TestRegistry.Grant() with
        {
            Types = ["Claim", "Binary", "Composition"],
            Interactions = ["read", "search", "create"],
            Operations = ["$submit", "$document"],
        }
    );

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("Patient/17", null)]
    [InlineData("Patient/18", "outside-roster")]
    public async Task Run_Submitted_IsAWriteForItsPatient(string patient, string? refusal)
    {
        foreach (var body in (string[])[Own, Parameters(Own)])
        {
            using var exchange = _world.Open("POST", "/fhir/Claim/$submit", body.Replace("Patient/17", patient, StringComparison.Ordinal));

            var result = await _world.WalkAsync(exchange, "Settle");

            Assert.Equal(refusal, result.Refusal?.Code);
            Assert.True(exchange.Request.IsWrite);
        }
    }

    [Theory]
    [InlineData("Practitioner/1", true)]
    [InlineData("Practitioner?identifier=1", false)]
    [InlineData("Patient?identifier=urn:mrn|777", false)]
    public async Task Run_SubmittedWithAConditionalReference_IsRefusedAsInACreate(string provider, bool passes)
    {
        var claim = Own.Replace(
            "\"status\"",
            $$"""
            "provider":{"reference":"{{provider}}"},"status"
            """,
            StringComparison.Ordinal
        );
        foreach (var (target, body) in ((string, string)[])[("/fhir/Claim/$submit", Parameters(claim)), ("/fhir/Claim", claim)])
        {
            using var exchange = _world.Open("POST", target, body);
            Assert.Equal(passes ? null : DenyReason.MalformedBody, (await _world.WalkAsync(exchange, "Settle")).Refusal);
        }
    }

    [Theory]
    [InlineData("Patient/17", null)]
    [InlineData("Patient/18", "patient-undetermined")]
    public async Task Run_SubmittedNamingAFile_IsRefusedWhereTheFileIsNotItsClients(string owner, string? refusal)
    {
        _world.Upstream.Answers(
            "GET /Binary/b1",
            $$"""{"resourceType":"Binary","id":"b1","contentType":"text/plain","securityContext":{"reference":"{{owner}}"},"data":"YQ=="}"""
        );
        var claim = Own.Replace(
            "\"status\"",
            "\"supportingInfo\":[{\"sequence\":1,\"valueAttachment\":{\"url\":\"Binary/b1\"}}],\"status\"",
            StringComparison.Ordinal
        );
        using var exchange = _world.Open("POST", "/fhir/Claim/$submit", Parameters(claim));

        Assert.Equal(refusal, (await _world.WalkAsync(exchange, "Settle")).Refusal?.Code);
    }

    // A document that is put together is read; one that is kept would be a write that nobody decided over.
    [Theory]
    [InlineData("GET", "/fhir/Composition/1/$document", null, true)]
    [InlineData("GET", "/fhir/Composition/1/$document?persist=false", null, true)]
    [InlineData("GET", "/fhir/Composition/1/$document?persist=true", null, false)]
    [InlineData("POST", "/fhir/Composition/1/$document", """{"name":"persist","valueBoolean":true}""", false)]
    [InlineData("POST", "/fhir/Composition/1/$document", """{"name":"persist","valueBoolean":false}""", true)]
    public async Task Run_DocumentThatWouldBeStored_IsNotServed(string method, string target, string? parameter, bool passes)
    {
        var body = parameter is null ? null : $$"""{"resourceType":"Parameters","parameter":[{{parameter}}]}""";
        using var exchange = _world.Open(method, target, body);

        Assert.Equal(passes ? null : DenyReason.UnknownParameter, (await _world.WalkAsync(exchange, "Decide")).Refusal);
    }

    // What the insurer makes of it is whose it says that it is, and leaves to who may read it; to nobody else, and whatever it is the claim was
    // made.
    [Theory]
    [InlineData("17", "ClaimResponse", true)]
    [InlineData("18", "ClaimResponse", false)]
    [InlineData("17", "Claim", false)]
    public async Task Run_WhatASubmissionIsAnsweredWith_LeavesToWhoMayReadIt(string patient, string readable, bool isShown)
    {
        using var world = new StageWorld(
            null,
            null,
            TestRegistry.Grant() with
            {
                Types = ["Claim"],
                Interactions = ["read", "search", "create"],
                Operations = ["$submit"],
            },
            TestRegistry.Grant() with
            {
                Types = [readable],
                Interactions = ["read", "search"],
            }
        );
        world.Upstream.Answers(
            "POST /Claim/$submit",
            $$$"""{"resourceType":"ClaimResponse","id":"r1","status":"active","patient":{"reference":"Patient/{{{patient}}}"},"outcome":"complete"}"""
        );
        using var exchange = world.Open("POST", "/fhir/Claim/$submit", Own);

        Assert.True((await world.WalkAsync(exchange, "Release")).Continues);
        Assert.Equal(isShown, StageWorld.Written(exchange).Contains("\"r1\"", StringComparison.Ordinal));
        Assert.DoesNotContain(exchange.Http.Response.StatusCode, (int[])[403, 404]);
    }

    private static string Parameters(string resource) =>
        $$"""{"resourceType":"Parameters","parameter":[{"name":"resource","resource":{{resource}} }]}""";
}
