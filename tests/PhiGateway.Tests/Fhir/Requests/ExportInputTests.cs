using System.Text;
using System.Text.Json.Nodes;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Vocabulary;
using Xunit;

namespace PhiGateway.Tests.Fhir.Requests;

/// <summary>What an export is begun with: how it may be said, and how it goes upstream.</summary>
public sealed class ExportInputTests
{
    private static FhirHeaders Begun => RequestFixture.Json with { Prefer = "respond-async" };

    // Bulk Data Access 2: "patient" is valid only in kick-off requests initiated by POST.
    [Theory]
    [InlineData("/fhir/Patient/$export", "/Patient/$export")]
    [InlineData("/fhir/Group/g/$export", "/Group/g/$export")]
    public void Export_OfPatientsByPost_GoesUpstreamByPost(string target, string place)
    {
        var body = Parameters(
            """{"name":"patient","valueReference":{"reference":"https://gw.hospital.example/fhir/Patient/p1"}}""",
            """{"name":"patient","valueReference":{"reference":"Patient/p2"}}""",
            """{"name":"_type","valueString":"Observation"}""",
            """{"name":"_since","valueInstant":"2026-01-01T00:00:00Z"}"""
        );
        var request = RequestFixture.Understood("POST", target, Begun, body);

        var call = UpstreamCallFactory.Create(request, RequestFixture.Permit());

        Assert.Equal(("POST", place, "application/fhir+json"), (call.Method, call.PathAndQuery, call.ContentType));
        Assert.Contains(KeyValuePair.Create("Prefer", "respond-async"), call.Headers);
        var sent = JsonNode.Parse(Encoding.UTF8.GetString(call.Body.Span))!["parameter"]!.AsArray();
        Assert.Equal(
            ["Patient/p1", "Patient/p2"],
            sent.Where(static one => Is(one, "patient")).Select(static one => (string?)one!["valueReference"]!["reference"])
        );
        Assert.Equal("Observation", (string?)Assert.Single(sent, static one => Is(one, "_type"))!["valueString"]);
        Assert.Equal("2026-01-01T00:00:00Z", (string?)Assert.Single(sent, static one => Is(one, "_since"))!["valueInstant"]);
        Assert.Equal(
            ["p1", "p2"],
            request.Parts.Single(static part => part.Type.Name == "Observation").Patients.Select(static one => one.Value)
        );
    }

    // Not every server takes a kick-off by POST, and all take one by GET.
    [Fact]
    public void Export_OfAllByPost_GoesUpstreamByGet()
    {
        var request = RequestFixture.Understood(
            "POST",
            "/fhir/Patient/$export",
            Begun,
            Parameters("""{"name":"_type","valueString":"Observation"}""")
        );

        var call = UpstreamCallFactory.Create(request, RequestFixture.Permit());

        Assert.Equal(("GET", "/Patient/$export?_type=Observation"), (call.Method, call.PathAndQuery));
    }

    [Theory]
    [InlineData("GET", "/fhir/Patient/$export?patient=Patient/p1", "")]
    [InlineData("POST", "/fhir/Patient/$export?patient=Patient/p1", """{"resourceType":"Parameters"}""")]
    [InlineData("POST", "/fhir/Patient/$export", """{"resourceType":"Parameters","parameter":[{"name":"patient"}]}""")]
    [InlineData(
        "POST",
        "/fhir/Patient/$export",
        """{"resourceType":"Parameters","parameter":[{"name":"patient","valueReference":{"reference":"https://evil.example/Patient/p1"}}]}"""
    )]
    public void Export_OfPatientsInAnotherWay_IsRefused(string method, string target, string body) =>
        Assert.False(RequestFixture.Read(method, target, Begun, body).TryGet(out _, out _));

    [Theory]
    [InlineData(101, true)]
    [InlineData(1000, true)]
    [InlineData(1001, false)]
    public void Export_OfManyPatients_HasRoomForAsManyAsAListOfValues(int patients, bool isRead)
    {
        var body = Parameters([
            .. Enumerable
                .Range(0, patients)
                .Select(static i => $$$"""{"name":"patient","valueReference":{"reference":"Patient/{{{i}}}"}}"""),
        ]);
        var reading = RequestFixture.Read("POST", "/fhir/Patient/$export", Begun, body);

        Assert.Equal(isRead, reading.TryGet(out _, out var refusal));
        Assert.Equal(isRead ? null : DenyReason.RequestTooCostly, refusal);
    }

    // A query inside a query: its values are encoded once as such, and the whole once more as a value.
    [Theory]
    [InlineData("Observation%3Fcode%3Dhttp%253A%252F%252Floinc.org%257C718-7", "http://loinc.org|718-7")]
    [InlineData("Observation%3Fcode%3Dhttp://loinc.org|718-7", "http://loinc.org|718-7")]
    [InlineData("Observation%3Fcode%3Atext%3Dheart%2520attack", "heart attack")]
    [InlineData("Observation%3Fcode%3Atext%3Da%2526b", "a&b")]
    public void Export_FilterThatIsEncodedAsAQueryInAQuery_IsReadAndSentOnAsItIs(string filter, string value)
    {
        var target = $"/fhir/Patient/$export?_type=Observation&_typeFilter={filter}";
        var request = RequestFixture.Understood("GET", target, RequestFixture.Async);
        var inner = Uri.UnescapeDataString(filter);

        Assert.Equal(inner, request.Parameter("_typeFilter"));
        Assert.Equal(value, Uri.UnescapeDataString(inner[(inner.IndexOf('=', StringComparison.Ordinal) + 1)..]));
        var sent = UpstreamCallFactory.Create(request, RequestFixture.Permit()).PathAndQuery;
        var again = RequestFixture.Understood("GET", "/fhir" + sent, RequestFixture.Async);
        Assert.Equal(inner, again.Parameter("_typeFilter"));
    }

    [Fact]
    public void Export_FilterByGetAndByPost_IsOne()
    {
        const string Filter = "Observation?patient=Patient%2F17&code=http%3A%2F%2Floinc.org%7C718-7";
        var get = RequestFixture.Understood(
            "GET",
            $"/fhir/Patient/$export?_typeFilter={Uri.EscapeDataString(Filter)}",
            RequestFixture.Async
        );
        var post = RequestFixture.Understood(
            "POST",
            "/fhir/Patient/$export",
            Begun,
            Parameters($$"""{"name":"_typeFilter","valueString":"{{Filter}}"}""")
        );

        Assert.Equal(post.Parameter("_typeFilter"), get.Parameter("_typeFilter"));
        Assert.Equal(["17"], get.Parts.Single(static part => part.Type.Name == "Observation").Patients.Select(static one => one.Value));
    }

    [Theory]
    [InlineData("/fhir/Patient/$export?_typeFilter=Observation%3Fcode%3Da%25252Fb")]
    [InlineData("/fhir/Patient/$export?_typeFilter=Observation%3Fcode%3Da%3Fcode%3Db")]
    [InlineData("/fhir/Patient/$export?_typeFilter=Patient%252F..%252FObservation%3Fcode%3Da")]
    [InlineData("/fhir/Patient/$export?_typeFilter=Observation%253Fcode%253Da")]
    [InlineData("/fhir/Patient/$export?_typeFilter=Observation%3Fcode%3Da%2500")]
    [InlineData("/fhir/Patient/$export?_typeFilter=Observation%3Fcode%3Da%250d%250ab")]
    [InlineData("/fhir/Patient/$export?_type=Observation%252CPatient")]
    [InlineData("/fhir/Observation?_typeFilter=Observation%3Fcode%3Da%252Fb")]
    [InlineData("/fhir/Observation?code=a%252Fb")]
    public void Any_EncodingOnceMoreThanThat_IsRefused(string target) =>
        Assert.False(RequestFixture.Read("GET", target, RequestFixture.Async).TryGet(out _, out _));

    private static bool Is(JsonNode? one, string name) => (string?)one!["name"] == name;

    private static string Parameters(params string[] parameters) =>
        $$"""{"resourceType":"Parameters","parameter":[{{string.Join(',', parameters)}}]}""";
}
