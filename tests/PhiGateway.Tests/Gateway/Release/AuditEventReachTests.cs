using System.Text.Json.Nodes;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>
/// An AuditEvent of the server's belongs to the patients that it names; that somebody read a record which stays tells that there is one, and so
/// stays with it, for whoever asks and by whatever way.
/// </summary>
public sealed class AuditEventReachTests : IDisposable
{
    private static readonly string[] Shown = ["of-shown", "of-missing"];

    private readonly StageWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData(OrganizationKind.Vendor, "of-shown", true)]
    [InlineData(OrganizationKind.Vendor, "of-hidden", false)]
    [InlineData(OrganizationKind.Vendor, "of-missing", true)]
    [InlineData(OrganizationKind.Internal, "of-shown", true)]
    [InlineData(OrganizationKind.Internal, "of-hidden", false)]
    public async Task Run_Read_StaysWhereWhatItSpeaksOfDoes(OrganizationKind kind, string id, bool leaves)
    {
        Publish(kind, "AuditEvent", "Condition");
        Store();
        using var exchange = _world.Open("GET", "/fhir/AuditEvent/" + id);

        var refused = (await _world.WalkAsync(exchange, "Release")).Refusal;

        Assert.Equal(leaves ? null : DenyReason.NotFoundOrWithheld, refused);
    }

    [Theory]
    [InlineData(OrganizationKind.Vendor)]
    [InlineData(OrganizationKind.Internal)]
    public async Task Run_Search_ShowsWhatSpeaksOfNothingThatStays(OrganizationKind kind)
    {
        Publish(kind, "AuditEvent", "Condition");
        Store();

        Assert.Equal(Shown, await IdsAsync());
    }

    [Theory]
    [InlineData(OrganizationKind.Vendor)]
    [InlineData(OrganizationKind.Internal)]
    public async Task Run_Batch_ShowsWhatSpeaksOfNothingThatStays(OrganizationKind kind)
    {
        Publish(kind, "AuditEvent", "Condition");
        Store();
        const string Ask = """
            {"resourceType":"Bundle","type":"batch","entry":[
            {"request":{"method":"GET","url":"AuditEvent/of-shown"}},{"request":{"method":"GET","url":"AuditEvent/of-hidden"}}]}
            """;
        using var exchange = _world.Open("POST", "/fhir", Ask);

        var result = await _world.WalkAsync(exchange, "Release");

        Assert.True(result.Continues, $"{result.Refusal?.Code} {result.Detail}");
        var entries = JsonNode.Parse(StageWorld.Written(exchange))!["entry"]!;
        Assert.NotNull(entries[0]!["resource"]);
        Assert.Null(entries[1]!["resource"]);
    }

    // What may not be read at all keeps nothing back: by what it names it tells of no record that this client knows the type of.
    [Theory]
    [InlineData(OrganizationKind.Vendor)]
    [InlineData(OrganizationKind.Internal)]
    public async Task Run_SearchOfWhoMayNotReadWhatTheySpeakOf_GoesAsItIs(OrganizationKind kind)
    {
        Publish(kind, "AuditEvent");
        Store();

        Assert.Equal(["of-shown", "of-hidden", "of-missing"], await IdsAsync());
        Assert.DoesNotContain(_world.Upstream.Lines, static line => line.StartsWith("GET /Condition", StringComparison.Ordinal));
    }

    // What a change comes to tells what is stored.
    [Theory]
    [InlineData(OrganizationKind.Vendor, "of-shown", true)]
    [InlineData(OrganizationKind.Vendor, "of-hidden", false)]
    [InlineData(OrganizationKind.Internal, "of-shown", true)]
    [InlineData(OrganizationKind.Internal, "of-hidden", false)]
    public async Task Run_Deletion_IsOfWhatMayBeSeen(OrganizationKind kind, string id, bool goes)
    {
        Publish(kind, ["read", "search", "delete"], "AuditEvent", "Condition");
        Store();
        using var exchange = _world.Open("DELETE", "/fhir/AuditEvent/" + id);

        var refused = (await _world.WalkAsync(exchange, "Forward")).Refusal;

        Assert.Equal(goes ? null : DenyReason.PatientNotFound, refused);
        Assert.Equal(goes, _world.Upstream.Lines.Any(static line => line.StartsWith("DELETE", StringComparison.Ordinal)));
    }

    // However many stand in one bundle.
    [Fact]
    public async Task Run_DeletionsInABatch_AreEachOfWhatMayBeSeen()
    {
        Publish(OrganizationKind.Vendor, ["read", "search", "delete"], "AuditEvent", "Condition");
        Store();
        var ids = Enumerable.Repeat("of-shown", 40).Append("of-hidden");
        var entries = string.Join(',', ids.Select(static id => $$"""{"request":{"method":"DELETE","url":"AuditEvent/{{id}}"} }"""));
        using var exchange = _world.Open("POST", "/fhir", $$"""{"resourceType":"Bundle","type":"batch","entry":[{{entries}}]}""");

        var result = await _world.WalkAsync(exchange, "Release");

        Assert.True(result.Continues, $"{result.Refusal?.Code} {result.Detail}");
        var sent = _world.Upstream.Lines.Where(static line => line.StartsWith("DELETE", StringComparison.Ordinal)).ToList();
        Assert.Equal(40, sent.Count);
        Assert.DoesNotContain("DELETE /AuditEvent/of-hidden", sent);
    }

    private async Task<List<string>> IdsAsync() =>
        [
            .. (await _world.AskAsync("/fhir/AuditEvent?patient=17"))["entry"]!
                .AsArray()
                .Where(static entry => (string?)entry!["resource"]!["resourceType"] == "AuditEvent")
                .Select(static entry => (string)entry!["resource"]!["id"]!),
        ];

    private void Publish(OrganizationKind kind, params string[] types) => Publish(kind, ["read", "search"], types);

    private void Publish(OrganizationKind kind, string[] interactions, params string[] types)
    {
        var grant = TestRegistry.Grant() with
        {
            Types = types,
            Interactions = interactions,
            Patients = kind == OrganizationKind.Internal ? new PatientScope { Any = true } : new PatientScope { Roster = "orders" },
        };
        var organization = TestRegistry.Organization() with { Kind = kind };
        _world.Publish(TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: grant), organization: organization)));
    }

    private void Store()
    {
        _world
            .Upstream.Answers("GET /AuditEvent/of-shown", Event("of-shown", "shown"))
            .Answers("GET /AuditEvent/of-hidden", Event("of-hidden", "hidden"))
            .Answers("GET /AuditEvent/of-missing", Event("of-missing", "missing"))
            .Answers("GET /Condition/shown", Condition("shown", "N"))
            .Answers("GET /Condition/hidden", Condition("hidden", "R"));
        _world.Upstream.Respond = call =>
            call.PathAndQuery switch
            {
                var events when events.StartsWith("/AuditEvent?", StringComparison.Ordinal) => SearchSet(
                    events,
                    Event("of-shown", "shown"),
                    Event("of-hidden", "hidden"),
                    Event("of-missing", "missing")
                ),
                var conditions when conditions.StartsWith("/Condition?", StringComparison.Ordinal) => SearchSet(
                    conditions,
                    Condition("shown", "N"),
                    Condition("hidden", "R")
                ),
                _ => RecordingUpstream.Reply(404, "{}", "application/fhir+json"),
            };
    }

    private static UpstreamReply SearchSet(string asked, params string[] resources)
    {
        var entries = string.Join(',', resources.Select(static one => $$"""{"resource":{{one}},"search":{"mode":"match"} }"""));
        return RecordingUpstream.Reply(
            200,
            $$"""
            {"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"http://fhir.example/r4{{asked}}"}],
            "entry":[{{entries}}]}
            """,
            "application/fhir+json"
        );
    }

    private static string Event(string id, string target) =>
        $$"""
            {"resourceType":"AuditEvent","id":"{{id}}","type":{"code":"rest"},"recorded":"2026-05-01T00:00:00Z",
            "agent":[{"who":{"reference":"Practitioner/9"},"requestor":true}],"source":{"observer":{"reference":"Organization/1"} },
            "entity":[{"what":{"reference":"Patient/17"} },{"what":{"reference":"Condition/{{target}}"} }]}
            """;

    private static string Condition(string id, string confidentiality) =>
        $$$"""
            {"resourceType":"Condition","id":"{{{id}}}","subject":{"reference":"Patient/17"},"meta":{"versionId":"1","security":
            [{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"{{{confidentiality}}}"}]} }
            """;
}
