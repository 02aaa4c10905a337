using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Settle;

/// <summary>
/// What has no place for whose it is (a Slot), or names who takes part and no patient (an AuditEvent of a login), the hospital's own can write
/// as they can read it. To others it stays closed, and so does what leaves out what it should say.
/// </summary>
public sealed class UnnamedRecordTests : IDisposable
{
    private const string Slot = """
        {"resourceType":"Slot","id":"1","schedule":{"reference":"Schedule/1"},"status":"free","start":"2026-05-04T08:00:00Z",
        "end":"2026-05-04T08:15:00Z"}
        """;
    private const string Metric = """
        {"resourceType":"DeviceMetric","id":"1","type":{"text":"x"},"source":{"reference":"Device/1"},"category":"measurement"}
        """;
    private const string Login = """
        {"resourceType":"AuditEvent","id":"1","type":{"code":"110114"},"recorded":"2026-05-01T12:00:00Z",
        "agent":[{"who":{"identifier":{"value":"li"}},"requestor":true},{"name":"EHR","requestor":false}],
        "source":{"observer":{"display":"EHR"}}}
        """;
    private const string OfSomebody = """
        {"resourceType":"AuditEvent","id":"1","type":{"code":"110110"},"recorded":"2026-05-01T12:00:00Z",
        "agent":[{"name":"EHR","requestor":false}],"source":{"observer":{"display":"EHR"}},
        "entity":[{"what":{"type":"Patient","identifier":{"value":"4711"}}}]}
        """;
    private const string Subjectless = """{"resourceType":"Observation","id":"1","status":"final","code":{"text":"x"}}""";
    private const string Ownerless = """{"resourceType":"Communication","id":"1","status":"completed"}""";

    private const string Cohort = """{"resourceType":"Group","id":"1","type":"person","actual":false,"name":"To come"}""";
    private const string Population = """
        {"resourceType":"MeasureReport","id":"1","status":"complete","type":"summary","measure":"http://a.example/Measure/m",
        "period":{"start":"2026-01-01","end":"2026-03-31"}}
        """;
    private const string Delivery = """
        {"resourceType":"SupplyDelivery","id":"1","status":"completed","destination":{"reference":"Location/1"}}
        """;
    private const string Described = """
        {"resourceType":"Group","id":"1","type":"person","actual":true,
        "member":[{"entity":{"type":"Patient","identifier":{"value":"4711"}}}]}
        """;
    private const string Contained = """
        {"resourceType":"MeasureReport","id":"1","status":"complete","type":"individual","measure":"http://a.example/Measure/m",
        "subject":{"reference":"#p"},"contained":[{"resourceType":"Patient","id":"p"}],"period":{"start":"2026-01-01"}}
        """;

    private readonly StageWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("Slot", Slot)]
    [InlineData("DeviceMetric", Metric)]
    [InlineData("AuditEvent", Login)]
    [InlineData("Group", Cohort)]
    [InlineData("MeasureReport", Population)]
    [InlineData("SupplyDelivery", Delivery)]
    [InlineData("Person", """{"resourceType":"Person","id":"1","active":true}""")]
    [InlineData("Account", """{"resourceType":"Account","id":"1","status":"active","name":"Ward 3"}""")]
    public async Task Run_ByTheHospitalsOwn_IsWrittenChangedAndTakenAway(string type, string resource)
    {
        Publish(OrganizationKind.Internal, ClientKind.Service, new PatientScope { Any = true });
        Store(type, resource);

        Assert.Null(await AskAsync("POST", $"/fhir/{type}", resource));
        Assert.Null(await AskAsync("PUT", $"/fhir/{type}/1", resource));
        Assert.Null(await AskAsync("DELETE", $"/fhir/{type}/1", null));
        Assert.Null(await AskAsync("GET", $"/fhir/{type}/1", null));
    }

    [Theory]
    [InlineData(OrganizationKind.Vendor, ClientKind.Service, true)]
    [InlineData(OrganizationKind.Internal, ClientKind.AiAgent, true)]
    [InlineData(OrganizationKind.Internal, ClientKind.Service, false)]
    public async Task Run_ByAnybodyElse_IsRefusedAsBefore(OrganizationKind organization, ClientKind client, bool isOfAny)
    {
        Publish(organization, client, isOfAny ? new PatientScope { Any = true } : new PatientScope { Roster = "orders" });
        foreach (
            var (type, resource) in ((string, string)[])
                [
                    ("Slot", Slot),
                    ("DeviceMetric", Metric),
                    ("AuditEvent", Login),
                    ("Group", Cohort),
                    ("MeasureReport", Population),
                    ("SupplyDelivery", Delivery),
                ]
        )
        {
            Store(type, resource);

            Assert.Equal(DenyReason.PatientUndetermined, await AskAsync("POST", $"/fhir/{type}", resource));
            Assert.NotNull(await AskAsync("PUT", $"/fhir/{type}/1", resource));
            Assert.Equal(DenyReason.PatientNotFound, await AskAsync("DELETE", $"/fhir/{type}/1", null));
        }
    }

    [Theory]
    [InlineData("Observation", Subjectless)]
    [InlineData("Communication", Ownerless)]
    [InlineData("AuditEvent", OfSomebody)]
    [InlineData("Group", Described)]
    [InlineData("MeasureReport", Contained)]
    [InlineData("SupplyDelivery", """{"resourceType":"SupplyDelivery","patient":{"display":"Jane"}}""")]
    public async Task Run_WhatLeavesOutWhoseItIs_IsRefusedToTheHospitalsOwnToo(string type, string resource)
    {
        Publish(OrganizationKind.Internal, ClientKind.Service, new PatientScope { Any = true });

        Assert.Equal(DenyReason.PatientUndetermined, await AskAsync("POST", $"/fhir/{type}", resource));
    }

    // What is read in part is not written over, as a whole or where it is hidden. Who does not read it at all is its source.
    [Theory]
    [InlineData("status", "partial-view", "hidden-element")]
    [InlineData("", null, null)]
    [InlineData(null, null, null)]
    public async Task Run_WhatIsReadInPart_IsNotWrittenOver(string? elements, string? update, string? patch)
    {
        var others = StageWorld.Whole() with { Patients = new PatientScope { Any = true } };
        others = others with { Types = [.. others.Types.Where(static type => type != "Slot")] };
        var change = others with { Types = ["Slot"], Interactions = ["update", "patch"] };
        var read = change with { Interactions = ["read"], Elements = elements?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [] };
        Grant[] grants = elements is null ? [others, change] : [others, change, read];
        PublishGrants(OrganizationKind.Internal, ClientKind.Service, grants);
        const string more = "\"meta\":{\"versionId\":\"3\"},\"comment\":\"x\",\"status\"";
        var stored = Slot.Replace("\"status\"", more, StringComparison.Ordinal);
        Store("Slot", stored);

        Assert.Equal(update, (await AskAsync("PUT", "/fhir/Slot/1", stored))?.Code);
        Assert.Equal(patch, (await AskAsync("PATCH", "/fhir/Slot/1", """[{"op":"add","path":"/comment","value":"y"}]"""))?.Code);
    }

    private void Store(string type, string resource) =>
        _world
            .Upstream.Answers($"GET /{type}/1", resource)
            .Answers($"POST /{type}", string.Empty, 201)
            .Answers($"PUT /{type}/1", string.Empty)
            .Answers($"DELETE /{type}/1", string.Empty, 204)
            .Answers("GET /Schedule/1", """{"resourceType":"Schedule","id":"1","actor":[{"reference":"Practitioner/1"}]}""")
            .Answers("GET /Device/1", """{"resourceType":"Device","id":"1"}""")
            .Answers("GET /Practitioner/1", """{"resourceType":"Practitioner","id":"1"}""");

    private void Publish(OrganizationKind kind, ClientKind client, PatientScope patients)
    {
        var grant = StageWorld.Whole() with { Interactions = ["read", "search", "create", "update", "delete"], Patients = patients };
        PublishGrants(kind, client, grant);
    }

    private void PublishGrants(OrganizationKind kind, ClientKind client, params Grant[] grants)
    {
        var organization = TestRegistry.Organization() with { Kind = kind };
        _world.Publish(
            TestRegistry.Build(
                TestRegistry.Open(
                    TestRegistry.UseCase(grants: grants),
                    TestRegistry.Client() with
                    {
                        Kind = client,
                    },
                    organization: organization
                )
            )
        );
    }

    private async Task<DenyReason?> AskAsync(string method, string target, string? body)
    {
        using var exchange = _world.Open(method, target, body);
        exchange.Http.Request.ContentType = method == "PATCH" ? "application/json-patch+json" : exchange.Http.Request.ContentType;
        return (await _world.WalkAsync(exchange, "Release")).Refusal;
    }
}
