using System.Text.Json.Nodes;
using PhiGateway.Audit.Records;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Fhir.Grammar;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>
/// An operation that an operator declared is one that a grant may name: every resource of its answer is judged, its values are as declared,
/// and what it changes is decided over. What is not declared stays refused.
/// </summary>
public sealed class DeclaredOperationTests : IDisposable
{
    private readonly StageWorld _world = new(null, null, Permitted());

    public DeclaredOperationTests() => Declare();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Run_NotDeclared_IsNotSupported()
    {
        Declare(false);

        Assert.Equal(DenyReason.OperationNotSupported, (await AskAsync("GET", "/fhir/DocumentReference/$docref?patient=17")).Refusal);
    }

    [Theory]
    [InlineData("GET", "/fhir/DocumentReference/d1/$docref?patient=17", "operation-not-supported")]
    [InlineData("GET", "/fhir/$docref?patient=17", "operation-not-supported")]
    [InlineData("GET", "/fhir/DocumentReference/$docref?patient=17&on-demand=true", "unknown-parameter")]
    [InlineData("GET", "/fhir/DocumentReference/$docref?patient=18", "outside-roster")]
    [InlineData("GET", "/fhir/Patient/18/$summary", "patient-not-found")]
    [InlineData("GET", "/fhir/Observation/1/$cancel", "method-not-allowed")]
    [InlineData("GET", "/fhir/Patient/$member-match", "method-not-allowed")]
    public async Task Run_OtherwiseThanDeclared_IsRefused(string method, string target, string reason) =>
        Assert.Equal(reason, (await AskAsync(method, target)).Refusal?.Code);

    [Fact]
    public async Task Run_DeclaredButInNoGrant_IsNotPermitted()
    {
        Permit(Permitted() with { Operations = ["$summary"] });

        Assert.Equal(DenyReason.OperationNotPermitted, (await AskAsync("GET", "/fhir/DocumentReference/$docref?patient=17")).Refusal);
    }

    [Fact]
    public async Task Run_Declared_LetsOutWhatIsDeclaredOfTheClientsPatients()
    {
        _world.Upstream.Answers(
            "GET /DocumentReference/$docref?patient=17&start=2020-01-01",
            Bundle("searchset", Document("d1", "17"), Document("d2", "18"), StageWorld.Observation())
        );

        var answer = await AskAsync("GET", "/fhir/DocumentReference/$docref?patient=17&start=2020-01-01");

        Assert.Null(answer.Refusal);
        Assert.Contains("\"d1\"", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("\"d2\"", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("Observation", answer.Body, StringComparison.Ordinal);
        Assert.Equal(["DocumentReference/d1"], Assert.Single(_world.Journal.Records).Resources);
    }

    // Of an operation, too, neither the number nor the place of what stays shows in its pages, and nothing that leaves is lost.
    [Fact]
    public async Task Run_DeclaredWithSeveralPages_ArePutTogether()
    {
        const string Next = "\"type\":\"searchset\",\"link\":[{\"relation\":\"next\",\"url\":\"http://fhir.example/r4/pages/2\"}]";
        var first = Bundle("searchset", Document("d1", "18"), Document("d2", "17"));
        _world
            .Upstream.Answers(
                "GET /DocumentReference/$docref?patient=17",
                first.Replace("\"type\":\"searchset\"", Next, StringComparison.Ordinal)
            )
            .Answers("GET /pages/2", Bundle("searchset", Document("d3", "17"), Document("d4", "18"), Document("d5", "17")));

        var one = JsonNode.Parse((await AskAsync("GET", "/fhir/DocumentReference/$docref?patient=17")).Body)!;
        var next = one["link"]!.AsArray().Single(static link => (string?)link!["relation"] == "next")!;
        var two = JsonNode.Parse((await AskAsync("GET", new Uri((string)next["url"]!).PathAndQuery)).Body)!;

        Assert.Equal(["d2", "d3"], Ids(one));
        Assert.Equal(["d5"], Ids(two));
        Assert.DoesNotContain(
            two["link"]?.AsArray() ?? [],
            static link => (string?)link!["relation"] == "next" || ((string)link["url"]!).Contains("fhir.example", StringComparison.Ordinal)
        );
    }

    private static List<string> Ids(JsonNode page) =>
        [.. page["entry"]!.AsArray().Select(static entry => (string)entry!["resource"]!["id"]!)];

    [Theory]
    [InlineData("17", null)]
    [InlineData("18", "not-found-or-withheld")]
    public async Task Run_DeclaredDocument_LeavesWholeOrNotAtAll(string patient, string? refusal)
    {
        _world.Upstream.Answers("GET /Patient/17/$summary", Bundle("document", Document("d1", "17"), Document("d2", patient)));

        Assert.Equal(refusal, (await AskAsync("GET", "/fhir/Patient/17/$summary")).Refusal?.Code);
    }

    [Theory]
    [InlineData("""{"name":"MemberId","valueReference":{"reference":"Patient/17"}}""", null)]
    [InlineData("""{"name":"MemberId","valueReference":{"reference":"Patient/18"}}""", "not-found-or-withheld")]
    [InlineData("""{"name":"MemberIdentifier","valueIdentifier":{"value":"x"}}""", "not-found-or-withheld")]
    [InlineData(
        """{"name":"MemberId","valueReference":{"reference":"Patient/17"}},{"name":"x","part":[{"name":"y","valueReference":{"reference":"Patient/18"}}]}""",
        "not-found-or-withheld"
    )]
    public async Task Run_ValuesOfPatients_LeaveUnderThePatientsThatTheyName(string values, string? refusal)
    {
        _world.Upstream.Answers("POST /Patient/$member-match", $$"""{"resourceType":"Parameters","parameter":[{{values}}]}""");

        var answer = await AskAsync(
            "POST",
            "/fhir/Patient/$member-match",
            """
            {"resourceType":"Parameters","parameter":[
              {"name":"MemberPatient","resource":{"resourceType":"Patient","name":[{"family":"Muster"}]}},
              {"name":"CoverageToMatch","resource":{"resourceType":"Coverage","status":"active"}}]}
            """
        );

        Assert.Equal(refusal, answer.Refusal?.Code);
        Assert.Equal(refusal is null, answer.Body.Contains("Patient/17", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("17", true, null)]
    [InlineData("17", false, "relabel-not-permitted")]
    [InlineData("18", true, "patient-not-found")]
    [InlineData(null, true, "patient-not-found")]
    public async Task Run_DeclaredAsAWrite_IsDecidedOverTheRecordThatItChanges(string? patient, bool mayRelabel, string? refusal)
    {
        Permit(Permitted() with { MayRelabel = mayRelabel });
        if (patient is not null)
        {
            _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation(patient: patient));
        }

        _world.Upstream.Answers("POST /Observation/1/$cancel", StageWorld.Observation(version: "4"));

        var answer = await AskAsync("POST", "/fhir/Observation/1/$cancel", """{"resourceType":"Parameters"}""");

        Assert.Equal(refusal, answer.Refusal?.Code);
        Assert.Equal(refusal is null, _world.Upstream.Lines.Contains("POST /Observation/1/$cancel"));
        AuditKind[] recorded = refusal is null ? [AuditKind.Intent, AuditKind.Outcome] : [];
        Assert.Equal(recorded, _world.Journal.Records.Select(static record => record.Kind));
    }

    // What it changes nobody knows: it could carry what is hidden to where it is seen.
    [Theory]
    [InlineData("status,subject", "hidden-element")]
    [InlineData("", null)]
    public async Task Run_DeclaredAsAWriteOfARecordSeenInPart_IsForThoseWhoSeeAllOfIt(string elements, string? refusal)
    {
        var change = Permitted() with { Interactions = ["update", "patch"], MayRelabel = true };
        var read = Permitted() with
        {
            Types = ["Observation"],
            Interactions = ["read"],
            Operations = [],
            Elements = elements.Split(',', StringSplitOptions.RemoveEmptyEntries),
        };
        Permit(change, read);
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        _world.Upstream.Answers("POST /Observation/1/$cancel", StageWorld.Observation(version: "4"));

        Assert.Equal(refusal, (await AskAsync("POST", "/fhir/Observation/1/$cancel", """{"resourceType":"Parameters"}""")).Refusal?.Code);
    }

    [Fact]
    public async Task Run_WriteInATransaction_IsNotSupported()
    {
        var answer = await AskAsync(
            "POST",
            "/fhir",
            """
            {"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"POST","url":"Observation/1/$cancel"},
            "resource":{"resourceType":"Parameters"}}]}
            """
        );

        Assert.NotNull(answer.Refusal);
        Assert.Empty(_world.Upstream.Calls);
    }

    // Of a foreign patient as a part, and in a parameter that takes none, where it would stand for what the operation changes.
    [Theory]
    [InlineData("""{"name":"one","resource":OWN}""", true)]
    [InlineData("""{"name":"one","resource":OWN},{"name":"more","part":[{"name":"r","resource":OWN}]}""", true)]
    [InlineData("""{"name":"one","resource":OWN},{"name":"more","part":[{"name":"r","resource":FOREIGN}]}""", false)]
    [InlineData("""{"name":"one","resource":OWN},{"name":"more","part":[{"name":"p","part":[{"name":"r","resource":FOREIGN}]}]}""", false)]
    [InlineData("""{"name":"target","valueReference":{"reference":"Observation/9"}}""", false)]
    [InlineData("""{"name":"target","valueReference":{"reference":"Observation/9"}},{"name":"note","resource":OWN}""", false)]
    [InlineData("""{"name":"target","valueReference":{"reference":"Observation/9"}},{"name":"one","resource":OWN}""", false)]
    [InlineData("""{"name":"one","resource":OWN},{"name":"target","valueReference":{"identifier":{"value":"9"}}}""", false)]
    [InlineData("""{"name":"one","resource":OWN},{"name":"target","valueString":"9"}""", false)]
    [InlineData("""{"name":"one","resource":OWN},{"name":"note","valueString":"Observation/9"}""", false)]
    [InlineData("""{"name":"one","resource":OWN},{"name":"note","valueUri":"urn:oid:1.2.3"}""", false)]
    [InlineData(
        """{"name":"one","resource":OWN},{"name":"more","part":[{"name":"r","valueReference":{"reference":"Observation/9"}}]}""",
        false
    )]
    [InlineData(
        """{"name":"one","resource":OWN},{"name":"note","valueAnnotation":{"authorReference":{"reference":"Observation/9"}}}""",
        false
    )]
    [InlineData("""{"name":"one","resource":OWN},{"name":"note","valueString":"by telephone"}""", true)]
    [InlineData(
        """
            {"name":"one","resource":{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/17"},
            "extension":[{"url":"https://ehr.example/file","valueAttachment":{"url":"Binary/b1"}}]}}
            """,
        false
    )]
    [InlineData("""{"name":"one","resource":OWN},{"name":"note","valueCodeableConcept":{"text":"urgent"}}""", true)]
    public async Task Run_WriteWithResources_IsDecidedOverEachOfThem(string parameters, bool isPermitted)
    {
        var operation = JsonNode.Parse(File.ReadAllText(DeclaredOperationsTests.Example))!["entry"]![3]!["resource"]!.DeepClone();
        operation["code"] = "take";
        operation["url"] = "https://ehr.example/OperationDefinition/take";
        (operation["type"], operation["instance"]) = (true, false);
        operation["parameter"] = JsonNode.Parse(
            """
            [{"name":"one","use":"in","type":"Observation"},{"name":"more","use":"in","part":[]},{"name":"target","use":"in","type":"Reference"},
            {"name":"note","use":"in","type":"string"},{"name":"return","use":"out","type":"Observation"}]
            """
        );
        var declared = DeclaredParametersTests.Read(DeclaredParametersTests.File("take.json", operation));
        _world.Route = _world.Route! with { Language = _world.Route.Language with { Declared = declared } };
        Permit(Permitted() with { Interactions = ["read", "create"], Operations = ["$take"] });
        _world.Upstream.Answers("POST /Observation/$take", StageWorld.Observation());

        var answer = await AskAsync(
            "POST",
            "/fhir/Observation/$take",
            $$"""{"resourceType":"Parameters","parameter":[{{parameters}}]}"""
                .Replace("OWN", StageWorld.Observation(), StringComparison.Ordinal)
                .Replace("FOREIGN", StageWorld.Observation("8", patient: "18"), StringComparison.Ordinal)
        );

        Assert.Equal(isPermitted, answer.Refusal is null);
        Assert.Equal(isPermitted, _world.Upstream.Lines.Contains("POST /Observation/$take"));
    }

    // An operation that writes may answer with anything: a file in it belongs to whom it belongs to anywhere.
    [Theory]
    [InlineData("N", null)]
    [InlineData("R", "")]
    public async Task Run_FileInTheAnswerOfAWrite_LeavesWithTheRecordThatNamesIt(string confidentiality, string? shown)
    {
        var operation = JsonNode.Parse(File.ReadAllText(DeclaredOperationsTests.Example))!["entry"]![3]!["resource"]!.DeepClone();
        operation["parameter"] = JsonNode.Parse(
            """
            [{"name":"return","use":"out","type":"Bundle","extension":[{"url":"urn:phi-gateway:answer-type","valueCode":"Binary"}]}]
            """
        );
        var declared = DeclaredParametersTests.Read(DeclaredParametersTests.File("cancel.json", operation));
        _world.Route = _world.Route! with { Language = _world.Route.Language with { Declared = declared } };
        Permit(
            Permitted() with
            {
                Types = ["Observation", "DocumentReference", "Binary"],
                Patients = new PatientScope { Any = true },
                Confidentiality = "N",
                MayRelabel = true,
            }
        );
        var document = Document("d1", "17")
            .Replace("\"content\":[]", "\"content\":[{\"attachment\":{\"url\":\"Binary/b1\"}}]", StringComparison.Ordinal)
            .Replace(
                "\"status\"",
                $$"""
                "meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"{{confidentiality}}"}]},"status"
                """,
                StringComparison.Ordinal
            );
        _world.Upstream.Otherwise = () => RecordingUpstream.Reply(200, Bundle("searchset", document), "application/fhir+json");
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        _world.Upstream.Answers(
            "POST /Observation/1/$cancel",
            Bundle("collection", """{"resourceType":"Binary","id":"b1","contentType":"text/plain","data":"c2VjcmV0"}""")
        );

        var answer = await AskAsync("POST", "/fhir/Observation/1/$cancel", """{"resourceType":"Parameters"}""");

        Assert.Null(answer.Refusal);
        Assert.Equal(shown is null, answer.Body.Contains("c2VjcmV0", StringComparison.Ordinal));
    }

    // A client that is told that it failed sends it again.
    [Theory]
    [InlineData(200, null)]
    [InlineData(201, null)]
    [InlineData(202, null)]
    [InlineData(204, null)]
    [InlineData(302, "upstream-refused")]
    public async Task Run_WriteThatWasTaken_IsAnsweredAsItWas(int status, string? refusal)
    {
        Permit(Permitted() with { MayRelabel = true });
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        _world.Upstream.Answers("POST /Observation/1/$cancel", string.Empty, status);
        using var exchange = _world.Open("POST", "/fhir/Observation/1/$cancel", """{"resourceType":"Parameters"}""");

        var result = await _world.WalkAsync(exchange, "Release");

        Assert.Equal(refusal, result.Refusal?.Code);
        if (refusal is null)
        {
            Assert.Equal(status, exchange.Http.Response.StatusCode);
        }
    }

    [Theory]
    [InlineData(201)]
    [InlineData(202)]
    public async Task Run_ReadThatSaysThatItCreated_IsNoAnswer(int status)
    {
        _world.Upstream.Answers("GET /DocumentReference/$docref?patient=17", Bundle("searchset", Document("d1", "17")), status);

        Assert.Equal(DenyReason.UpstreamRefused, (await AskAsync("GET", "/fhir/DocumentReference/$docref?patient=17")).Refusal);
    }

    private static Grant Permitted() =>
        TestRegistry.Grant() with
        {
            Types = ["Observation", "DocumentReference", "Patient", "Bundle"],
            Interactions = ["read", "search", "update", "patch"],
            Operations = ["$docref", "$summary", "$member-match", "$cancel"],
        };

    private void Permit(params Grant[] grants) =>
        _world.Publish(TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: grants))));

    private void Declare(bool declared = true)
    {
        var route = _world.Route!;
        _world.Route = route with
        {
            Language = route.Language with
            {
                Declared = declared ? DeclaredOperationsTests.Examples : PhiGateway.Fhir.Grammar.Declared.DeclaredParameters.None,
            },
        };
    }

    private async Task<(DenyReason? Refusal, string Body)> AskAsync(string method, string target, string? body = null)
    {
        using var exchange = _world.Open(method, target, body);
        var result = await _world.WalkAsync(exchange, "Release");
        return (result.Refusal, StageWorld.Written(exchange));
    }

    private static string Document(string id, string patient) =>
        $$"""
            {"resourceType":"DocumentReference","id":"{{id}}","status":"current","subject":{"reference":"Patient/{{patient}}"},"content":[] }
            """;

    private static string Bundle(string type, params string[] resources) =>
        $$"""
            {"resourceType":"Bundle","type":"{{type}}","entry":[{{string.Join(
                ',',
                resources.Select(static resource => $$"""{"resource":{{resource}} }""")
            )}}]}
            """;
}
