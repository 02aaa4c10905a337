using System.Text.Json.Nodes;
using PhiGateway.Gateway.Trail;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>
/// The examples of implementation guides, read and searched through all stages: each leaves as it is, or is withheld with a reason that the
/// trail states.
/// </summary>
public sealed class ExamplesTests : IDisposable
{
    private readonly StageWorld _world = new();

    public static TheoryData<string> Guides => [.. GuideExamples.Guides];

    public void Dispose() => _world.Dispose();

    [Theory]
    [MemberData(nameof(Guides))]
    public async Task Read_ByWhoMaySeeAnyPatient_LeavesAsItIs(string guide)
    {
        _world.Publish(TestRegistry.Build(TestRegistry.Open(UseCase(new PatientScope { Any = true }), null, null, Hospital())));
        var wrong = new List<string>();
        foreach (var example in GuideExamples.Of(guide))
        {
            var (type, id) = NameOf(example);
            var read = await ReadAsync(example);
            var found = await SearchAsync(example);
            if (
                read.Refusal is not null
                || !JsonNode.DeepEquals(example, JsonNode.Parse(read.Body))
                || found.Refusal is not null
                || !JsonNode.DeepEquals(example, JsonNode.Parse(found.Body)!["entry"]?[0]?["resource"])
            )
            {
                wrong.Add($"{type}/{id}: {read.Refusal} {found.Refusal}");
            }
        }

        Assert.Empty(wrong);
    }

    [Theory]
    [MemberData(nameof(Guides))]
    public async Task Read_ByAVendorWithARoster_LeavesAsItIsOrIsWithheldWithAReason(string guide)
    {
        var patient = GuideExamples.PatientOf(guide);
        _world.Publish(
            new PhiGateway.Policy.Compiling.RegistrySnapshotBuilder().Rebuild(
                TestRegistry.Changes(
                    TestRegistry
                        .Open(UseCase(new PatientScope { Roster = "orders" }), TestRegistry.Client())
                        .Select(static entity => TestRegistry.Item(entity)),
                    1,
                    [TestRegistry.Member(patient)]
                )
            )
        );
        var (left, withheld) = (0, 0);
        foreach (var example in GuideExamples.Of(guide))
        {
            _world.Journal.Records.Clear();
            var read = await ReadAsync(example);
            var record = Assert.Single(_world.Journal.Records);
            if (read.Refusal is null)
            {
                left++;
                Assert.True(JsonNode.DeepEquals(example, JsonNode.Parse(read.Body)), NameOf(example).ToString());
                Assert.All(record.Patients, own => Assert.Equal(patient, own));
            }
            else
            {
                withheld++;
                Assert.Equal(string.Empty, read.Body);
                Assert.Contains(read.Refusal, (DenyReason[])[DenyReason.NotFoundOrWithheld, DenyReason.PatientNotFound]);
                Assert.False(string.IsNullOrEmpty(record.Rule), NameOf(example).ToString());
            }
        }

        Assert.True(left > 0, "Nothing of the roster's patient left.");
        Assert.True(withheld > 0 || guide == "us-core.ndjson", "Nothing of others was withheld.");
    }

    private async Task<(DenyReason? Refusal, string Body)> ReadAsync(JsonNode example)
    {
        var (type, id) = NameOf(example);
        _world.Upstream.Otherwise = static () => RecordingUpstream.Reply(404, "{}", "application/fhir+json");
        _world.Upstream.Answers($"GET /{type}/{id}", example.ToJsonString());
        return await AskAsync($"/fhir/{type}/{id}");
    }

    private async Task<(DenyReason? Refusal, string Body)> SearchAsync(JsonNode example)
    {
        _world.Upstream.Otherwise = () =>
            RecordingUpstream.Reply(
                200,
                $$"""{"resourceType":"Bundle","type":"searchset","entry":[{"resource":{{example.ToJsonString()}} }]}""",
                "application/fhir+json"
            );
        return await AskAsync($"/fhir/{NameOf(example).Type}?_lastUpdated=gt2000-01-01");
    }

    private async Task<(DenyReason? Refusal, string Body)> AskAsync(string target)
    {
        _world.Clock.Advance(TimeSpan.FromMilliseconds(20));
        using var exchange = _world.Open("GET", target);
        var result = await _world.WalkAsync(exchange, "Release");
        if (result.Refusal is { } refusal)
        {
            await _world.Get<AuditTrail>().RecordRefusalAsync(exchange, refusal, result.Detail);
        }

        return (result.Refusal, StageWorld.Written(exchange));
    }

    private static (string Type, string Id) NameOf(JsonNode example) => ((string)example["resourceType"]!, (string)example["id"]!);

    private static UseCase UseCase(PatientScope patients) =>
        TestRegistry.UseCase(
            grants:
            [
                TestRegistry.Grant() with
                {
                    Types = [.. ResourceType.All.Select(static type => type.Name)],
                    Interactions = ["read", "search"],
                    Patients = patients,
                    Confidentiality = "V",
                    Labels = ["_ActInformationSensitivityPolicy", "_EntitySensitivityPolicyType", "_RoleInformationSensitivityPolicy"],
                },
            ]
        );

    private static Organization Hospital() => TestRegistry.Organization() with { Kind = OrganizationKind.Internal };
}
