using System.Text.Json.Nodes;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>
/// A label that any grant of the registry names is one that records bear: who is permitted whatever HL7 has a code for, but not this one, does
/// not see everything, and is told nothing that counts what stays.
/// </summary>
public sealed class LocalLabelsTests : IDisposable
{
    private const string Vip = "https://hospital.example/labels|VIP";
    private const string Refrain = "NODSCLCD";

    private readonly StageWorld _world = new(null, null, Everything());

    public void Dispose() => _world.Dispose();

    public static TheoryData<string, string[], bool> Registries =>
        new()
        {
            { "no other label", [], true },
            { Vip, [], false },
            { Refrain, [], false },
            { "VIP", [], false },
            { Vip, [Vip], true },
            { Vip, ["VIP"], true },
            { Refrain, [Refrain], true },
            // What is fulfilled with every release, or is within a group that is permitted, withholds nothing.
            { "AUDIT", [], true },
            { "http://terminology.hl7.org/CodeSystem/v3-ActCode|HIV", [], true },
        };

    [Theory]
    [MemberData(nameof(Registries))]
    public async Task Run_BareCount_IsTheUpstreamsOnlyWhereNothingMayStay(string others, string[] own, bool isWhole)
    {
        Publish(others, own);
        _world.Upstream.Answers("GET /Observation?_summary=count", """{"resourceType":"Bundle","type":"searchset","total":70123}""");
        _world.Upstream.Answers("GET /Observation?_count=200", """{"resourceType":"Bundle","type":"searchset","entry":[]}""");

        using var exchange = _world.Open("GET", "/fhir/Observation?_summary=count");
        Assert.Null((await _world.WalkAsync(exchange, "Release")).Refusal);

        Assert.Equal(isWhole ? 70123 : 0, (int?)JsonNode.Parse(StageWorld.Written(exchange))!["total"]);
    }

    // No search of its own can stand for the chain of an export's filter.
    [Theory]
    [MemberData(nameof(Registries))]
    public async Task Run_ChainInAFilterOfAnExport_IsPermittedOnlyWhereNothingMayStay(string others, string[] own, bool isWhole)
    {
        Publish(others, own);
        var filter = Uri.EscapeDataString("Observation?encounter:Encounter.class=AMB");
        using var exchange = _world.Open(
            "GET",
            $"/fhir/Patient/$export?_type=Observation&_typeFilter={filter}",
            null,
            ("Prefer", "respond-async")
        );

        Assert.Equal(isWhole ? null : DenyReason.ConditionNotMet, (await _world.WalkAsync(exchange, "Decide")).Refusal);
    }

    [Theory]
    [MemberData(nameof(Registries))]
    public async Task Run_ValuesOfAnOperation_LeaveOnlyWhereNothingMayStay(string others, string[] own, bool isWhole)
    {
        Publish(others, own);
        _world.Upstream.Answers(
            "GET /Observation/$meta",
            """{"resourceType":"Parameters","parameter":[{"name":"return","valueMeta":{"tag":[{"code":"x"}]}}]}"""
        );

        using var exchange = _world.Open("GET", "/fhir/Observation/$meta");
        _ = await _world.WalkAsync(exchange, "Release");

        Assert.Equal(isWhole, StageWorld.Written(exchange).Contains("valueMeta", StringComparison.Ordinal));
    }

    // Whether the named record is there is asked first where it might be one that stays.
    [Theory]
    [MemberData(nameof(Registries))]
    public async Task Run_WriteThatNamesARecord_IsAskedAboutWhereSomethingMayStay(string others, string[] own, bool isWhole)
    {
        Publish(others, own);
        using var exchange = _world.Open(
            "POST",
            "/fhir/Observation",
            """
            {"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/17"},
            "encounter":{"reference":"Encounter/hidden"}}
            """
        );

        Assert.Equal(isWhole ? null : DenyReason.PatientUndetermined, (await _world.WalkAsync(exchange, "Settle")).Refusal);
        Assert.Equal(isWhole ? [] : ["GET /Encounter/hidden"], _world.Upstream.Lines);
    }

    // A label that somebody is given anew counts from then on, and one that is taken away does no more.
    [Fact]
    public async Task Run_LabelGivenAndTakenAway_CountsWhileItIsGiven()
    {
        foreach (var others in (string[])["no other label", Vip, "no other label"])
        {
            await Run_ChainInAFilterOfAnExport_IsPermittedOnlyWhereNothingMayStay(others, [], others != Vip);
        }
    }

    private void Publish(string others, string[] own)
    {
        var grant = Everything() with { Labels = [.. StageWorld.EverySensitivity, .. own] };
        var hospital = TestRegistry.Organization() with { Kind = OrganizationKind.Internal };
        var other = TestRegistry.Grant() with { Labels = others.Contains(' ', StringComparison.Ordinal) ? [] : [others] };
        _world.Publish(
            TestRegistry.Build([
                .. TestRegistry.Open(TestRegistry.UseCase(grants: grant), null, null, hospital),
                TestRegistry.UseCase("other", grants: other) with
                {
                    Status = UseCaseStatus.Draft,
                },
            ])
        );
    }

    private static Grant Everything() =>
        TestRegistry.Grant() with
        {
            Types = ["Observation", "Encounter", "Patient"],
            Interactions = ["read", "search", "create", "export"],
            Operations = ["$meta"],
            Patients = new PatientScope { Any = true },
            Confidentiality = "V",
            Labels = StageWorld.EverySensitivity,
        };
}
