using System.Text;
using Hl7.Fhir.Model;
using PhiGateway.Admin.AuditEvents;
using PhiGateway.Audit.Records;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Audit;
using Xunit;
using Task = System.Threading.Tasks.Task;

namespace PhiGateway.Tests.Admin;

/// <summary>The trail as AuditEvents of FHIR R4.</summary>
[Trait("Size", "Large")]
public sealed class AuditEventTests
{
    private const string Path = "/fhir/AuditEvent";

    // IHE BALP 1.1.4: action, the client's part, the server's part, and the type and role of the entity that it is about.
    private static readonly Dictionary<string, (AuditEvent.AuditEventAction Action, string Client, string Server, string Role)> Patterns =
        new()
        {
            ["Read"] = (AuditEvent.AuditEventAction.R, "110152", "110153", "4"),
            ["Query"] = (AuditEvent.AuditEventAction.E, "110153", "110152", "24"),
            ["Create"] = (AuditEvent.AuditEventAction.C, "110153", "110152", "4"),
            ["Update"] = (AuditEvent.AuditEventAction.U, "110153", "110152", "4"),
            ["Delete"] = (AuditEvent.AuditEventAction.D, "110150", "custodian", "4"),
        };

    public static TheoryData<string, string> Interactions =>
        new()
        {
            { "read", "Read" },
            { "v-read", "Read" },
            { "search-type", "Query" },
            { "search-page", "Query" },
            { "create", "Create" },
            { "update", "Update" },
            { "patch", "Update" },
            { "delete", "Delete" },
        };

    public static TheoryData<AuditKind> Kinds => new(Enum.GetValues<AuditKind>());

    [Theory]
    [MemberData(nameof(Interactions))]
    public void Make_AllowedAccess_KeepsToTheBasicAuditLogPattern(string interaction, string pattern)
    {
        foreach (var patients in new string[][] { [], ["p-1"], ["p-1", "p-2", "p-3"] })
        {
            var record = Released(interaction, pattern is "Read" or "Query" ? AuditKind.Disclosure : AuditKind.Outcome);
            record.Patients = patients;
            var events = EventsOf(record);

            // One for each patient, none of which names another.
            Assert.Equal(Math.Max(1, patients.Length), events.Count);
            Assert.Equal(events.Count, events.Select(static one => one.Id).Distinct().Count());
            for (var i = 0; i < events.Count; i++)
            {
                AssertKeepsTo(events[i], pattern, patients.Length == 0 ? null : patients[i]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Make_EachKindOfRecord_IsValidR4(AuditKind kind)
    {
        foreach (var decision in new[] { "permit", "deny", "error", string.Empty })
        {
            var record = Released("read", kind);
            (record.Decision, record.Reason) = (decision, decision is "deny" or "error" ? "outside-use-case" : null);
            record.Actor = kind is AuditKind.Admin or AuditKind.AuditUse or AuditKind.Hold or AuditKind.System
                ? "mary@hospital.example"
                : null;
            (record.Target, record.After) = kind == AuditKind.Admin ? ("client/acme", "{}") : (null, null);
            record.Note = kind == AuditKind.Override ? "unresponsive on arrival" : null;
            record.Outcome = kind == AuditKind.Outcome ? "unknown" : null;
            record.Delivery = kind == AuditKind.Delivery ? "partial" : null;
            var one = Assert.Single(EventsOf(record));

            Assert.Empty(FhirValidator.Faults(one));
            Assert.NotEmpty(one.Meta!.Profile);
            Assert.Contains(one.Agent, static agent => agent.Requestor == true);
        }
    }

    [Theory]
    [MemberData(nameof(Interactions))]
    public void Make_DelegatedAccess_NamesEachHopAndKeepsToItsPattern(string interaction, string pattern)
    {
        var record = Released(interaction, pattern is "Read" or "Query" ? AuditKind.Disclosure : AuditKind.Outcome);
        (record.Patients, record.Actors, record.Certificate) = (["p-1"], ["acme", "agent", "portal"], new string('a', 64));
        var one = Assert.Single(EventsOf(record));

        AssertKeepsTo(one, pattern, "p-1");
        var hops = one.Agent.Where(static agent => agent.Type!.Coding[0].Code == "AGNT").ToList();
        Assert.Equal(["agent", "portal"], hops.Select(static hop => hop.Who!.Identifier!.Value));
        Assert.All(hops, static hop => Assert.False(hop.Requestor));

        // IHE closes a deletion for further entities.
        Assert.Equal(
            pattern != "Delete",
            one.Entity.SelectMany(static entity => entity.Detail).Any(static detail => detail.Type == "certificate-sha256")
        );
    }

    [Fact]
    public void Make_StrangersRefusal_IsValidR4AndSaysWhy()
    {
        var record = TestRecords.Denial();
        (record.Client, record.IssuerClientId, record.Tenant) = (null, "a \u0007stranger", null);
        var one = Assert.Single(EventsOf(record));

        Assert.Empty(FhirValidator.Faults(one));
        Assert.Equal(AuditEvent.AuditEventOutcome.N8, one.Outcome);
        Assert.Equal("outside-use-case", one.OutcomeDesc);
        Assert.Contains("urn:phi-gateway:StructureDefinition:audit-denied", one.Meta!.Profile);
    }

    [Fact]
    public async Task Search_ByPatient_InTheBody_TellsThatPatientsEventsOnly()
    {
        await using var server = await StartAsync();
        var many = Released("search-type", AuditKind.Disclosure);
        many.Patients = ["p-1", "p-2"];
        StoredTrail.Add(server, many, Of(Released("read", AuditKind.Disclosure), "p-9"), TestRecords.Denial());
        Assert.Equal(400, (await server.GetAsync(Path + "?patient=Patient/p-1", "conny")).Status);
        var found = await PostAsync(server, "patient=Patient/p-2");

        var one = Assert.Single(found.Entry);
        Assert.Equal("Patient/p-2", ((AuditEvent)one.Resource!).Entity[0].What!.Reference);
        Assert.Empty(FhirValidator.Faults(found));
        var record = server.Journal.Records[^1];
        Assert.Equal(("audit.fhir-search", "p-2"), (record.Event, Assert.Single(record.Patients)));
        Assert.DoesNotContain("p-2", record.Note, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Logs.Lines, static line => line.Contains("p-2", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("outcome=8", 1)]
    [InlineData("outcome=0", 3)]
    [InlineData("agent=acme", 4)]
    [InlineData("agent=nobody", 0)]
    [InlineData("action=R", 2)]
    [InlineData("subtype=create", 1)]
    [InlineData("subtype=http://hl7.org/fhir/restful-interaction|read", 2)]
    [InlineData("type=rest", 3)]
    [InlineData("type=110113", 1)]
    [InlineData("type=110113,rest", 4)]
    [InlineData("type=nothing,110113", 1)]
    [InlineData("outcome=8,12", 1)]
    [InlineData("address=198.51.100.1,203.0.113.7", 4)]
    [InlineData("entity-role=1", 3)]
    [InlineData("date=2026-05-01", 4)]
    [InlineData("date=lt2026-05-01", 0)]
    [InlineData("date=ge2026-05-01T10:00:00Z&date=le2026-05-01T13:00:00Z", 4)]
    [InlineData("site=north", 4)]
    [InlineData("site=south", 0)]
    [InlineData("address=203.0.113.7", 4)]
    [InlineData("source=gw-01", 4)]
    [InlineData("_count=1000&_pretty=true&_summary=false", 4)]
    public async Task Search_ByParameter_FindsThoseEvents(string query, int expected)
    {
        await using var server = await StartAsync();
        StoredTrail.Add(
            server,
            Released("read", AuditKind.Disclosure),
            Of(Released("read", AuditKind.Disclosure), "p-2"),
            Released("create", AuditKind.Outcome),
            TestRecords.Denial()
        );
        foreach (var entry in server.Trail.Entries.Where(static entry => entry.Kind == AuditKind.Decision))
        {
            Assert.Equal("deny", entry.Decision);
        }

        var answer = await server.GetAsync($"{Path}?{query}", "conny");
        Assert.True(answer.Status == 200, answer.Text);
        Assert.Equal("application/fhir+json", answer.ContentType);
        Assert.Equal(expected, FhirValidator.Parse<Bundle>(answer.Text).Entry.Count);
    }

    // What somebody read is as much theirs as what they administered, also where they are named by an address.
    [Theory]
    [InlineData("agent=ada@hospital.example", 2)]
    [InlineData("agent=urn:phi-gateway:administrator|ada@hospital.example", 1)]
    [InlineData("agent=urn:phi-gateway:issuer:hospital-idp|ada@hospital.example", 1)]
    [InlineData("agent=urn:phi-gateway:client|acme", 8)]
    [InlineData("agent=ada@hospital.example&_count=2", 2)]
    public async Task Search_ByAPersonsAddress_FindsWhatTheyReadAndWhatTheyChanged(string query, int expected)
    {
        await using var server = await StartAsync();
        var read = Released("read", AuditKind.Disclosure);
        read.Subject = "ada@hospital.example";
        var change = TestRecords.Of(AuditKind.Admin);
        (change.Actor, change.Target, change.After) = ("ada@hospital.example", "client/x", "{}");
        StoredTrail.Add(server, read, change);

        // Newer ones of others: more than a page of the store's.
        StoredTrail.Add(server, [.. Enumerable.Range(0, 7).Select(static _ => Released("read", AuditKind.Disclosure))]);
        var answer = await server.GetAsync($"{Path}?{query}", "conny");

        Assert.True(answer.Status == 200, answer.Text);
        Assert.Equal(expected, FhirValidator.Parse<Bundle>(answer.Text).Entry.Count);
    }

    [Fact]
    public async Task Search_PagesOfARecordWithManyPatients_CutNothingAndShowNothingTwice()
    {
        await using var server = await StartAsync();
        var many = Released("search-type", AuditKind.Disclosure);
        many.Patients = [.. Enumerable.Range(0, 25).Select(static number => $"p-{number}")];
        StoredTrail.Add(server, Released("read", AuditKind.Disclosure), many, Of(Released("read", AuditKind.Disclosure), "p-9"));
        var seen = new List<string>();
        var path = Path + "?_count=10";
        while (path is not null)
        {
            var page = FhirValidator.Parse<Bundle>((await server.GetAsync(path, "conny")).Text);
            Assert.InRange(page.Entry.Count, 0, 10);
            seen.AddRange(page.Entry.Select(static entry => entry.Resource!.Id!));
            path = page.NextLink?.PathAndQuery;
        }

        Assert.Equal(27, seen.Count);
        Assert.Equal(27, seen.Distinct().Count());
    }

    [Theory]
    [InlineData("colour=red")]
    [InlineData("outcome=9")]
    [InlineData("date=yesterday")]
    [InlineData("_count=0")]
    [InlineData("_count=many")]
    [InlineData("_summary=true")]
    [InlineData("_id=1")]
    [InlineData("type=rest&type=rest")]
    [InlineData("date=gt2026-05-02&date=lt2026-05-01")]
    [InlineData("entity=Observation/o-1")]
    [InlineData("entity:identifier=Observation/o-1")]
    [InlineData("patient:identifier=p-1")]
    [InlineData("outcome=8,9")]
    [InlineData("type=rest,")]
    [InlineData("agent=acme,other")]
    [InlineData("site=north,south")]
    [InlineData("_page=x")]
    public async Task Search_ParameterThatCannotBeRead_Is400AsAnOperationOutcome(string query)
    {
        await using var server = await StartAsync();
        var answer = await server.GetAsync($"{Path}?{query}", "conny");

        Assert.Equal(400, answer.Status);
        Assert.Empty(FhirValidator.Faults(FhirValidator.Parse<OperationOutcome>(answer.Text)));
    }

    [Fact]
    public async Task Read_EventOfARecordWithTwoPatients_IsOneOfThem_AndAnotherIsNotThere()
    {
        await using var server = await StartAsync();
        var many = Released("search-type", AuditKind.Disclosure);
        many.Patients = ["p-1", "p-2"];
        StoredTrail.Add(server, many);
        var second = await server.GetAsync($"{Path}/{many.Id:D}.2", "conny");

        Assert.Equal("Patient/p-2", FhirValidator.Parse<AuditEvent>(second.Text).Entity[0].What!.Reference);
        Assert.Equal(404, (await server.GetAsync($"{Path}/{many.Id:D}.3", "conny")).Status);
        Assert.Equal(404, (await server.GetAsync($"{Path}/{many.Id:D}", "conny")).Status);
        Assert.Equal(404, (await server.GetAsync($"{Path}/nonsense", "conny")).Status);
        Assert.Empty(
            FhirValidator.Faults(FhirValidator.Parse<CapabilityStatement>((await server.GetAsync("/fhir/metadata", "conny")).Text))
        );
    }

    [Fact]
    public async Task Read_EventOfABatchOfVeryManyParts_IsThere()
    {
        await using var server = await StartAsync();
        var whole = Released("read", AuditKind.Disclosure);
        StoredTrail.Add(server, whole);
        var at = TestRecords.Noon.AddMinutes(1);
        for (var part = 1L; part <= 600; part++)
        {
            var record = Released("read", AuditKind.Disclosure);
            (record.ParentId, record.Time) = (whole.Id, at);
            server.Trail.Entries.Add(StoredTrail.EntryOf(record, part));
        }

        Assert.Equal(200, (await server.GetAsync($"{Path}/{whole.Id:D}", "conny")).Status);
        Assert.Equal(404, (await server.GetAsync($"{Path}/{Guid.NewGuid():D}", "conny")).Status);
    }

    [Theory]
    [InlineData("august")]
    [InlineData("adam")]
    [InlineData("vera")]
    [InlineData("olga")]
    public async Task AuditEvents_OtherRoles_Are403(string person)
    {
        await using var server = await StartAsync();
        Assert.Equal(403, (await server.GetAsync(Path, person)).Status);
        Assert.Equal(403, (await server.GetAsync("/fhir/metadata", person)).Status);
        Assert.Equal(403, (await server.GetAsync("/admin/v1/clients", "conny")).Status);
    }

    [Fact]
    public async Task AuditEvents_JournalDown_TellsNothing()
    {
        await using var server = await StartAsync();
        server.Journal.Room = 0;

        Assert.Equal(503, (await server.GetAsync(Path, "conny")).Status);
        Assert.Null(server.Trail.LastQuery);
    }

    private static void AssertKeepsTo(AuditEvent one, string pattern, string? patient)
    {
        Assert.Empty(FhirValidator.Faults(one));
        var (action, client, server, role) = Patterns[pattern];
        var name = patient is null ? pattern : "Patient" + pattern;
        Assert.Equal(["https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit." + name], one.Meta!.Profile);
        Assert.Equal("rest", one.Type.Code);
        Assert.Equal("http://hl7.org/fhir/restful-interaction", Assert.Single(one.Subtype).System);
        Assert.Equal(action, one.Action);
        Assert.Equal(AuditEvent.AuditEventOutcome.N0, one.Outcome);
        foreach (var code in new[] { client, server })
        {
            var agent = Assert.Single(one.Agent, agent => agent.Type!.Coding[0].Code == code);
            Assert.NotNull(agent.Who);
            Assert.NotNull(agent.Network);
            Assert.Null(agent.Media);
        }

        // The person has no network of its own, and is the one who asked.
        var person = Assert.Single(one.Agent, static agent => agent.Type!.Coding[0].Code is "IRCP" or "AUT");
        Assert.Equal(pattern is "Create" or "Update" or "Delete" ? "AUT" : "IRCP", person.Type!.Coding[0].Code);
        Assert.Null(person.Network);
        Assert.True(person.Requestor);

        // What the pattern is about stands once, and nothing else has its type.
        var data = Assert.Single(one.Entity, static entity => entity.Type!.Code == "2");
        Assert.Equal(role, data.Role!.Code);
        Assert.Equal(pattern == "Query", data.Query is not null);
        Assert.Equal(pattern == "Query", data.What is null);
        Assert.Empty(data.Detail);
        var persons = one.Entity.Where(static entity => entity.Type!.Code == "1").ToList();
        string[] expected = patient is null ? [] : ["Patient/" + patient];
        Assert.Equal(expected, persons.Select(static entity => entity.What!.Reference));
        Assert.All(persons, static entity => Assert.Equal("1", entity.Role!.Code));
    }

    private static async Task<Bundle> PostAsync(AdminServer server, string form)
    {
        var answer = await server.SendAsync(
            "conny",
            "POST",
            Path + "/_search",
            form,
            ("Content-Type", "application/x-www-form-urlencoded")
        );
        Assert.True(answer.Status == 200, answer.Text);
        return FhirValidator.Parse<Bundle>(answer.Text);
    }

    private static IReadOnlyList<AuditEvent> EventsOf(AuditRecord record)
    {
        var entry = StoredTrail.EntryOf(record, 7);
        return
        [
            .. EventFactory
                .Make(entry, AuditRecordReader.Read(entry.Body.Span))
                .Select(static one => FhirValidator.Parse<AuditEvent>(Encoding.UTF8.GetString(FhirAnswer.Of(one).Body.Span))),
        ];
    }

    private static AuditRecord Of(AuditRecord record, string patient)
    {
        record.Patients = [patient];
        return record;
    }

    private static AuditRecord Released(string interaction, AuditKind kind)
    {
        var record = TestRecords.Disclosure();
        (record.Kind, record.Event, record.Interaction) = (kind, interaction, interaction);
        (record.RawTarget, record.Purpose) = ("/fhir/Observation?patient=p-1", "TREAT");
        (record.Issuer, record.IssuerClientId, record.Subject, record.TokenId) = ("hospital-idp", "acme", "dr-4711", "jti-1");
        record.Labels = ["http://terminology.hl7.org/CodeSystem/v3-Confidentiality|R"];
        record.Outcome = kind == AuditKind.Outcome ? "applied" : null;
        record.ParentId = kind is AuditKind.Outcome or AuditKind.Delivery ? Guid.NewGuid() : Guid.Empty;
        return record;
    }

    private static async Task<AdminServer> StartAsync()
    {
        var server = await AdminServer.StartAsync();
        await server.AddKeyAsync("conny", "audit-consumer");
        await Sample.WriteAsync(server);
        return server;
    }
}
