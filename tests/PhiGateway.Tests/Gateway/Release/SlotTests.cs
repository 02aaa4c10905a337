using System.Text.Json.Nodes;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>
/// A Slot belongs to whom its Schedule belongs to. One of a Schedule that is nobody's is found by a booking vendor, and in none of its places
/// for free text anything leaves; one of a patient's is that patient's.
/// </summary>
public sealed class SlotTests : IDisposable
{
    private const string Search = "/Slot?schedule=Schedule/1&status=free";
    private const string Words = "Muster, Eva";
    private const string Link = "http://fhir-registry.smarthealthit.org/StructureDefinition/booking-deep-link";
    private const string OfStaff = """[{"reference":"Practitioner/1"},{"reference":"Location/1"}]""";

    private readonly StageWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_SearchBySchedule_AVendorFindsThem(bool isOfNone)
    {
        Publish(OrganizationKind.Vendor, isOfNone ? new PatientScope { None = true } : new PatientScope { Any = true });
        Store(OfStaff, Slot("1"), Slot("2"));

        var found = await _world.AskAsync("/fhir" + Search);

        Assert.Equal(["1", "2"], found["entry"]!.AsArray().Select(static entry => (string)entry!["resource"]!["id"]!));
        var slot = found["entry"]![0]!["resource"]!;
        Assert.Equal(("free", "Schedule/1"), ((string?)slot["status"], (string?)slot["schedule"]!["reference"]));
        Assert.NotNull(slot["start"] ?? slot["end"] ?? slot["serviceType"]);
        Assert.Equal(Link, (string?)Assert.Single(slot["extension"]!.AsArray())!["url"]);
        Assert.Equal(1, _world.Upstream.Lines.Count(static line => line.StartsWith("GET /Schedule", StringComparison.Ordinal)));
    }

    // Whatever a hospital wrote where there is room for words changes no byte of what a vendor is given.
    [Theory]
    [InlineData("""comment":"x""", """comment":"Muster, Eva""")]
    [InlineData("<div>x", "<div>Muster, Eva")]
    [InlineData("""valueString":"x""", """valueString":"Muster, Eva""")]
    [InlineData("""valueCode":"inner""", """valueCode":"Muster, Eva""")]
    [InlineData("""valueCode":"beside""", """valueCode":"Muster, Eva""")]
    [InlineData("""name":"x""", """name":"Muster, Eva""")]
    [InlineData("""valueUri":"meta""", """valueUri":"Muster, Eva""")]
    public async Task Run_WhatStandsInFreeText_ChangesNothing(string before, string after)
    {
        Publish(OrganizationKind.Vendor, new PatientScope { None = true });
        var answers = new HashSet<string>();
        foreach (var slot in (string[])[Slot("1"), Slot("1").Replace(before, after, StringComparison.Ordinal)])
        {
            Store(OfStaff, slot);
            answers.Add((await _world.AskAsync("/fhir" + Search)).ToJsonString());
            answers.Add(new JsonObject { ["one"] = await _world.AskAsync("/fhir/Slot/1") }.ToJsonString());
        }

        Assert.NotEqual(Slot("1"), Slot("1").Replace(before, after, StringComparison.Ordinal));
        Assert.Equal(2, answers.Count);
        Assert.All(answers, static answer => Assert.DoesNotContain(Words, answer, StringComparison.Ordinal));
    }

    // Of an extension by which one books leaves the value, and nothing that hangs on it; another sort of value is none of its own.
    [Theory]
    [InlineData("""valueString":"+49 30 1234""" + "\"", true)]
    [InlineData("""valueInteger":3""", true)]
    [InlineData("""valueUrl":"https://book.example/1","_valueUrl":{"extension":[{"url":"w","valueString":"Muster, Eva"}]}""", true)]
    [InlineData("""valueCoding":{"code":"207","extension":[{"url":"w","valueString":"Muster, Eva"}]}""", true)]
    [InlineData("""valueHumanName":{"text":"Muster, Eva"}""", false)]
    [InlineData("""valueAnnotation":{"text":"Muster, Eva"}""", false)]
    [InlineData("""extension":[{"url":"w","valueString":"Muster, Eva"}]""", false)]
    [InlineData("""_valueUrl":{"extension":[{"url":"w","valueString":"Muster, Eva"}]}""", false)]
    public async Task Run_AnExtensionByWhichOneBooks_LeavesWithItsValueAlone(string value, bool leaves)
    {
        Publish(OrganizationKind.Vendor, new PatientScope { None = true });
        var slot = Slot("1").Replace("""valueUrl":"https://book.example/1""" + "\"", value, StringComparison.Ordinal);
        Assert.NotEqual(Slot("1"), slot);
        Store(OfStaff, slot);

        var answer = await _world.AskAsync("/fhir/Slot/1");

        var extensions = answer["extension"]?.AsArray() ?? [];
        string[] expected = leaves ? [Link] : [];
        Assert.Equal(expected, extensions.Select(static extension => (string)extension!["url"]!));
        Assert.All(extensions, static extension => Assert.Equal(2, extension!.AsObject().Count));
        Assert.DoesNotContain(Words, answer.ToJsonString(), StringComparison.Ordinal);
    }

    // Of what held nothing but an extension nothing is left, for FHIR's JSON has no empty objects.
    [Theory]
    [InlineData("""[{"coding":[{"code":"124"}],""", "[{", 0)]
    [InlineData("""[{"coding":[""", """[{"extension":[{"url":"z","valueCode":"x"}]},{"coding":[""", 1)]
    [InlineData("""[{"coding":[""", """[{"text":"x"},{"coding":[""", 2)]
    public async Task Run_WhatHeldOnlyAnExtension_LeavesNoEmptyObject(string before, string after, int left)
    {
        Publish(OrganizationKind.Vendor, new PatientScope { None = true });
        var slot = Slot("1").Replace(before, after, StringComparison.Ordinal);
        Assert.NotEqual(Slot("1"), slot);
        Store(OfStaff, slot);

        var answer = await _world.AskAsync("/fhir/Slot/1");

        Assert.Equal(left, answer["serviceType"]?.AsArray().Count ?? 0);
        Assert.DoesNotContain("{}", answer.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("[]", answer.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_AGrantThatNamesTheElement_IsTakenAtItsWord()
    {
        Publish(OrganizationKind.Vendor, new PatientScope { None = true }, "status", "comment");
        Store(OfStaff, Slot("1"));

        Assert.Equal("x", (string?)(await _world.AskAsync("/fhir/Slot/1"))["comment"]);
    }

    [Theory]
    [InlineData("""[{"reference":"Practitioner/1"},{"reference":"Patient/18"}]""")]
    [InlineData("""[{"reference":"RelatedPerson/1"}]""")]
    [InlineData("""[{"identifier":{"value":"li"}}]""")]
    [InlineData("""[{"reference":"Patient?identifier=1"}]""")]
    [InlineData("""[]""")]
    public async Task Run_OfAScheduleThatIsSomebodys_AVendorFindsNone(string actors)
    {
        Publish(OrganizationKind.Vendor, new PatientScope { None = true });
        Store(actors, Slot("1"));

        Assert.Empty((await _world.AskAsync("/fhir" + Search))["entry"]?.AsArray() ?? []);
        Assert.Equal(0, (int?)(await _world.AskAsync("/fhir" + Search + "&_summary=count"))["total"]);
        Assert.Equal(DenyReason.NotFoundOrWithheld, await RefusalAsync("GET", "/fhir/Slot/1"));
    }

    [Theory]
    [InlineData("""reference":"Schedule/1""", """reference":"#s""")]
    [InlineData("""reference":"Schedule/1""", """reference":"Schedule/9""")]
    [InlineData("""reference":"Schedule/1""", """reference":"https://elsewhere.example/Schedule/1""")]
    [InlineData("""reference":"Schedule/1""", """reference":"Practitioner/1""")]
    [InlineData("""reference":"Schedule/1""", """display":"Schedule/1""")]
    [InlineData("""resourceType":"HealthcareService""", """resourceType":"Patient","id":"p""")]
    [InlineData("""valueString":"x""", """valueReference":{"reference":"Patient/18"},"id":"x""")]
    public async Task Run_ThatSaysOtherwiseWhoseItIs_AVendorDoesNotFind(string before, string after)
    {
        Publish(OrganizationKind.Vendor, new PatientScope { None = true });
        Store(OfStaff, Slot("1").Replace(before, after, StringComparison.Ordinal), Slot("2"));

        var only = Assert.Single((await _world.AskAsync("/fhir" + Search))["entry"]!.AsArray());

        Assert.Equal("2", (string?)only!["resource"]!["id"]);
    }

    [Theory]
    [InlineData("17", true)]
    [InlineData("18", false)]
    public async Task Run_OfAPatientsSchedule_LeavesToWhoMaySeeThePatient(string patient, bool isShown)
    {
        Publish(OrganizationKind.Vendor, new PatientScope { Roster = "orders" });
        Store($$"""[{"reference":"Patient/{{patient}}"}]""", Slot("1"));

        Assert.Equal(isShown ? null : DenyReason.NotFoundOrWithheld, await RefusalAsync("GET", "/fhir/Slot/1"));
    }

    // What a Schedule is labelled with holds of its Slots.
    [Theory]
    [InlineData("R", false)]
    [InlineData("N", true)]
    public async Task Run_OfALabelledSchedule_IsJudgedByItsLabels(string code, bool isShown)
    {
        Publish(OrganizationKind.Vendor, new PatientScope { None = true }, ceiling: "N");
        Store(OfStaff + $$""","meta":{"security":[{"system":"{{Confidentialities}}","code":"{{code}}"}]}""", Slot("1"));

        Assert.Equal(isShown ? 1 : 0, (await _world.AskAsync("/fhir" + Search))["entry"]?.AsArray().Count ?? 0);
    }

    [Fact]
    public async Task Run_CountAndVersion_AreOfWhatIsFound()
    {
        Publish(OrganizationKind.Vendor, new PatientScope { None = true });
        Store(OfStaff, Slot("1"), Slot("2"));
        _world.Upstream.Answers("GET /Slot/1/_history/3", Slot("1"));

        Assert.Equal(2, (int?)(await _world.AskAsync("/fhir" + Search + "&_summary=count"))["total"]);
        Assert.Equal("1", (string?)(await _world.AskAsync("/fhir/Slot/1/_history/3"))["id"]);
    }

    // A vendor who may read Slots names one when it books.
    [Theory]
    [InlineData(OfStaff, true)]
    [InlineData("""[{"reference":"Patient/18"}]""", false)]
    public async Task Run_AnAppointmentInASlot_IsBooked(string actors, bool isBooked)
    {
        var book = StageWorld.Whole() with { Types = ["Appointment"], Interactions = ["create"] };
        Publish(OrganizationKind.Vendor, new PatientScope { None = true }, [book]);
        Store(actors, Slot("1"));
        _world.Upstream.Answers("POST /Appointment", string.Empty, 201);
        const string body = """
            {"resourceType":"Appointment","status":"booked","slot":[{"reference":"Slot/1"}],
            "participant":[{"actor":{"reference":"Patient/17"},"status":"accepted"}]}
            """;

        Assert.Equal(isBooked ? null : DenyReason.PatientUndetermined, await RefusalAsync("POST", "/fhir/Appointment", body));
    }

    // The hospital's own see a Slot as it is; nothing has to be looked up for them.
    [Fact]
    public async Task Run_ByTheHospitalsOwn_LeavesWholeWithoutALook()
    {
        Publish(OrganizationKind.Internal, new PatientScope { Any = true });
        Store("""[{"reference":"Patient/18"}]""", Slot("1"));

        Assert.Equal("x", (string?)(await _world.AskAsync("/fhir" + Search))["entry"]![0]!["resource"]!["comment"]);
        Assert.DoesNotContain(_world.Upstream.Lines, static line => line.StartsWith("GET /Schedule", StringComparison.Ordinal));
    }

    // Not an empty list: whether there are free slots nobody knows now.
    [Fact]
    public async Task Run_WhereTheScheduleCannotBeAskedFor_ItIsSaid()
    {
        Publish(OrganizationKind.Vendor, new PatientScope { None = true });
        Store(OfStaff, Slot("1"));
        _world.Upstream.Fails("GET /Schedule/1", DenyReason.UpstreamTimeout);

        Assert.Equal(DenyReason.UpstreamTimeout, await RefusalAsync("GET", "/fhir" + Search));
    }

    // What was written is told of, or it would be written again.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_AfterAWrite_IsAnsweredWhetherTheScheduleCanBeAskedForOrNot(bool isAway)
    {
        var write = StageWorld.Whole() with
        {
            Types = ["Slot"],
            Interactions = ["create"],
            Patients = new PatientScope { Any = true },
        };
        Publish(OrganizationKind.Internal, new PatientScope { Any = true }, [write]);
        Store(OfStaff, Slot("1"));
        _world.Upstream.Answers(
            "POST ",
            $$"""
            {"resourceType":"Bundle","type":"transaction-response",
            "entry":[{"resource":{{Slot("1")}},"response":{"status":"201 Created"} }]}
            """
        );
        _world.Upstream.OnCall = call =>
        {
            if (isAway && call.Method == "POST")
            {
                _world.Upstream.Fails("GET /Schedule/1", DenyReason.UpstreamTimeout);
            }
        };
        using var exchange = _world.Open(
            "POST",
            "/fhir",
            """
            {"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"POST","url":"Slot"},
            "resource":{"resourceType":"Slot","schedule":{"reference":"Schedule/1"},"status":"busy","start":"2026-05-04T08:00:00Z",
            "end":"2026-05-04T08:15:00Z"}}]}
            """
        );
        var result = await _world.WalkAsync(exchange, "Release");

        Assert.True(result.Continues, $"{result.Refusal?.Code} {result.Detail}");
        Assert.Contains("\"201", StageWorld.Written(exchange), StringComparison.Ordinal);
        Assert.Contains("GET /Schedule/1", _world.Upstream.Lines.SkipWhile(static line => line != "POST "));
    }

    [Theory]
    [InlineData("north", true)]
    [InlineData("south", false)]
    public async Task Run_InATransactionOnASharedServer_AnotherTenantsScheduleSaysNothing(string tenant, bool isShown)
    {
        const string tags = "https://tenants.example";
        var tag = new TokenValue(tags, "north");
        _world.Route = _world.Route! with { TenantTag = tag, Language = _world.Route.Language with { TenantTag = tag } };
        Publish(OrganizationKind.Vendor, new PatientScope { None = true });
        const string version = "\"versionId\":\"3\"";
        var tagged = $$"""{{version}},"tag":[{"system":"{{tags}}","code":"north"}]""";
        var slot = Slot("1").Replace(version, tagged, StringComparison.Ordinal);
        Store(OfStaff + $$""","meta":{"tag":[{"system":"{{tags}}","code":"{{tenant}}"}]}""", slot);
        _world.Upstream.Answers(
            "POST ",
            $$"""{"resourceType":"Bundle","type":"transaction-response","entry":[{"resource":{{slot}},"response":{"status":"200 OK"} }]}"""
        );
        using var exchange = _world.Open(
            "POST",
            "/fhir",
            """{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"GET","url":"Slot/1"}}]}"""
        );
        var result = await _world.WalkAsync(exchange, "Release");

        Assert.True(result.Continues, $"{result.Refusal?.Code} {result.Detail}");
        Assert.Equal(isShown, StageWorld.Written(exchange).Contains("Schedule/1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_SearchInATransaction_AVendorFindsThem()
    {
        Publish(OrganizationKind.Vendor, new PatientScope { None = true });
        Store(OfStaff, Slot("1"));
        var found = $$"""{"resourceType":"Bundle","type":"searchset","entry":[{"resource":{{Slot("1")}} }]}""";
        _world.Upstream.Answers(
            "POST ",
            $$"""{"resourceType":"Bundle","type":"transaction-response","entry":[{"resource":{{found}},"response":{"status":"200 OK"} }]}"""
        );
        using var exchange = _world.Open(
            "POST",
            "/fhir",
            """{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"GET","url":"Slot?status=free"}}]}"""
        );
        var result = await _world.WalkAsync(exchange, "Release");

        Assert.True(result.Continues, $"{result.Refusal?.Code} {result.Detail}");
        Assert.Contains("Schedule/1", StageWorld.Written(exchange), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ASchedule_LeavesToVendorsWithoutItsWords()
    {
        Publish(OrganizationKind.Vendor, new PatientScope { None = true });
        _world.Upstream.Answers(
            "GET /Schedule/1",
            $$"""{"resourceType":"Schedule","id":"1","actor":{{OfStaff}},"comment":"{{Words}}","extension":[{"url":"x","valueString":"{{Words}}"}]}"""
        );

        var schedule = await _world.AskAsync("/fhir/Schedule/1");

        Assert.Equal(2, schedule["actor"]!.AsArray().Count);
        Assert.DoesNotContain(Words, schedule.ToJsonString(), StringComparison.Ordinal);
    }

    private const string Confidentialities = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";

    private static string Slot(string id) =>
        $$"""
            {"resourceType":"Slot","id":"{{id}}","meta":{"versionId":"3","extension":[{"url":"y","valueUri":"meta"}]},
            "text":{"status":"generated","div":"<div>x</div>"},
            "contained":[{"resourceType":"HealthcareService","name":"x"}],
            "extension":[{"url":"{{Link}}","valueUrl":"https://book.example/{{id}}"},{"url":"http://hospital.example/who","valueString":"x"}],
            "serviceType":[{"coding":[{"code":"124"}],"extension":[{"url":"z","valueCode":"inner"}]}],
            "schedule":{"reference":"Schedule/1"},"status":"free","start":"2026-05-04T08:00:00Z","end":"2026-05-04T08:15:00Z",
            "_start":{"extension":[{"url":"z","valueCode":"beside"}]},"comment":"x"}
            """;

    private void Store(string actors, params string[] slots)
    {
        var entries = string.Join(',', slots.Select(static slot => $$"""{"resource":{{slot}},"search":{"mode":"match"} }"""));
        var self = $$"""[{"relation":"self","url":"http://fhir.example/r4{{Search}}"}]""";
        var bundle = $$"""{"resourceType":"Bundle","type":"searchset","link":{{self}},"entry":[{{entries}}]}""";
        _world
            .Upstream.Answers("GET " + Search, bundle)
            .Answers("GET /Schedule/1", $$"""{"resourceType":"Schedule","id":"1","actor":{{actors}} }""")
            .Answers("GET /Slot/1", slots[0]);
        var schedule = $$"""{"resourceType":"Schedule","id":"1","actor":{{actors}} }""";
        _world.Upstream.Answers(
            "GET /Schedule?_id=9,1&_count=20",
            $$"""{"resourceType":"Bundle","type":"searchset","entry":[{"resource":{{schedule}} }]}"""
        );
        _world.Upstream.Otherwise = () => RecordingUpstream.Reply(404, "{}", "application/fhir+json");
        foreach (var count in (string[])["&_count=200", "&_count=100", "&_summary=count"])
        {
            _world.Upstream.Answers("GET " + Search + count, bundle);
        }
    }

    private void Publish(OrganizationKind kind, PatientScope patients, params string[] elements) => Publish(kind, patients, [], elements);

    private void Publish(OrganizationKind kind, PatientScope patients, string ceiling) => Publish(kind, patients, [], [], ceiling);

    private void Publish(OrganizationKind kind, PatientScope patients, Grant[] besides, string[]? elements = null, string ceiling = "V")
    {
        var grant = StageWorld.Whole() with
        {
            Types = ["Slot", "Schedule"],
            Interactions = ["read", "search", "vread"],
            Patients = patients,
            Elements = elements ?? [],
            Confidentiality = ceiling,
        };
        var organization = TestRegistry.Organization() with { Kind = kind };
        var useCase = TestRegistry.UseCase(grants: [grant, .. besides]);
        var snapshot = TestRegistry.Build(TestRegistry.Open(useCase, organization: organization));
        _world.Publish(snapshot);
    }

    private async Task<DenyReason?> RefusalAsync(string method, string target, string? body = null)
    {
        using var exchange = _world.Open(method, target, body);
        return (await _world.WalkAsync(exchange, "Release")).Refusal;
    }
}
