using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Decisions;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Settle;

/// <summary>
/// A server that checks references tells by what becomes of a write whether what it names is there: of what its client may not see, what is
/// there and what is not are refused alike, before anything is sent.
/// </summary>
public sealed class NamedRecordTests : IDisposable
{
    private const string Patch = """[{"op":"add","path":"/performer","value":[{"reference":"NAME"}]}]""";

    // The server applies it: nothing but its path says that the text is a reference.
    private const string PathPatch = """
        {"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"replace"},
        {"name":"path","valueString":"Observation.performer[0].reference"},{"name":"value","valueString":"NAME"}]}]}
        """;

    private readonly StageWorld _world = new(
        null,
        null,
        TestRegistry.Grant() with
        {
            Types = ["Observation", "Claim", "Condition"],
            Interactions = ["read", "search", "create", "update", "patch"],
            Operations = ["$submit", "$validate"],
        }
    );

    public NamedRecordTests() =>
        _world
            .Upstream.Answers("GET /Observation/1", StageWorld.Observation())
            .Answers("GET /Observation/own", StageWorld.Observation("own"))
            .Answers("GET /Observation/foreign", StageWorld.Observation("foreign", "18"))
            .Answers("GET /Encounter/own", Encounter("own", "17"))
            .Answers("GET /Device/own", """{"resourceType":"Device","id":"own","patient":{"reference":"Patient/17"} }""")
            .Answers("GET /Device/foreign", """{"resourceType":"Device","id":"foreign","patient":{"reference":"Patient/18"} }""")
            .Answers("GET /Device/nobodys", """{"resourceType":"Device","id":"nobodys"}""")
            .Answers("GET /Encounter/foreign", Encounter("foreign", "18"))
            .Answers(
                "GET /Observation?_id=own,foreign&_count=20",
                $$"""{"resourceType":"Bundle","type":"searchset","entry":[{"resource":{{StageWorld.Observation("own")}} }]}"""
            );

    public void Dispose() => _world.Dispose();

    /// <summary>What may not be named, though a server may have it or not.</summary>
    public static TheoryData<string> Hidden =>
        [
            "Patient/18",
            "Patient/nobody",
            "https://gw.example/fhir/Patient/18",
            "http://fhir.example/r4/Patient/18",
            "Patient/18/_history/1",
            "/Patient/18",
            "Patient/18#a",
            "../r4/Patient/18",
            "Observation/foreign",
            "Observation/nothing",
            "Encounter/foreign",
            "Encounter/nothing",
            "Device/foreign",
            "Device/nothing",
            "/Encounter/foreign",
        ];

    /// <summary>What may be named.</summary>
    public static TheoryData<string> Open =>
        [
            "Patient/17",
            "Observation/own",
            "Encounter/own",
            "Device/own",
            "Device/nobodys",
            "Practitioner/1",
            "Organization/nothing",
            "https://elsewhere.example/fhir/Patient/18",
            "urn:oid:1.2.3",
            "#contained",
        ];

    [Theory]
    [MemberData(nameof(Hidden))]
    public async Task Run_WriteThatNamesWhatIsHidden_IsRefusedAndNotSent(string name)
    {
        foreach (var (method, target, body) in Writes(name))
        {
            _world.Upstream.Calls.Clear();
            var refusal = await RefusalAsync(method, target, body);

            Assert.Equal(name.Contains("Patient", StringComparison.Ordinal) ? "outside-roster" : "patient-undetermined", refusal);
            Assert.All(_world.Upstream.Calls, static call => Assert.Equal("GET", call.Method));
        }
    }

    [Theory]
    [MemberData(nameof(Open))]
    public async Task Run_WriteThatNamesWhatMayBeSeen_Goes(string name)
    {
        foreach (var (method, target, body) in Writes(name))
        {
            Assert.Null(await RefusalAsync(method, target, body));
        }
    }

    // The same answer, whether the foreign one is there or not.
    [Theory]
    [InlineData("Observation/foreign")]
    [InlineData("Encounter/foreign")]
    [InlineData("Patient/18")]
    public async Task Run_WriteThatNamesWhatIsHidden_TellsNotWhetherItIsThere(string name)
    {
        foreach (var (method, target, body) in Writes(name))
        {
            var there = await RefusalAsync(method, target, body);
            var missing = await RefusalAsync(method, target, body.Replace("foreign", "nothing", StringComparison.Ordinal));
            Assert.Equal(there, missing);
        }
    }

    [Fact]
    public async Task Run_PathPatchOfWordsThatReadLikeAName_Goes()
    {
        var patch = PathPatch.Replace("performer[0].reference", "note[0].text", StringComparison.Ordinal);

        Assert.Null(await RefusalAsync("PATCH", "/fhir/Observation/1", patch.Replace("NAME", "Patient/18", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("Patient/18")]
    [InlineData("Observation/foreign")]
    public async Task Run_WriteThatKeepsANameThatStoodThere_Goes(string name)
    {
        _world.Upstream.Answers("GET /Observation/1", Observation(name, "\"id\":\"1\",\"meta\":{\"versionId\":\"3\"},"));

        Assert.Null(await RefusalAsync("PUT", "/fhir/Observation/1", Observation(name, "\"id\":\"1\",")));
    }

    // What stands in an element that does not leave is new where it may be seen: neither is it told, nor is it a way to a file.
    [Theory]
    [InlineData("/focus", "[{\"reference\":\"Patient/18\"}]", "outside-roster")]
    [InlineData("/focus", "[{\"reference\":\"Patient/19\"}]", "outside-roster")]
    [InlineData("/hasMember", "[{\"reference\":\"Observation/foreign\"}]", "patient-undetermined")]
    [InlineData("/valueString", "\"Binary/b1\"", null)]
    [InlineData("/note", "[{\"extension\":[{\"url\":\"x\",\"valueAttachment\":{\"url\":\"Binary/b1\"}}]}]", "patient-undetermined")]
    [InlineData("/status", "\"amended\"", null)]
    public async Task Run_PatchThatNamesWhatStandsInAHiddenElement_IsHeldToItsOwn(string path, string value, string? refusal)
    {
        using var world = new StageWorld(
            null,
            null,
            TestRegistry.Grant() with
            {
                Interactions = ["read", "search", "patch"],
                Elements = ["status", "code", "subject", "focus", "hasMember", "note", "value"],
            }
        );
        const string Hidden = """
            "performer":[{"reference":"Patient/18"}],"derivedFrom":[{"reference":"Observation/foreign"}],
            "extension":[{"url":"https://ehr.example/file","valueAttachment":{"url":"Binary/b1"}}],"status"
            """;
        world.Upstream.Answers("GET /Observation/1", StageWorld.Observation().Replace("\"status\"", Hidden, StringComparison.Ordinal));
        world.Upstream.Answers("GET /Observation/foreign", StageWorld.Observation("foreign", "18"));
        using var exchange = world.Open(
            "PATCH",
            "/fhir/Observation/1",
            $$"""[{"op":"{{(path == "/status" ? "replace" : "add")}}","path":"{{path}}","value":{{value}} }]"""
        );
        exchange.Http.Request.ContentType = "application/json-patch+json";

        Assert.Equal(refusal, (await world.WalkAsync(exchange, "Settle")).Refusal?.Code);
    }

    // Whoever asks its issuer for less than it has must not be told more by it.
    [Theory]
    [InlineData("system/*.cruds")]
    [InlineData("system/Observation.c")]
    public async Task Run_WriteUnderAnyTokenOfAClient_NamesWhatItsGrantsShow(string scopes)
    {
        using var world = new StageWorld(
            null,
            null,
            TestRegistry.Grant() with
            {
                Types = ["Observation", "Condition"],
                Interactions = ["read", "create"],
            }
        );
        world.Callers.Result = CallerResult.Of(Asked.Caller(scopes: scopes));
        world.Upstream.Answers("GET /Condition/shown", Condition("shown", "N")).Answers("GET /Condition/hidden", Condition("hidden", "R"));
        foreach (
            var (name, refusal) in ((string, string?)[])
                [("shown", null), ("hidden", "patient-undetermined"), ("none", "patient-undetermined")]
        )
        {
            using var exchange = world.Open("POST", "/fhir/Observation", Observation($"Condition/{name}", string.Empty));
            Assert.Equal(refusal, (await world.WalkAsync(exchange, "Settle")).Refusal?.Code);
        }
    }

    [Fact]
    public async Task Run_SeveralNamesOfAType_AreLookedUpTogether()
    {
        var body = Observation("Observation/own", string.Empty)
            .Replace("\"performer\"", "\"hasMember\":[{\"reference\":\"Observation/foreign\"}],\"performer\"", StringComparison.Ordinal);

        Assert.Equal("patient-undetermined", await RefusalAsync("POST", "/fhir/Observation", body));
        Assert.Single(_world.Upstream.Calls);
    }

    [Fact]
    public async Task Run_TransactionThatNamesWhatItWrites_Goes()
    {
        const string Entry = """{"request":{"method":"METHOD","url":"URL"},"resource":BODY}""";
        var written = Entry
            .Replace("METHOD", "PUT", StringComparison.Ordinal)
            .Replace("URL", "Observation/fresh", StringComparison.Ordinal)
            .Replace("BODY", StageWorld.Observation("fresh"), StringComparison.Ordinal);
        var naming = Entry.Replace("METHOD", "POST", StringComparison.Ordinal).Replace("URL", "Observation", StringComparison.Ordinal);
        foreach (var (name, refusal) in ((string, string?)[])[("Observation/fresh", null), ("Observation/nothing", "patient-undetermined")])
        {
            var body = naming.Replace("BODY", Observation(name, string.Empty), StringComparison.Ordinal);
            var bundle = $$"""{"resourceType":"Bundle","type":"transaction","entry":[{{written}},{{body}}]}""";
            Assert.Equal(refusal, await RefusalAsync("POST", "/fhir", bundle));
        }
    }

    [Theory]
    [InlineData(1, "request-too-costly")]
    [InlineData(2, null)]
    public async Task Run_WriteThatNamesMoreThanAreLookedUp_IsTooCostly(int most, string? refusal)
    {
        _world.Options.Limits.NamedRecords = most;

        var body = Observation("Observation/own", "\"focus\":[{\"reference\":\"Encounter/own\"}],");
        Assert.Equal(refusal, await RefusalAsync("POST", "/fhir/Observation", body));
    }

    // Where tenants share a server, another tenant's patient is one that is not there.
    [Theory]
    [InlineData("north", null)]
    [InlineData("south", "patient-undetermined")]
    [InlineData("north south", "patient-undetermined")]
    [InlineData(null, "patient-undetermined")]
    public async Task Run_WriteForAPatientOfASharedServer_GoesWhereThePatientIsTheTenants(string? tenant, string? refusal)
    {
        var tag = new TokenValue("https://tenants.example", "north");
        foreach (
            var types in (string[][])
                [
                    ["Observation"],
                    ["Observation", "Patient"],
                ]
        )
        {
            using var world = new StageWorld(
                null,
                null,
                TestRegistry.Grant() with
                {
                    Types = types,
                    Interactions = ["read", "create"],
                    Patients = new PatientScope { Any = true },
                }
            );
            world.Route = world.Route! with { TenantTag = tag, Language = world.Route.Language with { TenantTag = tag } };
            if (tenant is not null)
            {
                var tags = tenant.Split(' ').Select(static code => $$"""{"system":"https://tenants.example","code":"{{code}}"}""");
                world.Upstream.Answers(
                    "GET /Patient/17",
                    $$"""{"resourceType":"Patient","id":"17","meta":{"tag":[{{string.Join(',', tags)}}]} }"""
                );
            }

            using var exchange = world.Open("POST", "/fhir/Observation", Observation("Practitioner/1", string.Empty));

            Assert.Equal(refusal, (await world.WalkAsync(exchange, "Settle")).Refusal?.Code);
        }
    }

    // A document is kept as it is; what it describes bears names of its own.
    [Fact]
    public async Task Run_StoredDocumentThatUsesNamesOfItsOwn_IsNotAskedAboutThem()
    {
        using var world = new StageWorld(
            null,
            null,
            TestRegistry.Grant() with
            {
                Types = ["Bundle", "Composition", "Observation"],
                Interactions = ["read", "create"],
            }
        );
        using var exchange = world.Open(
            "POST",
            "/fhir/Bundle",
            $$"""
            {"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"https://gw.example/fhir/Observation/1",
            "resource":{{Observation("Practitioner/1", "\"id\":\"1\",\"hasMember\":[{\"reference\":\"Observation/2\"}],")}} }]}
            """
        );

        Assert.Null((await world.WalkAsync(exchange, "Settle")).Refusal);
        Assert.Empty(world.Upstream.Calls);
    }

    [Fact]
    public async Task Run_ServerThatTakesReferencesToNothing_IsAskedForNone()
    {
        _world.Route = _world.Route! with { ChecksReferences = false };

        Assert.Null(await RefusalAsync("POST", "/fhir/Observation", Observation("Observation/nothing", string.Empty)));
        Assert.Empty(_world.Upstream.Calls);
        Assert.Equal("outside-roster", await RefusalAsync("POST", "/fhir/Observation", Observation("Patient/18", string.Empty)));
    }

    [Fact]
    public async Task Run_ClientForAnyPatient_MayNameAnybody()
    {
        using var world = new StageWorld(
            null,
            null,
            TestRegistry.Grant() with
            {
                Interactions = ["create"],
                Patients = new PatientScope { Any = true },
            }
        );
        using var exchange = world.Open("POST", "/fhir/Observation", Observation("Patient/18", string.Empty));

        Assert.Null((await world.WalkAsync(exchange, "Settle")).Refusal);
    }

    private static IEnumerable<(string Method, string Target, string Body)> Writes(string name)
    {
        var created = Observation(name, string.Empty);
        yield return ("POST", "/fhir/Observation", created);
        yield return ("PUT", "/fhir/Observation/1", Observation(name, "\"id\":\"1\","));
        yield return ("PATCH", "/fhir/Observation/1", Patch.Replace("NAME", name, StringComparison.Ordinal));
        yield return ("PATCH", "/fhir/Observation/1", PathPatch.Replace("NAME", name, StringComparison.Ordinal));
        yield return ("POST", "/fhir/Observation/$validate", created);
        yield return (
            "POST",
            "/fhir/Claim/$submit",
            $$"""
            {"resourceType":"Claim","status":"active","patient":{"reference":"Patient/17"},"referral":{"reference":"{{name}}"},
            "contained":[{"resourceType":"Device","id":"contained"}]}
            """
        );
        yield return (
            "POST",
            "/fhir",
            $$"""
            {"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"POST","url":"Observation"},"resource":{{created}} }]}
            """
        );
    }

    private static string Condition(string id, string confidentiality) =>
        $$$"""
            {"resourceType":"Condition","id":"{{{id}}}","subject":{"reference":"Patient/17"},"meta":{"versionId":"1","security":
            [{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"{{{confidentiality}}}"}]} }
            """;

    private async Task<string?> RefusalAsync(string method, string target, string body)
    {
        using var exchange = _world.Open(method, target, body);
        if (method == "PATCH" && body[0] == '[')
        {
            exchange.Http.Request.ContentType = "application/json-patch+json";
        }

        return (await _world.WalkAsync(exchange, "Settle")).Refusal?.Code;
    }

    private static string Observation(string performer, string id) =>
        $$"""
            {"resourceType":"Observation",{{id}}"status":"final","code":{"text":"x"},"subject":{"reference":"Patient/17"},
            "contained":[{"resourceType":"Device","id":"contained"}],"performer":[{"reference":"{{performer}}"}]}
            """;

    private static string Encounter(string id, string patient) =>
        $$"""{"resourceType":"Encounter","id":"{{id}}","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/{{patient}}"} }""";
}
