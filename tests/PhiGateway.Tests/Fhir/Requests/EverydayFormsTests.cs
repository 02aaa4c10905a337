using System.Text.Json;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Vocabulary;
using Xunit;

namespace PhiGateway.Tests.Fhir.Requests;

/// <summary>
/// What people are called, what older clients say of JSON, and what clients add to each address: forms of every day, each beside one that
/// stays refused.
/// </summary>
public sealed class EverydayFormsTests
{
    // Persian, Malayalam (old and new), Sinhala, emoji with a profession and a skin tone, a rainbow.
    [Theory]
    [InlineData("\u0639\u0644\u06cc\u200c\u0631\u0636\u0627")]
    [InlineData("\u0d2e\u0d4b\u0d39\u0d28\u0d4d\u200d")]
    [InlineData("\u0d2e\u0d4b\u0d39\u0d28\u0d4d\u200d \u0d32\u0d3e\u0d32\u0d4d\u200d")]
    [InlineData("\u0dc1\u0dca\u200d\u0dbb\u0dd3")]
    [InlineData("\U0001F469\U0001F3FD\u200d\u2695\uFE0F")]
    [InlineData("\U0001F3F3\uFE0F\u200d\U0001F308")]
    public void Read_JoinerBetweenWhatItShapes_IsPartOfTheName(string name)
    {
        var request = RequestFixture.Understood("GET", "/fhir/Patient?family=" + Uri.EscapeDataString(name));

        Assert.Equal(name, request.Parameter("family"));
        Assert.Equal(
            "/Patient?family=" + Uri.EscapeDataString(name),
            UpstreamCallFactory.Create(request, RequestFixture.Permit()).PathAndQuery
        );
    }

    [Theory]
    [InlineData("Mu\u200dster")]
    [InlineData("Muster\u200c")]
    [InlineData("\u200d\u0639")]
    [InlineData("\u0639\u200c")]
    [InlineData("\u0639\u200c\u200c\u0631")]
    [InlineData("\u0639\u200b\u0631")]
    [InlineData("\u0639\u202e\u0631")]
    [InlineData("\u0639\u200cA")]
    [InlineData("\u00fc\u200d\u00fc")]
    [InlineData("\uFE0F\u200d")]
    public void Read_JoinerThatShapesNothing_IsRefused(string name) =>
        Assert.Equal(DenyReason.MalformedQuery, RequestFixture.Refused("GET", "/fhir/Patient?family=" + Uri.EscapeDataString(name)));

    // R4 3.1.0.1.11: servers are encouraged to go on taking the media type of before STU 3.
    [Theory]
    [InlineData("application/json+fhir")]
    [InlineData("application/json+fhir; charset=UTF-8")]
    [InlineData("Application/JSON+FHIR;q=0.9, application/xml+fhir;q=0.5")]
    [InlineData("text/json, text/xml;q=0.5")]
    [InlineData("")]
    public void Read_OldNameOfJson_IsTaken(string type)
    {
        RequestFixture.Understood("GET", "/fhir/Patient/17", new FhirHeaders { Accept = type });
        RequestFixture.Understood("GET", "/fhir/Patient/17?_format=application/json%2Bfhir");
        RequestFixture.Understood("GET", "/fhir/Patient/17?_format=application/json+fhir");
        if (!type.Contains(',', StringComparison.Ordinal) && type.Length > 0)
        {
            var headers = new FhirHeaders { ContentType = type };
            RequestFixture.Understood("POST", "/fhir/Patient", headers, """{"resourceType":"Patient"}""");
        }
    }

    [Theory]
    [InlineData("application/xml+fhir")]
    [InlineData("application/json+fhir;q=0")]
    [InlineData("application/json+fhirx")]
    [InlineData("application/json+fhir;fhirVersion=3.0")]
    public void Read_OldNameOfAnotherForm_IsRefused(string type) =>
        Assert.Equal(DenyReason.NotAcceptable, RequestFixture.Refused("GET", "/fhir/Patient/17", new FhirHeaders { Accept = type }));

    // R4 3.1.0.1.5: parameters for all interactions.
    [Theory]
    [InlineData("/fhir/Patient/17/$everything?_elements=code,subject", "/Patient/17/$everything")]
    [InlineData("/fhir/Patient/17/$everything?_summary=true&_count=20", "/Patient/17/$everything?_count=20")]
    [InlineData("/fhir/Patient/17/$everything?_summary=false&_type=Observation", "/Patient/17/$everything?_type=Observation")]
    [InlineData("/fhir/ValueSet/$expand?_summary=false&url=http://a.example/v", "/ValueSet/$expand?url=http://a.example/v")]
    public void Read_HowMuchOfEachIsWritten_IsTheGatewaysToCut(string target, string sent) =>
        Assert.Equal(sent, UpstreamCallFactory.Create(RequestFixture.Understood("GET", target), RequestFixture.Permit()).PathAndQuery);

    [Theory]
    [InlineData("/fhir/Patient/17/$everything?_summary=count")]
    [InlineData("/fhir/Patient/17/$everything?_elements=a,,b")]
    [InlineData("/fhir/ValueSet/$expand?url=http://a.example/v&_elements=id")]
    [InlineData("/fhir/ValueSet/$expand?url=http://a.example/v&_summary=true")]
    public void Read_OtherViewsOfAnOperation_AreRefused(string target) =>
        Assert.Equal(DenyReason.UnknownParameter, RequestFixture.Refused("GET", target));

    [Theory]
    [InlineData("PUT", "/fhir/Patient/17?_summary=false", "PUT", "/Patient/17")]
    [InlineData("POST", "/fhir/Patient?_summary=false&_format=json", "POST", "/Patient")]
    [InlineData("DELETE", "/fhir/Patient/17?_summary=false", "DELETE", "/Patient/17")]
    public void Read_WriteThatAsksForAllOfIt_IsThatWrite(string method, string target, string sent, string path)
    {
        var body = method == "DELETE" ? string.Empty : """{"resourceType":"Patient","id":"17"}""";
        var headers = method == "DELETE" ? default : RequestFixture.Json;
        var call = UpstreamCallFactory.Create(RequestFixture.Understood(method, target, headers, body), RequestFixture.Permit());

        Assert.Equal((sent, path), (call.Method, call.PathAndQuery));
    }

    [Theory]
    [InlineData("_summary=true")]
    [InlineData("_summary=count")]
    [InlineData("_elements=id")]
    public void Read_WriteWithAnotherView_IsRefused(string query) =>
        Assert.Equal(
            DenyReason.UnknownParameter,
            RequestFixture.Refused("PUT", "/fhir/Patient/17?" + query, RequestFixture.Json, """{"resourceType":"Patient","id":"17"}""")
        );

    // Both are strings in R4, and loaders put them together from what they have.
    [Theory]
    [InlineData("identifier=http://acme.example/mrns|AB 123", "http://acme.example/mrns|AB 123")]
    [InlineData("identifier=http://acme.example/mrns|M\u00fcller", "http://acme.example/mrns|M\u00fcller")]
    [InlineData("identifier=http://acme.example/mrns%7CAB%20123", "http://acme.example/mrns|AB 123")]
    public void Read_ConditionWrittenAsAText_IsThatCondition(string condition, string value)
    {
        var alone = RequestFixture.Understood(
            "POST",
            "/fhir/Patient",
            RequestFixture.Json with
            {
                IfNoneExist = condition,
            },
            """{"resourceType":"Patient"}"""
        );
        var entries = RequestFixture
            .Understood(
                "POST",
                "/fhir",
                RequestFixture.Json,
                $$$$"""
                {"resourceType":"Bundle","type":"transaction","entry":[
                  {"resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient","ifNoneExist":{{{{Json(condition)}}}}}},
                  {"resource":{"resourceType":"Observation","subject":{"reference":{{{{Json(
                    "Patient?" + condition
                )}}}}}},"request":{"method":"POST","url":"Observation"}}]}
                """
            )
            .Entries;

        Assert.All(
            (FhirRequest[])[alone, .. entries],
            request => Assert.Equal(value, Assert.Single(request.Conditions).Search.Parameter("identifier"))
        );
        Assert.Equal("Patient?" + condition, entries[1].Conditions[0].Reference);
    }

    [Theory]
    [InlineData("identifier=a|1\u202e")]
    [InlineData("identifier=a|1\u0007")]
    [InlineData("identifier=a|1#b")]
    [InlineData("identifier =a|1")]
    [InlineData(" ")]
    public void Read_ConditionThatCannotBeReadInOneWay_IsRefused(string condition) =>
        RequestFixture.Refused(
            "POST",
            "/fhir/Patient",
            RequestFixture.Json with
            {
                IfNoneExist = condition,
            },
            """{"resourceType":"Patient"}"""
        );

    [Theory]
    [InlineData("_profile:below=http://a.example/p")]
    [InlineData("_tag:in=http://a.example/v")]
    [InlineData("_security:not-in=http://a.example/v")]
    [InlineData("_security:below=http://terminology.hl7.org/CodeSystem/v3-Confidentiality%7CR")]
    public void Read_WordsOfEveryResourceByTheirHierarchy_Narrow(string query) =>
        Assert.Contains(
            query.Split(':')[1].Split('=')[0],
            UpstreamCallFactory.Create(RequestFixture.Understood("GET", "/fhir/Patient?" + query), RequestFixture.Permit()).PathAndQuery,
            StringComparison.Ordinal
        );

    // RFC 7240, section 2.
    [Theory]
    [InlineData("return=minimal", "return=minimal")]
    [InlineData("Return=\"minimal\"", "return=minimal")]
    [InlineData("handling=strict, return = representation ; wait=10", "return=representation")]
    [InlineData("return=\"OperationOutcome\"", "return=OperationOutcome")]
    [InlineData("return=least", null)]
    [InlineData("return", null)]
    [InlineData("returns=minimal", null)]
    [InlineData("handling=\"return=minimal\"", null)]
    public void Read_PreferenceInAnySpelling_GoesInOne(string prefer, string? sent)
    {
        var request = RequestFixture.Understood(
            "POST",
            "/fhir/Patient",
            RequestFixture.Json with
            {
                Prefer = prefer,
            },
            """{"resourceType":"Patient"}"""
        );

        var headers = UpstreamCallFactory.Create(request, RequestFixture.Permit()).Headers;
        Assert.Equal(sent, headers.Where(static header => header.Key == "Prefer").Select(static header => header.Value).SingleOrDefault());
    }

    // Units of measure have brackets (UCUM), which browsers and scripts leave as they are.
    [Theory]
    [InlineData("value-quantity=gt120|http://unitsofmeasure.org|mm[Hg]", "value-quantity", "gt120|http://unitsofmeasure.org|mm[Hg]")]
    [InlineData("code=http://unitsofmeasure.org|[degF]", "code", "http://unitsofmeasure.org|[degF]")]
    public void Read_BracketsInAValue_ArePartOfIt(string query, string name, string value)
    {
        var request = RequestFixture.Understood("GET", "/fhir/Observation?" + query);
        var form = RequestFixture.Understood("POST", "/fhir/Observation/_search", RequestFixture.Form, query);

        Assert.Equal((value, value), (request.Parameter(name), form.Parameter(name)));
        Assert.DoesNotContain("[", UpstreamCallFactory.Create(request, RequestFixture.Permit()).PathAndQuery, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("patient[]=17")]
    [InlineData("patient[0]=17")]
    [InlineData("[patient]=17")]
    [InlineData("code=a&patient[=17")]
    [InlineData("patient[17]")]
    public void Read_BracketsInAName_AreRefused(string query)
    {
        Assert.Equal(DenyReason.MalformedQuery, RequestFixture.Refused("GET", "/fhir/Observation?" + query));
        Assert.Equal(DenyReason.MalformedQuery, RequestFixture.Refused("POST", "/fhir/Observation/_search", RequestFixture.Form, query));
    }

    private static string Json(string text) => JsonSerializer.Serialize(text);
}
