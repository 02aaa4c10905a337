using System.Text.Json.Nodes;
using Hl7.Fhir.Model;
using PhiGateway.Admin.AuditEvents;
using PhiGateway.Audit.Records;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Audit;
using Xunit;
using Task = System.Threading.Tasks.Task;

namespace PhiGateway.Tests.Admin;

/// <summary>The gateway's own profiles of AuditEvent: they are sound, served, kept to by what is emitted, and not by what is not.</summary>
[Trait("Size", "Large")]
public sealed class AuditProfileTests
{
    public static TheoryData<string> Ids => new(OwnProfiles.Ids.ToArray());

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task Read_OwnProfile_IsServedAndIsADefinitionOfR4(string id)
    {
        await using var server = await AdminServer.StartAsync();
        await server.AddKeyAsync("conny", "audit-consumer");
        var answer = await server.GetAsync("/fhir/StructureDefinition/" + id, "conny");

        Assert.True(answer.Status == 200, answer.Text);
        var definition = FhirValidator.Parse<StructureDefinition>(answer.Text);
        Assert.Empty(FhirValidator.Faults(definition));
        Assert.Equal((id, OwnProfiles.Prefix + id), (definition.Id, definition.Url));
        Assert.Contains(definition.Url, EventProfiles.All);
        Assert.Equal(404, (await server.GetAsync("/fhir/StructureDefinition/" + id + "x", "conny")).Status);
        Assert.Equal(403, (await server.GetAsync("/fhir/StructureDefinition/" + id, "august")).Status);
    }

    [Fact]
    public async Task Metadata_NamesEachProfileThatIsEmitted_AndEachOfItsOwnIsThere()
    {
        await using var server = await AdminServer.StartAsync();
        await server.AddKeyAsync("conny", "audit-consumer");
        var said = FhirValidator.Parse<CapabilityStatement>((await server.GetAsync("/fhir/metadata", "conny")).Text);

        Assert.Equal(EventProfiles.All, said.Rest[0].Resource[0].SupportedProfile);
        Assert.Equal(
            EventProfiles.All.Where(static profile => !RestProfiles.IsBalp(profile)).Order(StringComparer.Ordinal),
            OwnProfiles.Ids.Select(static id => OwnProfiles.Prefix + id)
        );
    }

    [Theory]
    [InlineData("token.issue", "permit", "audit-token", "110122")]
    [InlineData("token.issue", "deny", "audit-token", "110122")]
    [InlineData("token.exchange", "permit", "audit-token", "110122")]
    [InlineData("token.introspect", "permit", "audit-token", null)]
    [InlineData("token.register", "permit", "audit-token", null)]
    [InlineData("token.revoke", "permit", "audit-token", "110123")]
    [InlineData("admin.authenticate", "deny", "audit-denied", "110122")]
    [InlineData("console.sign-in", "permit", "audit-administration", "110122")]
    [InlineData("console.back-channel-logout", "permit", "audit-administration", "110123")]
    public void Make_Authentication_KeepsToTheProfileOfWhatItWas(string name, string decision, string profile, string? subtype)
    {
        var record = TestRecords.Of(AuditKind.Auth);
        (record.Event, record.Decision, record.Client, record.Peer) = (name, decision, "acme", "203.0.113.7");
        var one = EventOf(record);

        Assert.Empty(FhirValidator.Faults(one));
        Assert.Equal([OwnProfiles.Prefix + profile], one.Meta!.Profile);
        Assert.Equal("110114", one.Type.Code);
        Assert.Contains(one.Subtype, coding => coding.System == "urn:phi-gateway:audit-event" && coding.Code == name);
        Assert.Equal(subtype, one.Subtype.FirstOrDefault(static coding => coding.Code!.StartsWith("1101", StringComparison.Ordinal))?.Code);
        Assert.Equal(decision == "deny" ? "refused" : null, one.OutcomeDesc);
    }

    [Fact]
    public void Make_EmergencyAccess_NamesTheClientAndThePersonAndWhy()
    {
        var record = TestRecords.Denial();
        (record.Kind, record.Event, record.Actor) = (AuditKind.Override, EmergencyUse.Event, EmergencyUse.Actor);
        (record.Decision, record.Reason, record.Subject, record.Purpose) = ("permit", null, "dr-4711", "BTG");
        record.Note = "unresponsive on arrival";
        var one = EventOf(record);

        Assert.Empty(FhirValidator.Faults(one));
        Assert.Contains(one.Agent, static agent => agent.Who!.Identifier!.Value == "acme");
        Assert.Equal("dr-4711", Assert.Single(one.Agent, static agent => agent.Requestor == true).Who!.Identifier!.Value);
        Assert.Contains(one.Entity.SelectMany(static entity => entity.Detail), static detail => detail.Type == "justification");
    }

    [Theory]
    [InlineData(AuditKind.Decision, "outcomeDesc")]
    [InlineData(AuditKind.Decision, "outcome")]
    [InlineData(AuditKind.Decision, "place")]
    [InlineData(AuditKind.Decision, "requestor")]
    [InlineData(AuditKind.Decision, "node")]
    [InlineData(AuditKind.Override, "override")]
    [InlineData(AuditKind.Auth, "event")]
    [InlineData(AuditKind.Auth, "type")]
    [InlineData(AuditKind.Admin, "type")]
    [InlineData(AuditKind.Intent, "type")]
    public void Faults_EventThatLacksWhatItsProfileAsksFor_AreNamed(AuditKind kind, string what)
    {
        var record = TestRecords.Denial();
        record.Kind = kind;
        record.Event = kind == AuditKind.Auth ? "token.issue" : record.Event;
        (record.Decision, record.Reason) = kind == AuditKind.Decision ? ("deny", "outside-use-case") : ("permit", null);
        record.Interaction = "read";
        var one = EventOf(record);
        Assert.Empty(FhirValidator.Faults(one));
        switch (what)
        {
            case "outcomeDesc":
                one.OutcomeDesc = null;
                break;
            case "outcome":
                one.Outcome = AuditEvent.AuditEventOutcome.N0;
                break;
            case "place":
                one.Entity.RemoveAll(static entity => entity.Role?.Code == "17");
                break;
            case "requestor":
                one.Agent.ForEach(static agent => agent.Requestor = false);
                break;
            case "node":
                one.Source.Observer.Identifier!.System = "urn:other";
                break;
            case "override":
                one.Subtype.RemoveAll(static coding => coding.Code == "110127");
                break;
            case "event":
                one.Subtype.RemoveAll(static coding => coding.System == "urn:phi-gateway:audit-event");
                break;
            default:
                one.Type = new Coding("http://dicom.nema.org/resources/ontology/DCM", "110106");
                break;
        }

        Assert.NotEmpty(FhirValidator.Faults(one));
    }

    private static AuditEvent EventOf(AuditRecord record)
    {
        var entry = StoredTrail.EntryOf(record, 7);
        var made = Assert.Single(EventFactory.Make(entry, AuditRecordReader.Read(entry.Body.Span)));
        var json = JsonNode.Parse(FhirAnswer.Of(made).Body.Span)!;
        return FhirValidator.Parse<AuditEvent>(json.ToJsonString());
    }
}
