using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Vocabulary;
using Xunit;

namespace PhiGateway.Tests.Fhir.Requests;

/// <summary>
/// How clients of FHIR's libraries write addresses: whole ones where a relative one would do, and the form of the answer in each. Beside each
/// form one that means something else.
/// </summary>
public sealed class ClientAddressTests
{
    private const string Patient = """{"resourceType":"Patient","name":[{"family":"Muster"}]}""";
    private const string Handle = "aBcDeFgHiJkLmNoPqRsT";

    // HAPI's client writes the address that it posts to (BaseHttpClient.addHeaderIfNoneExist), with the form that it was set to.
    [Theory]
    [InlineData("https://gw.hospital.example/fhir/Patient?identifier=http%3A%2F%2Facme.org%2Fmrns%7C12345")]
    [InlineData("https://gw.hospital.example/fhir/Patient?_format=json&identifier=http%3A%2F%2Facme.org%2Fmrns%7C12345")]
    [InlineData("https://ehr.internal:8443/r4/Patient?identifier=http%3A%2F%2Facme.org%2Fmrns%7C12345&_pretty=true")]
    [InlineData("Patient?identifier=http://acme.org/mrns|12345")]
    [InlineData("/Patient?identifier=http://acme.org/mrns|12345")]
    [InlineData("?identifier=http://acme.org/mrns|12345")]
    [InlineData("identifier=http://acme.org/mrns|12345")]
    public void Create_ConditionAsAddressOfItsType_IsThatCondition(string condition)
    {
        foreach (var request in (FhirRequest?[])[Alone(condition), InABundle("batch", condition), InABundle("transaction", condition)])
        {
            var search = Assert.IsType<FhirRequest>(request).OwnCondition!.Search;

            Assert.Equal(ResourceType.Patient, search.Type);
            var said = Assert.Single(search.Parameters, static parameter => parameter.Name != "_count");
            Assert.Equal(("identifier", "http://acme.org/mrns|12345"), (said.Name, said.Value));
        }
    }

    [Theory]
    [InlineData("https://gw.hospital.example/fhir/Observation?identifier=1")]
    [InlineData("Observation?identifier=1")]
    [InlineData("https://gw.hospital.example/fhir/Patient/1?identifier=1")]
    [InlineData("https://gw.hospital.example/fhir/?identifier=1")]
    [InlineData("https://gw.hospital.example/fhir?identifier=1")]
    [InlineData("https://gw.hospital.example/fhirx/Patient?identifier=1")]
    [InlineData("https://gw.hospital.example:444/fhir/Patient?identifier=1")]
    [InlineData("https://me@gw.hospital.example/fhir/Patient?identifier=1")]
    [InlineData("http://gw.hospital.example/fhir/Patient?identifier=1")]
    [InlineData("https://evil.example/fhir/Patient?identifier=1")]
    [InlineData("//evil.example/Patient?identifier=1")]
    [InlineData("Patient?identifier=1?identifier=2")]
    [InlineData("Patient??identifier=1")]
    [InlineData("Patient?")]
    [InlineData("Patient?_format=json")]
    [InlineData("Patient?_format=xml&identifier=1")]
    [InlineData("Patient?_count=1&identifier=1")]
    [InlineData("Patient?nothing=1")]
    public void Create_ConditionAsAnotherAddress_IsRefused(string condition)
    {
        Assert.Null(Alone(condition));
        Assert.Null(InABundle("batch", condition));
        Assert.Null(InABundle("transaction", condition));
    }

    [Theory]
    [InlineData("https://gw.hospital.example/fhir/Observation/1", true)]
    [InlineData("https://gw.hospital.example/other/Observation/1", true)]
    [InlineData("https://gw.hospital.example/others/Observation/1", false)]
    [InlineData("https://evil.example/other/Observation/1", false)]
    public void Bundle_UrlBelowAnotherBaseOfThisServer_IsRelativeToIt(string url, bool isOurs)
    {
        var context = RequestFixture.Context with { Aliases = ["https://gw.hospital.example/other"] };
        var bundle = $$$"""{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"{{{url}}}"} }]}""";
        var reading = RequestFixture.Read("POST", "/fhir", RequestFixture.Json, bundle, context);

        Assert.True(reading.TryGet(out var request, out _));
        Assert.Equal(isOurs, request.Entries[0].Unread is null);
    }

    // HAPI and Firely add the form to every address, to those that they were given too.
    [Theory]
    [InlineData($"/fhir/?_page={Handle}&_format=json")]
    [InlineData($"/fhir/?_format=application%2Ffhir%2Bjson&_page={Handle}&_pretty=true")]
    [InlineData($"/fhir/_export/{Handle}?_format=json")]
    [InlineData($"/fhir/_file/{Handle}?_format=json&_pretty=false")]
    public void Handle_WithTheFormOfTheAnswer_IsThatHandle(string target) =>
        Assert.Equal(Handle, RequestFixture.Understood("GET", target).Handle);

    [Theory]
    [InlineData($"/fhir/?_page={Handle}&_count=5", "malformed-query")]
    [InlineData($"/fhir/?_page={Handle}&_elements=id&_format=json", "malformed-query")]
    [InlineData($"/fhir/?_page={Handle}&_summary=true", "malformed-query")]
    [InlineData($"/fhir/?_page={Handle}&_include=Observation:subject", "malformed-query")]
    [InlineData($"/fhir/?_page={Handle}&_page={Handle}&_format=json", "malformed-query")]
    [InlineData($"/fhir/?_page={Handle}&_format=xml", "not-acceptable")]
    [InlineData($"/fhir/_export/{Handle}?_format=json&_count=1", "unknown-parameter")]
    [InlineData($"/fhir/_file/{Handle}?patient=17", "unknown-parameter")]
    [InlineData($"/fhir/_file/{Handle}?_format=xml", "not-acceptable")]
    public void Handle_WithAnythingElse_IsRefused(string target, string reason) =>
        Assert.Equal(reason, RequestFixture.Refused("GET", target).Code);

    [Theory]
    [InlineData("/fhir/metadata?_summary=true", true)]
    [InlineData("/fhir/metadata?_summary=data&_format=json", true)]
    [InlineData("/fhir/metadata?_elements=fhirVersion,rest", true)]
    [InlineData("/fhir/metadata?_summary=count", false)]
    [InlineData("/fhir/metadata?_elements=", false)]
    [InlineData("/fhir/metadata?_count=1", false)]
    [InlineData("/fhir/metadata?patient=17", false)]
    public void Capabilities_AskedForInShort_AreThose(string target, bool isRead) =>
        Assert.Equal(isRead, RequestFixture.Read("GET", target).TryGet(out _, out _));

    [Fact]
    public void Any_AddressThatIsTooLong_IsRefusedWithTheWayOut()
    {
        var refused = RequestFixture.Refused("GET", "/fhir/Observation?code=" + new string('a', 8192));

        Assert.Equal((414, "address-too-long"), (refused.Status, refused.Code));
        Assert.Contains("_search", refused.PublicText, StringComparison.Ordinal);
        RequestFixture.Understood("GET", "/fhir/Observation?code=" + new string('a', 8000));
    }

    // What browsers leave bare in a query (URL standard), FHIR's own escape among it, is read there, and nowhere else.
    [Theory]
    [InlineData("/fhir/Observation?code=a\\,b", "a\\,b")]
    [InlineData("/fhir/Observation?code=x\\|y", "x\\|y")]
    [InlineData("/fhir/Observation?code={a}^b", "{a}^b")]
    [InlineData("/fhir/Observation?code=a%5C,b", "a\\,b")]
    [InlineData("/fhir/Observation\\1", null)]
    [InlineData("/fhir/Observation/{a}", null)]
    [InlineData("/fhir/Observation?code=a`b", null)]
    [InlineData("/fhir/Observation?code=\"a\"", null)]
    [InlineData("/fhir/Observation?code=<a>", null)]
    [InlineData("/fhir/Observation?code=a;b", null)]
    [InlineData("/fhir/Observation?patient[]=17", null)]
    [InlineData("/fhir/Observation?code=a[b]", "a[b]")]
    public void Search_CharacterThatBrowsersLeaveBare_IsReadInAQueryAlone(string target, string? value)
    {
        var isRead = RequestFixture.Read("GET", target).TryGet(out var request, out _);

        Assert.Equal(value, isRead ? request!.Parameter("code") : null);
        Assert.Equal(value is not null, isRead);
    }

    private static FhirRequest? Alone(string condition)
    {
        var headers = RequestFixture.Json with { IfNoneExist = condition };
        return RequestFixture.Read("POST", "/fhir/Patient", headers, Patient).TryGet(out var request, out _) ? request : null;
    }

    private static FhirRequest? InABundle(string kind, string condition)
    {
        var bundle = $$$"""
            {"resourceType":"Bundle","type":"{{{kind}}}","entry":[{"resource":{{{Patient}}},
            "request":{"method":"POST","url":"Patient","ifNoneExist":"{{{condition}}}"} }]}
            """;
        var isRead = RequestFixture.Read("POST", "/fhir", RequestFixture.Json, bundle).TryGet(out var request, out _);
        return isRead && request!.Entries[0].Unread is null ? request.Entries[0] : null;
    }
}
