using System.Text;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>Where the upstream picks the few newest or best, what is withheld among them is missed by nobody: the gateway picks.</summary>
public sealed class PickTests : IDisposable
{
    private const string Match = """
        {"resourceType":"Parameters","parameter":[{"name":"resource","resource":{"resourceType":"Patient","name":[{"family":"Muster"}]}},
        {"name":"count","valueInteger":1}]}
        """;

    private readonly StageWorld _world = new(
        null,
        null,
        TestRegistry.Grant() with
        {
            Types = ["Observation", "Patient"],
            Operations = ["$lastn", "$match"],
            Patients = new PatientScope { Any = true },
        }
    );

    private string _sent = string.Empty;

    public PickTests() => _world.Upstream.OnCall = call => _sent = Encoding.UTF8.GetString(call.Body.Span);

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("", "GET /Observation/$lastn?patient=17&max=50", "2,4")]
    [InlineData("&max=2", "GET /Observation/$lastn?patient=17&max=50", "2,3,4")]
    [InlineData("&_count=1&_sort=date", "GET /Observation/$lastn?patient=17&max=50", "2,4")]
    [InlineData("&max=60", "GET /Observation/$lastn?patient=17&max=60", "2,3,4,5")]
    public async Task Run_NewestOfACode_AreThoseThatMayLeave(string max, string sent, string shown)
    {
        _world.Upstream.Answers(
            sent,
            Bundle(
                Observation("1", "R", Coding("a")),
                Observation("2", "N", Coding("a")),
                Observation("3", "N", Coding("b") + "," + Coding("a")),
                Observation("4", "N", Coding("c")),
                Observation("5", "N", Coding("b"))
            )
        );

        Assert.Equal(shown, await IdsAsync("GET", $"/fhir/Observation/$lastn?patient=17{max}", null));
        Assert.Equal([.. shown.Split(',').Select(static id => "Observation/" + id)], Assert.Single(_world.Journal.Records).Resources);
    }

    // A withheld record may be the newest, an older one or not there: no byte of the answer changes.
    [Fact]
    public async Task Run_WhereverTheWithheldOneStands_TheAnswerIsTheSame()
    {
        var hidden = Observation("9", "R", Coding("a"));
        string[] others = [Observation("1", "N", Coding("a")), Observation("2", "N", Coding("a"))];
        var answers = new HashSet<string>();
        foreach (
            var all in (string[][])
                [
                    [hidden, .. others],
                    [others[0], hidden, others[1]],
                    [.. others, hidden],
                    others,
                ]
        )
        {
            _world.Upstream.Answers("GET /Observation/$lastn?subject=Patient/17&max=50", Bundle(all));
            using var exchange = _world.Open(
                "POST",
                "/fhir/Observation/$lastn",
                """{"resourceType":"Parameters","parameter":[{"name":"subject","valueReference":{"reference":"Patient/17"}}]}"""
            );
            Assert.True((await _world.WalkAsync(exchange, "Release")).Continues);
            answers.Add(StageWorld.Written(exchange));
        }

        Assert.Contains("Observation/1", Assert.Single(answers), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_BestMatches_AreThoseThatMayLeaveAndAsManyAsWereAskedFor()
    {
        _world.Upstream.Answers("POST /Patient/$match", Bundle(Patient("18", "R"), Patient("17", "N"), Patient("19", "N")));

        Assert.Equal("17", await IdsAsync("POST", "/fhir/Patient/$match", Match));
        Assert.DoesNotContain("count", _sent, StringComparison.Ordinal);
        Assert.Contains("Muster", _sent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"resourceType":"Patient","name":[{"family":"Muster"}]}""")]
    [InlineData("""{"resourceType":"Parameters","parameter":[{"name":"resource","resource":{"resourceType":"Patient"} }]}""")]
    public async Task Run_MatchesWithoutANumber_AllLeaveThatMay(string body)
    {
        _world.Upstream.Answers("POST /Patient/$match", Bundle(Patient("18", "R"), Patient("17", "N"), Patient("19", "N")));

        Assert.Equal("17,19", await IdsAsync("POST", "/fhir/Patient/$match", body));
        Assert.Equal(body, _sent);
    }

    // A second person who fits as well may be hidden, shown or not there: what a client learns is about those that it may see.
    [Theory]
    [InlineData("17", "17", "N")]
    [InlineData("17,18", "17", "R")]
    [InlineData("18,17", "17", "R")]
    [InlineData("18", "", "R")]
    [InlineData("17,18", "", "N")]
    [InlineData("17,20", "17", "N")]
    [InlineData("20", "", "N")]
    public async Task Run_OnlyCertainMatches_IsTheOneThatMayLeaveAndAgrees(string found, string shown, string confidentiality)
    {
        var all = found
            .Split(',')
            .Select(id => Patient(id, id == "18" ? confidentiality : "N", id == "20" ? "Another" : "Muster"))
            .ToArray();
        _world.Upstream.Answers("POST /Patient/$match", Bundle(all));

        Assert.Equal(shown, await IdsAsync("POST", "/fhir/Patient/$match", Certain("true")));
        Assert.DoesNotContain("onlyCertainMatches", _sent, StringComparison.Ordinal);
        Assert.DoesNotContain("count", _sent, StringComparison.Ordinal);
        Assert.Contains("muster", _sent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WhetherAHiddenPersonFits_ChangesNoByteOfTheCertainMatch()
    {
        var answers = new HashSet<string>();
        string[] others = [Patient("17", "N", "Muster")];
        foreach (var all in (string[][])[others, [Patient("18", "R", "Muster"), .. others], [.. others, Patient("18", "R", "Muster")]])
        {
            // An upstream that grades one by the other.
            var graded = Bundle(all)
                .Replace("\"mode\":\"match\"", $"\"mode\":\"match\",\"score\":0.{all.Length}", StringComparison.Ordinal);
            _world.Upstream.Answers("POST /Patient/$match", graded);
            using var exchange = _world.Open("POST", "/fhir/Patient/$match", Certain("true"));
            Assert.True((await _world.WalkAsync(exchange, "Release")).Continues);
            answers.Add(StageWorld.Written(exchange));
            Assert.Equal(["Patient/17"], _world.Journal.Records[^1].Resources);
        }

        Assert.Contains("Patient/17", Assert.Single(answers), StringComparison.Ordinal);
    }

    // To whom nothing is hidden the upstream's own choice is the answer, which the gateway could only make worse.
    [Theory]
    [InlineData(OrganizationKind.Internal, "V", true)]
    [InlineData(OrganizationKind.Internal, "R", false)]
    [InlineData(OrganizationKind.Vendor, "V", false)]
    public async Task Run_CertainMatchForWhomNothingIsHidden_IsTheUpstreams(OrganizationKind kind, string ceiling, bool isTheUpstreams)
    {
        var grant = TestRegistry.Grant() with
        {
            Types = ["Patient"],
            Operations = ["$match"],
            Patients = new PatientScope { Any = true },
            Confidentiality = ceiling,
            Labels = ["_ActInformationSensitivityPolicy", "_EntitySensitivityPolicyType", "_RoleInformationSensitivityPolicy"],
        };
        _world.Publish(
            TestRegistry.Build(
                TestRegistry.Open(TestRegistry.UseCase(grants: grant), organization: TestRegistry.Organization() with { Kind = kind })
            )
        );
        _world.Upstream.Answers("POST /Patient/$match", Bundle(Patient("18", "R", "Another"), Patient("17", "N", "Another")));

        Assert.Equal(isTheUpstreams ? "18,17" : string.Empty, await IdsAsync("POST", "/fhir/Patient/$match", Certain("true")));
        Assert.Equal(isTheUpstreams, _sent.Contains("onlyCertainMatches", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_NotOnlyCertainMatches_AllLeaveThatMay()
    {
        _world.Upstream.Answers("POST /Patient/$match", Bundle(Patient("18", "R"), Patient("17", "N"), Patient("19", "N")));

        Assert.Equal("17,19", await IdsAsync("POST", "/fhir/Patient/$match", Certain("false")));
    }

    [Fact]
    public async Task Run_CertainMatchInATransaction_IsPickedLikeAnyOther()
    {
        var entry = $$"""{"request":{"method":"POST","url":"Patient/$match"},"resource":{{Certain("true")}} }""";
        var found = Bundle(Patient("18", "N", "Muster"), Patient("17", "N", "Muster"));
        _world.Upstream.Answers(
            "POST ",
            $$"""{"resourceType":"Bundle","type":"transaction-response","entry":[{"resource":{{found}},"response":{"status":"200"} }]}"""
        );
        using var exchange = _world.Open("POST", "/fhir", $$"""{"resourceType":"Bundle","type":"transaction","entry":[{{entry}}]}""");

        Assert.True((await _world.WalkAsync(exchange, "Release")).Continues, string.Join(' ', _world.Upstream.Lines));
        Assert.DoesNotContain("onlyCertainMatches", _sent, StringComparison.Ordinal);
        Assert.DoesNotContain("Patient/1", StageWorld.Written(exchange), StringComparison.Ordinal);
    }

    // How many more there are is said by a next page, and by a total that is missing.
    [Theory]
    [InlineData("POST", "/Patient/$match")]
    [InlineData("GET", "/Observation/$lastn?patient=17")]
    public async Task Run_WhetherTheUpstreamHasMore_ChangesNoByteOfWhatIsPicked(string method, string target)
    {
        var answers = new HashSet<string>();
        foreach (var more in (string[])["", """,{"relation":"next","url":"http://fhir.example/r4/next"}"""])
        {
            var found = Bundle(
                target.StartsWith("/Patient", StringComparison.Ordinal) ? Patient("17", "N") : Observation("1", "N", Coding("a"))
            );
            var paged = found.Replace(
                "\"entry\"",
                $$"""
                "total":{{(more.Length == 0 ? 1 : 9)}},"link":[{"relation":"self","url":"http://fhir.example/r4{{target}}"}{{more}}],"entry"
                """,
                StringComparison.Ordinal
            );
            _world.Upstream.Otherwise = () => RecordingUpstream.Reply(200, paged, "application/fhir+json");
            using var exchange = _world.Open(method, "/fhir" + target, method == "GET" ? null : Match);
            Assert.True((await _world.WalkAsync(exchange, "Release")).Continues);
            answers.Add(StageWorld.Written(exchange));
        }

        Assert.Contains("\"total\":1", Assert.Single(answers), StringComparison.Ordinal);
    }

    // What comes along would come along for those that do not leave.
    [Theory]
    [InlineData("_include=Observation:subject")]
    [InlineData("_revinclude=Observation:has-member")]
    [InlineData("_include=Observation:*")]
    public async Task Run_NewestWithWhatComesAlong_IsNotServed(string include)
    {
        using var exchange = _world.Open("GET", $"/fhir/Observation/$lastn?patient=17&{include}");

        Assert.Equal(DenyReason.UnknownParameter, (await _world.WalkAsync(exchange, "Release")).Refusal);
        Assert.Empty(_world.Upstream.Calls);
    }

    // Who fits tells of what it says: by an element that does not leave nobody is looked for.
    [Theory]
    [InlineData("""{"resourceType":"Patient","name":[{"family":"Muster"}]}""", null)]
    [InlineData("""{"resourceType":"Patient","name":[{"family":"Muster"}],"birthDate":"1970-01-01"}""", "hidden-element")]
    [InlineData("""{"resourceType":"Patient","_birthDate":{"id":"a"} }""", "hidden-element")]
    public async Task Run_MatchByAHiddenElement_IsRefused(string patient, string? refusal)
    {
        using var world = new StageWorld(
            null,
            null,
            TestRegistry.Grant() with
            {
                Types = ["Patient"],
                Elements = ["name"],
                Operations = ["$match"],
                Patients = new PatientScope { Any = true },
            }
        );
        using var exchange = world.Open("POST", "/fhir/Patient/$match", patient);

        Assert.Equal(refusal, (await world.WalkAsync(exchange, "Settle")).Refusal?.Code);
    }

    private static string Certain(string only) =>
        $$"""
            {"resourceType":"Parameters","parameter":[{"name":"resource","resource":{"resourceType":"Patient","id":"x",
            "name":[{"use":"official","family":" muster"}],"gender":"female"} },
            {"name":"onlyCertainMatches","valueBoolean":{{only}} },{"name":"count","valueInteger":5}]}
            """;

    private async Task<string> IdsAsync(string method, string target, string? body)
    {
        using var exchange = _world.Open(method, target, body);
        var result = await _world.WalkAsync(exchange, "Release");
        Assert.True(result.Continues, $"{result.Refusal} {string.Join(' ', _world.Upstream.Lines)}");
        var entries = System.Text.Json.Nodes.JsonNode.Parse(StageWorld.Written(exchange))!["entry"]?.AsArray();
        return string.Join(',', (entries ?? []).Select(static entry => (string?)entry!["resource"]!["id"]));
    }

    private static string Bundle(params string[] resources) =>
        $$"""
            {"resourceType":"Bundle","type":"searchset","entry":[{{string.Join(
                ',',
                resources.Select(static one => $$"""{"resource":{{one}},"search":{"mode":"match"} }""")
            )}}]}
            """;

    private static string Coding(string code) => $$"""{"system":"http://loinc.org","code":"{{code}}"}""";

    private static string Observation(string id, string confidentiality, string codings) =>
        $$"""
            {"resourceType":"Observation","id":"{{id}}",{{Meta(confidentiality)}},"status":"final","code":{"coding":[{{codings}}]},
            "subject":{"reference":"Patient/17"},"note":[{"text":"Observation/{{id}}"}]}
            """;

    private static string Patient(string id, string confidentiality, string family = "Muster") =>
        $$"""
            {"resourceType":"Patient","id":"{{id}}",{{Meta(confidentiality)}},"gender":"female",
            "name":[{"use":"usual","family":"{{family}}"}],"text":{"div":"Patient/{{id}}"} }
            """;

    private static string Meta(string confidentiality) =>
        $$"""
            "meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"{{confidentiality}}"}]}
            """;
}
