using System.Text;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;
using Xunit;

namespace PhiGateway.Tests.Fhir.Requests;

public sealed class UpstreamCallFactoryTests
{
    [Theory]
    [InlineData("GET", "/fhir/Observation/1?_elements=code&_format=json", "GET", "/Observation/1")]
    [InlineData("HEAD", "/fhir/Observation/1", "GET", "/Observation/1")]
    [InlineData("GET", "/fhir/Patient/17/%24everything?_count=5", "GET", "/Patient/17/$everything?_count=5")]
    [InlineData("GET", "/fhir/Observation?patient=https://gw.hospital.example/fhir/Patient/17", "GET", "/Observation?patient=Patient/17")]
    [InlineData("GET", "/fhir/Observation?subject=17", "GET", "/Observation?subject=Patient/17")]
    [InlineData(
        "GET",
        "/fhir/Observation?code=http://loinc.org|1&_summary=text&_pretty=true",
        "GET",
        "/Observation?code=http://loinc.org%7C1"
    )]
    [InlineData("GET", "/fhir?_type=Patient&_id=1", "GET", "?_id=1&_type=Patient")]
    [InlineData("DELETE", "/fhir/Observation/1", "DELETE", "/Observation/1")]
    public void Create_Request_IsWrittenAnew(string method, string target, string upstreamMethod, string upstream)
    {
        var call = UpstreamCallFactory.Create(RequestFixture.Understood(method, target), RequestFixture.Permit());
        Assert.Equal(upstreamMethod, call.Method);
        Assert.StartsWith(upstream, call.PathAndQuery, StringComparison.Ordinal);
        Assert.Contains(call.Headers, header => header is { Key: "Accept", Value: "application/fhir+json" });
    }

    [Theory]
    [InlineData("/fhir/Observation/a-1.B")]
    [InlineData("/fhir/Observation/%61-1.%42")]
    public void Create_ReadByName_IsThatNameAndNothingElse(string target)
    {
        var request = RequestFixture.Understood("GET", target);
        var call = UpstreamCallFactory.Create(request, RequestFixture.Permit());

        Assert.Equal("/Observation/a-1.B", call.PathAndQuery);
        Assert.Equal([KeyValuePair.Create("Accept", "application/fhir+json")], call.Headers);
    }

    [Theory]
    [InlineData("/fhir/Patient/17/$everything?_count=5", "/Patient/17/$everything?_count=5&_type=Condition,Practitioner")]
    [InlineData("/fhir/Patient/17/*", "/Patient/17/*?_type=Condition")]
    [InlineData("/fhir?_lastUpdated=gt2026-01-01", "?_lastUpdated=gt2026-01-01&_type=Condition,Practitioner")]
    [InlineData("/fhir/$export", "/$export?_type=Condition,Practitioner")]
    [InlineData("/fhir/Group/7/$export?_since=2026-01-01T00:00:00Z", "/Group/7/$export?_since=2026-01-01T00:00:00Z&_type=Condition")]
    [InlineData("/fhir/Patient/17/$everything?_type=Condition", "/Patient/17/$everything?_type=Condition")]
    [InlineData("/fhir/Composition/17/$document", "/Composition/17/$document")]
    public void Create_WildcardUnderAPermitForTwoTypes_NamesThoseWhereThereIsAParameter(string target, string upstream)
    {
        var permit = new Permit("use-case/1", [], new TwoTypes());
        Assert.Equal(
            upstream,
            UpstreamCallFactory
                .Create(
                    RequestFixture.Understood(
                        "GET",
                        target,
                        target.Contains("$export", StringComparison.Ordinal) ? RequestFixture.Async : default
                    ),
                    permit
                )
                .PathAndQuery
        );
    }

    [Fact]
    public void Create_NarrowSearch_IsASeparateAnd()
    {
        var narrow = new NarrowSearch([KeyValuePair.Create("category", "http://x|lab")]);
        var call = UpstreamCallFactory.Create(
            RequestFixture.Understood("GET", "/fhir/Observation?category=vital-signs&_total=accurate"),
            RequestFixture.Permit(narrow)
        );
        Assert.Equal("/Observation?category=vital-signs&category=http://x%7Clab", call.PathAndQuery);
        Assert.Contains(call.Headers, header => header is { Key: "Prefer", Value: "handling=strict" });
    }

    [Theory]
    [InlineData("/fhir/Observation?code=x", "/Observation?code=x&patient=Patient/1,Patient/2")]
    [InlineData("/fhir/Condition", "/Condition?patient=Patient/1,Patient/2")]
    [InlineData("/fhir/Patient?birthdate=2000-01-01", "/Patient?birthdate=2000-01-01&_id=1,2")]
    [InlineData("/fhir/Coverage", "/Coverage?patient=Patient/1,Patient/2")]
    [InlineData("/fhir/Device", "/Device")]
    [InlineData("/fhir/Practitioner", "/Practitioner")]
    public void Create_SearchConfinedToPatients_NamesThemByTheOwnerOfTheType(string target, string upstream)
    {
        var permit = RequestFixture.Permit(new NarrowSearch([]) { Patients = [PatientId.Parse("1"), PatientId.Parse("2")] });
        var request = RequestFixture.Understood("GET", target);
        Assert.Equal(upstream, UpstreamCallFactory.Create(request, permit).PathAndQuery);
        Assert.Equal(upstream.Contains("1,", StringComparison.Ordinal) ? 1 : 0, UpstreamCallFactory.FindNarrowing(request, permit).Count);
    }

    [Fact]
    public void Create_SearchByForm_StaysAFormWithAllParameters()
    {
        var call = UpstreamCallFactory.Create(
            RequestFixture.Understood("POST", "/fhir/Observation/_search?patient=17", RequestFixture.Form, "code=a%26b"),
            RequestFixture.Permit()
        );
        Assert.Equal(("POST", "/Observation/_search"), (call.Method, call.PathAndQuery));
        Assert.Equal("patient=17&code=a%26b", Encoding.ASCII.GetString(call.Body.Span));
    }

    [Fact]
    public void Create_LimitRecords_CapsTheCount()
    {
        Assert.EndsWith(
            "_count=50",
            UpstreamCallFactory
                .Create(RequestFixture.Understood("GET", "/fhir/Observation?_count=500"), RequestFixture.Permit(new LimitRecords(50)))
                .PathAndQuery,
            StringComparison.Ordinal
        );
        Assert.EndsWith(
            "_count=50",
            UpstreamCallFactory
                .Create(RequestFixture.Understood("GET", "/fhir/Observation?patient=17"), RequestFixture.Permit(new LimitRecords(50)))
                .PathAndQuery,
            StringComparison.Ordinal
        );
        Assert.EndsWith(
            "_count=7",
            UpstreamCallFactory
                .Create(RequestFixture.Understood("GET", "/fhir/Observation?_count=5"), RequestFixture.Permit(new LimitRecords(7)))
                .PathAndQuery,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("GET", "/fhir/Observation?_count=5", "_count=50")]
    [InlineData("GET", "/fhir/Observation/_history?_count=1", "_count=50")]
    [InlineData("GET", "/fhir/Patient/17/Observation?_count=1", "_count=50")]
    [InlineData("GET", "/fhir/Observation?_count=51", "_count=51")]
    [InlineData("GET", "/fhir/Patient/17/$everything?_count=5", "_count=50")]
    [InlineData("GET", "/fhir/Patient/17/$everything?_count=500", "_count=500")]
    public void Create_SomethingMayBeWithheld_AsksForPagesOfMoreThanAFewMatches(string method, string target, string count)
    {
        var request = RequestFixture.Understood(method, target);

        Assert.EndsWith(
            count,
            UpstreamCallFactory.Create(request, RequestFixture.Permit(new WithholdLabelled())).PathAndQuery,
            StringComparison.Ordinal
        );
        Assert.EndsWith(
            target[target.IndexOf('?', StringComparison.Ordinal)..],
            UpstreamCallFactory.Create(request, RequestFixture.Permit()).PathAndQuery,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("_summary=count")]
    [InlineData("_count=0")]
    public void FindConflict_CountOfWhatIsWithheld_IsHidden(string parameter)
    {
        var request = RequestFixture.Understood("GET", $"/fhir/Observation?patient=17&{parameter}");
        Assert.Same(DenyReason.HiddenElement, UpstreamCallFactory.FindConflict(request, RequestFixture.Permit(new WithholdLabelled())));
        Assert.Null(UpstreamCallFactory.FindConflict(request, RequestFixture.Permit()));
    }

    [Theory]
    [InlineData("POST", "/fhir/Observation", "identifier=a|1")]
    [InlineData("PUT", "/fhir/Observation?identifier=a|1", null)]
    [InlineData("DELETE", "/fhir/Observation?identifier=a|1", null)]
    public void Create_ConditionThatWasNotLookedUp_Throws(string method, string target, string? ifNoneExist)
    {
        var headers = method == "DELETE" ? default : RequestFixture.Json with { IfNoneExist = ifNoneExist };
        var request = RequestFixture.Understood(
            method,
            target,
            headers,
            method == "DELETE" ? string.Empty : "{\"resourceType\":\"Observation\"}"
        );
        Assert.Throws<ArgumentException>(() => UpstreamCallFactory.Create(request, RequestFixture.Permit()));
    }

    [Fact]
    public void Unless_SearchThatFoundNothing_IsTheNarrowedCondition()
    {
        var request = RequestFixture.Understood(
            "POST",
            "/fhir/Observation",
            RequestFixture.Json with
            {
                IfNoneExist = "identifier=a|1",
            },
            "{\"resourceType\":\"Observation\"}"
        );
        Assert.True(ConditionalWrite.Read(ConditionalWrite.OnNone(request)!, request, RequestFixture.Context).TryGet(out var plain, out _));
        var permit = RequestFixture.Permit(new NarrowSearch([KeyValuePair.Create("category", "laboratory")]));

        var call = UpstreamCallFactory.Unless(
            UpstreamCallFactory.Create(plain, RequestFixture.Permit()),
            request.OwnCondition!.Search,
            permit
        );

        Assert.Equal(("POST", "/Observation", "application/fhir+json"), (call.Method, call.PathAndQuery, call.ContentType));
        Assert.Contains(call.Headers, header => header is { Key: "If-None-Exist", Value: "identifier=a%7C1&category=laboratory" });
        Assert.Equal(
            "/Observation?identifier=a%7C1&_count=50&category=laboratory",
            UpstreamCallFactory.Create(request.OwnCondition.Search, permit).PathAndQuery
        );
    }

    [Fact]
    public void CreateTransaction_EntriesCalls_AreWrittenNarrowedAndTied()
    {
        const string Body = """
            {"resourceType":"Bundle","type":"transaction","meta":{"tag":[]},"entry":[
              {"fullUrl":"urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a","resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient"}},
              {"resource":{"resourceType":"Observation","subject":{"reference":"urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a"}},"request":{"method":"POST","url":"https://gw.hospital.example/fhir/Observation"}},
              {"request":{"method":"DELETE","url":"Observation/9","ifMatch":"W/\"3\""}},
              {"request":{"method":"GET","url":"Observation?patient=17"}}]}
            """;
        var transaction = RequestFixture.Understood("POST", "/fhir", RequestFixture.Json, Body);
        var narrow = RequestFixture.Permit(new NarrowSearch([KeyValuePair.Create("category", "laboratory")]));
        var call = UpstreamCallFactory.CreateTransaction(
            transaction,
            [.. transaction.Entries.Select(entry => UpstreamCallFactory.Create(entry, narrow))]
        );
        Assert.Equal(
            """{"resourceType":"Bundle","type":"transaction","entry":[{"fullUrl":"urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a","resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient"}},{"resource":{"resourceType":"Observation","subject":{"reference":"urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a"}},"request":{"method":"POST","url":"Observation"}},{"request":{"method":"DELETE","url":"Observation/9","ifMatch":"W/\u00223\u0022"}},{"request":{"method":"GET","url":"Observation?patient=17\u0026category=laboratory"}}]}""",
            Encoding.UTF8.GetString(call.Body.Span)
        );
    }

    private sealed class TwoTypes : ReleasePolicy
    {
        public override IReadOnlyList<SecurityLabel> KnownLabels => [];

        public override ResourceTypeSet Types { get; } =
            ResourceTypeSet.Of([ResourceType.Parse("Condition"), ResourceType.Parse("Practitioner")]);

        public override IReadOnlyList<string> ParametersNeeded(ResourceType type) => [];

        public override ElementSet ElementsOf(ResourceType type) => ElementSet.All;

        public override ReleaseVerdict Judge(ResourceFacts facts) => ReleaseVerdict.Withheld(WithholdReason.NotCovered);
    }
}
