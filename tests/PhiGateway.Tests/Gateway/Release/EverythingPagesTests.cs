using System.Text;
using System.Text.Json.Nodes;
using PhiGateway.Fhir.Grammar.Declared;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>
/// All that lies around a patient, on several pages of the server's: each record leaves once, whichever page it stands on, and what is
/// nobody's where a record that leaves names it, wherever that stands.
/// </summary>
public sealed class EverythingPagesTests : IDisposable
{
    private const string Target = "/fhir/Patient/17/$everything";

    private readonly StageWorld _world = new(
        null,
        null,
        TestRegistry.Grant() with
        {
            Types = ["Patient", "Medication", "MedicationRequest"],
            Interactions = ["read", "search"],
            Operations = ["$everything"],
            Patients = new PatientScope { Any = true },
        }
    );

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Run_WhatIsNamedOnAnotherPage_LeavesWhereWhatNamesItDoes()
    {
        Pages([Patient, Medication("a"), Medication("b")], [Order("m1", "a", "N"), Order("m2", "b", "R"), Medication("c")]);

        Assert.Equal(["a", "m1", "17"], await WalkAsync(["a", "b", "c"]));
    }

    // Too large to be held with the others: what nothing names on it stays, whether or not its links stand before what they lead on from.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_FirstPageThatStreams_IsHeldToWhatIsNamedOnIt(bool linksFirst)
    {
        using var world = new StageWorld(null, static options => options.Limits.MaxAnswer = 256 * 1024, Around("Medication"));
        var patient = Patient.Replace("\"id\"", $"\"language\":\"{new string('x', 150_000)}\",\"id\"", StringComparison.Ordinal);
        var links = """
            "link":[{"relation":"next","url":"http://fhir.example/r4/pages/2"}]
            """;
        var page = Bundle([patient, Medication("a"), Medication("b"), Order("m1", "a", "N")]);
        page = linksFirst ? page.Replace("\"entry\":", links + ",\"entry\":", StringComparison.Ordinal) : page[..^1] + $",{links}}}";
        world.Upstream.Otherwise = () => RecordingUpstream.Reply(200, page, "application/fhir+json");

        var ids = (await world.AskAsync(Target))["entry"]!.AsArray().Select(static entry => (string)entry!["resource"]!["id"]!);

        Assert.Equal(["17", "a", "m1"], ids.Order(StringComparer.Ordinal));
    }

    // Within a transaction nobody reads its other pages.
    [Fact]
    public async Task Run_InATransaction_IsHeldToWhatIsNamedOnItsPage()
    {
        var links = """
            "link":[{"relation":"next","url":"http://fhir.example/r4/pages/2"}],"entry":
            """;
        var page = Bundle([Patient, Medication("a"), Medication("b"), Order("m1", "a", "N")]);
        page = page.Replace("\"entry\":", links, StringComparison.Ordinal);
        _world.Upstream.Answers(
            "POST ",
            $$"""{"resourceType":"Bundle","type":"transaction-response","entry":[{"resource":{{page}},"response":{"status":"200"} }]}"""
        );
        var ask = """{"request":{"method":"GET","url":"Patient/17/$everything"} }""";
        using var exchange = _world.Open("POST", "/fhir", $$"""{"resourceType":"Bundle","type":"transaction","entry":[{{ask}}]}""");

        var result = await _world.WalkAsync(exchange, "Release");

        Assert.True(result.Continues, $"{result.Refusal?.Code} {result.Detail}");
        var found = JsonNode.Parse(StageWorld.Written(exchange))!["entry"]![0]!["resource"]!["entry"]!.AsArray();
        var ids = found.Select(static entry => (string)entry!["resource"]!["id"]!).Order(StringComparer.Ordinal);
        Assert.Equal(["17", "a", "m1"], ids);
    }

    // What may be held with the others is, though it is more than an answer of another kind may be.
    [Fact]
    public async Task Run_LargeFirstPage_IsHeldToWhatIsNamedOnAll()
    {
        var patient = Patient.Replace("\"id\"", $"\"language\":\"{new string('x', 1_200_000)}\",\"id\"", StringComparison.Ordinal);
        Pages([patient, Medication("a"), Medication("b")], [Order("m1", "a", "N"), Order("m2", "b", "R")]);

        Assert.Equal(["a", "m1", "17"], await WalkAsync(["a", "b"]));
    }

    // A signature of a record that stays, on whatever page that stands, names nobody.
    [Fact]
    public async Task Run_WhatSpeaksOfWhatStaysElsewhere_NamesNobody()
    {
        var hospital = TestRegistry.Organization() with { Kind = OrganizationKind.Internal };
        var use = TestRegistry.UseCase(grants: Around("Condition", "Provenance", "Practitioner"));
        _world.Publish(TestRegistry.Build(TestRegistry.Open(use, organization: hospital)));
        var (shown, hidden) = (Condition("shown", "N"), Condition("hidden", "R"));
        _world
            .Upstream.Answers("GET /Condition/hidden", hidden)
            .Answers("GET /Condition/shown", shown)
            .Answers("GET /Condition?_id=shown,hidden&_count=20", Bundle([shown, hidden]));
        Pages(
            [Patient, Signature("of-shown", "shown", "8"), Signature("of-hidden", "hidden", "9"), Practitioner("8"), Practitioner("9")],
            [shown, hidden]
        );

        Assert.Equal(["8", "shown", "of-shown", "17"], await WalkAsync(["8", "9"]));
    }

    // So is what an operation of the server's own puts together.
    [Fact]
    public async Task Run_DeclaredOperation_IsHeldToWhatIsNamedOnAllPages()
    {
        const string Definition = """
            {"resourceType":"OperationDefinition","url":"https://ehr.example/OperationDefinition/gather","name":"Gather","status":"active",
            "kind":"operation","code":"gather","affectsState":false,"system":false,"type":false,"instance":true,"resource":["Patient"],
            "parameter":[{"name":"return","use":"out","min":1,"max":"1","type":"Bundle","extension":[
            {"url":"urn:phi-gateway:answer-type","valueCode":"MedicationRequest"},
            {"url":"urn:phi-gateway:answer-type","valueCode":"Medication"}]}]}
            """;
        var declared = DeclaredParameters.Read([new DeclaredFile("gather.json", Encoding.UTF8.GetBytes(Definition))], []);
        var use = TestRegistry.UseCase(grants: Around("Medication") with { Operations = ["$gather"] });
        _world.Publish(TestRegistry.Build(TestRegistry.Open(use)));
        _world.Route = _world.Route! with
        {
            Language = _world.Route.Language with { Declared = Assert.IsType<DeclaredParameters>(declared) },
        };
        Pages([Order("m0", "c", "N"), Medication("a"), Medication("b")], [Order("m1", "a", "N"), Order("m2", "b", "R"), Medication("c")]);

        Assert.Equal(["a", "c", "m1", "m0"], await WalkAsync(["a", "b", "c"], "/fhir/Patient/17/$gather"));
    }

    // Where nothing stays of all that there is, nothing is told by what comes.
    [Fact]
    public async Task Run_WhereNothingStays_AllLeaves()
    {
        var whole = StageWorld.Whole("$everything") with { Patients = new PatientScope { Any = true } };
        _world.Publish(TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: whole))));
        Pages([Patient, Medication("a"), Medication("b")], [Order("m1", "a", "N"), Medication("c")]);

        Assert.Equal(["a", "b", "c", "m1", "17"], await WalkAsync(["a", "b", "c"]));
    }

    [Fact]
    public async Task Run_PageThatCannotBeLookedInto_IsToldAsSuch()
    {
        Pages([Patient, Medication("a")], [Order("m1", "a", "N")]);
        _world.Upstream.Answers("GET /pages/2", "{}", 503);
        using var exchange = _world.Open("GET", Target);

        Assert.Equal(DenyReason.UpstreamBusy, (await _world.WalkAsync(exchange, "Release")).Refusal);
    }

    [Fact]
    public async Task Run_WhatIsNamedOnAllPages_CountsInTheMemoryBudget()
    {
        Pages([Patient, Order("m1", "a", "N")], [Medication("a")]);
        var memory = _world.Get<HeldMemory>();
        var held = new List<long>();
        _world.Upstream.OnCall = call => held.Add(call.PathAndQuery == "/pages/2" ? memory.Held : 0);
        using (var exchange = _world.Open("GET", Target))
        {
            Assert.True((await _world.WalkAsync(exchange, "Release")).Continues);
        }

        Assert.Contains(held, static bytes => bytes >= 4096 * 64);
        Assert.Equal(0, memory.Held);
    }

    // However long it took: else it would be done again for each page.
    [Fact]
    public async Task Run_PagesThatTakeLongToRead_AreReadOnceForAllPages()
    {
        Pages([Patient, Medication("a")], [Order("m1", "a", "N")]);
        var slow = new Queue<TimeSpan>([TimeSpan.FromSeconds(55)]);
        _world.Upstream.OnCall = call =>
        {
            if (call.PathAndQuery == "/pages/2" && slow.TryDequeue(out var time))
            {
                _world.Clock.Advance(time);
            }
        };
        var first = await _world.AskAsync(Target + "?_count=1");
        var next = first["link"]!.AsArray().Single(static link => (string?)link!["relation"] == "next")!;
        _world.Clock.Advance(TimeSpan.FromSeconds(11));
        _world.Upstream.Calls.Clear();

        _ = await _world.AskAsync(new Uri((string)next["url"]!).PathAndQuery);

        Assert.DoesNotContain(_world.Upstream.Lines, static line => line.Contains("$everything", StringComparison.Ordinal));
    }

    // Ids of all pages together, those that are asked about first, each as often as it came.
    private async Task<List<string>> WalkAsync(string[] first, string start = Target)
    {
        var ids = new List<string>();
        string? target = start;
        while (target is not null)
        {
            var page = await _world.AskAsync(target);
            ids.AddRange((page["entry"]?.AsArray() ?? []).Select(static entry => (string)entry!["resource"]!["id"]!));
            var next = page["link"]?.AsArray().FirstOrDefault(static link => (string?)link!["relation"] == "next");
            target = next is null ? null : new Uri((string)next["url"]!).PathAndQuery;
        }

        return
        [
            .. ids.Where(first.Contains).Order(StringComparer.Ordinal),
            .. ids.Where(id => !first.Contains(id)).OrderDescending(StringComparer.Ordinal),
        ];
    }

    private void Pages(string[] first, string[] second)
    {
        const string Next = """
            "link":[{"relation":"next","url":"http://fhir.example/r4/pages/2"}],"entry":
            """;
        var start = Bundle(first).Replace("\"entry\":", Next, StringComparison.Ordinal);
        _world.Upstream.Otherwise = () => RecordingUpstream.Reply(200, start, "application/fhir+json");
        _world.Upstream.Answers("GET /pages/2", Bundle(second));
    }

    private static Grant Around(params string[] types) =>
        TestRegistry.Grant() with
        {
            Types = ["Patient", "MedicationRequest", .. types],
            Interactions = ["read", "search"],
            Operations = ["$everything"],
            Patients = new PatientScope { Any = true },
        };

    private static string Condition(string id, string code)
    {
        var system = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
        return $$"""
            {"resourceType":"Condition","id":"{{id}}","meta":{"security":[{"system":"{{system}}","code":"{{code}}"}]},
            "subject":{"reference":"Patient/17"} }
            """;
    }

    private static string Signature(string id, string target, string who) =>
        $$"""
            {"resourceType":"Provenance","id":"{{id}}","target":[{"reference":"Condition/{{target}}"}],
            "agent":[{"who":{"reference":"Practitioner/{{who}}"} }]}
            """;

    private static string Practitioner(string id) => $$"""{"resourceType":"Practitioner","id":"{{id}}"}""";

    private static string Patient => """{"resourceType":"Patient","id":"17"}""";

    private static string Medication(string id) => $$"""{"resourceType":"Medication","id":"{{id}}"}""";

    private static string Order(string id, string drug, string code)
    {
        var system = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
        return $$"""
            {"resourceType":"MedicationRequest","id":"{{id}}","meta":{"security":[{"system":"{{system}}","code":"{{code}}"}]},
            "subject":{"reference":"Patient/17"},"medicationReference":{"reference":"Medication/{{drug}}"} }
            """;
    }

    private static string Bundle(string[] resources)
    {
        var entries = string.Join(',', resources.Select(static one => $$"""{"resource":{{one}} }"""));
        return $$"""{"resourceType":"Bundle","type":"searchset","entry":[{{entries}}]}""";
    }
}
