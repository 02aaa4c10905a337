using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Settle;

/// <summary>
/// A Bundle that is validated may come from anywhere: what its entries name below another server's address is no name here, and whatever a
/// server may look for in its own store is asked about.
/// </summary>
public sealed class ValidatedBundleTests : IDisposable
{
    private const string Elsewhere = "https://elsewhere.example/r4/";

    private readonly StageWorld _world = new(
        null,
        null,
        TestRegistry.Grant() with
        {
            Types = ["Bundle", "Observation", "Condition"],
            Interactions = ["read", "search", "create"],
            Operations = ["$validate"],
        }
    );

    public ValidatedBundleTests() =>
        _world.Upstream.Answers("GET /Condition/own", Condition("own", "17")).Answers("GET /Condition/foreign", Condition("foreign", "18"));

    public void Dispose() => _world.Dispose();

    /// <summary>Where an entry stands, what it names, and whether that is a name here which may not be named.</summary>
    public static TheoryData<string?, string, string?> Names =>
        new()
        {
            // Of another server: its relative names are that server's by R4, and are looked for here by servers that check.
            { Elsewhere + "Observation/1", "Condition/foreign", "patient-undetermined" },
            { Elsewhere + "Observation/1", "Condition/nothing", "patient-undetermined" },
            { Elsewhere + "Observation/1", "Patient/18", "outside-roster" },
            { Elsewhere + "Observation/1", "Condition/own", null },
            { Elsewhere + "Observation/1", Elsewhere + "Condition/foreign", null },
            { "http://elsewhere.example:8080/Observation/1", "Condition/foreign", "patient-undetermined" },
            // A name below a base of ours is one wherever it stands.
            { Elsewhere + "Observation/1", "https://gw.example/fhir/Condition/foreign", "patient-undetermined" },
            { Elsewhere + "Observation/1", "http://fhir.example/r4/Condition/nothing", "patient-undetermined" },
            { Elsewhere + "Observation/1", "https://gw.example/fhir/Patient/18", "outside-roster" },
            { Elsewhere + "Observation/1", "https://gw.example/fhir/Condition/own", null },
            // Not for certain another server's entry.
            { "https://gw.example/fhir/Observation/1", "Condition/foreign", "patient-undetermined" },
            { "http://fhir.example/r4/Observation/1", "Condition/foreign", "patient-undetermined" },
            { "HTTPS://GW.EXAMPLE/fhir/Observation/1", "Condition/foreign", "patient-undetermined" },
            { "https://gw.example:443/fhir/Observation/1", "Condition/foreign", "patient-undetermined" },
            { "https://gw.example/other/../fhir/Observation/1", "Condition/foreign", "patient-undetermined" },
            { "https://gw.example/%66hir/Observation/1", "Condition/foreign", "patient-undetermined" },
            { Elsewhere + "Observation/2", "Condition/foreign", "patient-undetermined" },
            { Elsewhere + "Condition/1", "Condition/foreign", "patient-undetermined" },
            { Elsewhere + "Observation/1?a=b", "Condition/foreign", "patient-undetermined" },
            { "urn:uuid:7d1ae3f8-6d1c-4f0e-9d5e-1f7f4a6b2c11", "Condition/foreign", "patient-undetermined" },
            { "elsewhere/Observation/1", "Condition/foreign", "patient-undetermined" },
            { null, "Condition/foreign", "patient-undetermined" },
            { null, "Condition/own", null },
        };

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Run_EntryThatNamesARecord_IsAskedAboutWhereItIsOneOfThisServer(string? fullUrl, string name, string? refusal)
    {
        var entry = Entry(fullUrl, Observation("1", name));
        foreach (
            var body in (string[])
                [
                    Bundle("collection", entry),
                    Bundle("transaction", entry),
                    $$"""{"resourceType":"Parameters","parameter":[{"name":"resource","resource":{{Bundle("collection", entry)}} }]}""",
                ]
        )
        {
            Assert.Equal(refusal, await RefusalAsync(body));
        }
    }

    // The entry that is named stands elsewhere, the one that names it here: a server looks in its own store.
    [Theory]
    [InlineData(Elsewhere, "patient-undetermined")]
    [InlineData("https://gw.example/fhir/", null)]
    public async Task Run_NameOfAnotherEntry_IsItsOwnWhereThatStandsHere(string server, string? refusal)
    {
        var body = Bundle(
            "collection",
            Entry(null, Observation("1", "Condition/foreign")),
            Entry(server + "Condition/foreign", Condition("foreign", "17"))
        );

        Assert.Equal(refusal, await RefusalAsync(body));
    }

    // What is to be done with an entry is done here, wherever it comes from.
    [Fact]
    public async Task Run_EntryFromElsewhereThatWouldChangeARecordHere_IsAskedAbout()
    {
        var entry = $$"""
            {"fullUrl":"{{Elsewhere}}Observation/1","resource":{{Observation("1", "Condition/own")}},
            "request":{"method":"PUT","url":"Condition/foreign"} }
            """;

        Assert.Equal("patient-undetermined", await RefusalAsync(Bundle("transaction", entry)));
    }

    // A transaction that is validated may delete and read.
    [Theory]
    [InlineData("DELETE", "Condition/own", null)]
    [InlineData("GET", "Condition/own", null)]
    [InlineData("DELETE", "Condition/foreign", "patient-undetermined")]
    [InlineData("GET", "Condition/nothing", "patient-undetermined")]
    public async Task Run_EntryThatIsARequestAlone_IsAskedAboutByWhatItNames(string method, string url, string? refusal)
    {
        var entry = $$"""{"request":{"method":"{{method}}","url":"{{url}}"} }""";

        Assert.Equal(refusal, await RefusalAsync(Bundle("transaction", Entry(null, Observation("1", "Condition/own")), entry)));
        Assert.Equal(refusal, await RefusalAsync(Bundle("transaction", entry)));
    }

    // A Bundle inside an entry has entries of its own.
    [Fact]
    public async Task Run_BundleInsideAnEntryFromElsewhere_IsAskedAboutByItself()
    {
        var inner = Bundle("collection", Entry(null, Observation("1", "Condition/foreign")))
            .Replace("\"type\"", "\"id\":\"b\",\"type\"", StringComparison.Ordinal);

        Assert.Equal("patient-undetermined", await RefusalAsync(Bundle("collection", Entry(Elsewhere + "Bundle/b", inner))));
    }

    [Theory]
    [InlineData(Elsewhere + "Observation/1", "Binary/b1", "patient-undetermined")]
    [InlineData(Elsewhere + "Observation/1", Elsewhere + "Binary/b1", null)]
    [InlineData(Elsewhere + "Observation/1", "https://gw.example/fhir/Binary/b1", "patient-undetermined")]
    [InlineData(null, "Binary/b1", "patient-undetermined")]
    public async Task Run_EntryThatNamesAFile_IsAskedAboutLikewise(string? fullUrl, string file, string? refusal)
    {
        var observation = Observation("1", "Condition/own")
            .Replace("\"status\"", $"\"derivedFrom\":[{{\"reference\":\"{file}\"}}],\"status\"", StringComparison.Ordinal);

        Assert.Equal(refusal, await RefusalAsync(Bundle("collection", Entry(fullUrl, observation))));
    }

    private async Task<string?> RefusalAsync(string body)
    {
        using var exchange = _world.Open("POST", "/fhir/Bundle/$validate", body);
        var result = await _world.WalkAsync(exchange, "Settle");
        Assert.True(result.Continues || result.Refusal is not null, result.Detail);
        return result.Refusal?.Code;
    }

    private static string Bundle(string type, params string[] entries) =>
        $$"""{"resourceType":"Bundle","type":"{{type}}","entry":[{{string.Join(',', entries)}}]}""";

    private static string Entry(string? fullUrl, string resource) =>
        fullUrl is null ? $$"""{"resource":{{resource}} }""" : $$"""{"fullUrl":"{{fullUrl}}","resource":{{resource}} }""";

    private static string Observation(string id, string name) =>
        $$"""
            {"resourceType":"Observation","id":"{{id}}","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/17"},
            "focus":[{"reference":"{{name}}"}]}
            """;

    private static string Condition(string id, string patient) =>
        $$"""{"resourceType":"Condition","id":"{{id}}","subject":{"reference":"Patient/{{patient}}"} }""";
}
