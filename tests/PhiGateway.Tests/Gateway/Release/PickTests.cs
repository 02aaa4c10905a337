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

    private async Task<string> IdsAsync(string method, string target, string? body)
    {
        using var exchange = _world.Open(method, target, body);
        var result = await _world.WalkAsync(exchange, "Release");
        Assert.True(result.Continues, $"{result.Refusal} {string.Join(' ', _world.Upstream.Lines)}");
        var entries = System.Text.Json.Nodes.JsonNode.Parse(StageWorld.Written(exchange))!["entry"]!.AsArray();
        return string.Join(',', entries.Select(static entry => (string?)entry!["resource"]!["id"]));
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

    private static string Patient(string id, string confidentiality) =>
        $$"""{"resourceType":"Patient","id":"{{id}}",{{Meta(confidentiality)}} }""";

    private static string Meta(string confidentiality) =>
        $$"""
            "meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"{{confidentiality}}"}]}
            """;
}
