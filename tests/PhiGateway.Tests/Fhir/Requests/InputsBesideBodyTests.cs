using System.Text;
using System.Text.Json.Nodes;
using PhiGateway.Fhir.Requests;
using Xunit;

namespace PhiGateway.Tests.Fhir.Requests;

/// <summary>
/// Most clients send the resource that is to be validated as the body and say in the address against what: one call with all of it in its
/// body. What says anything twice, or what the operation does not know, stays refused.
/// </summary>
public sealed class InputsBesideBodyTests
{
    private const string Patient = """{"resourceType":"Patient","active":true}""";

    [Theory]
    [InlineData(
        "Patient/$validate?profile=http://a.example/p",
        Patient,
        """[{"name":"profile","valueUri":"http://a.example/p"},{"name":"resource","resource":{"resourceType":"Patient","active":true}}]"""
    )]
    [InlineData(
        "Patient/$validate?_format=json&mode=create&profile=http://a.example/p",
        Patient,
        """
            [{"name":"mode","valueCode":"create"},{"name":"profile","valueUri":"http://a.example/p"},
            {"name":"resource","resource":{"resourceType":"Patient","active":true}}]
            """
    )]
    [InlineData(
        "ValueSet/$expand?filter=hea&count=10&activeOnly=true",
        """{"resourceType":"ValueSet","status":"draft"}""",
        """
            [{"name":"filter","valueString":"hea"},{"name":"count","valueInteger":10},{"name":"activeOnly","valueBoolean":true},
            {"name":"valueSet","resource":{"resourceType":"ValueSet","status":"draft"}}]
            """
    )]
    public void Read_SimpleInputsBesideTheResource_AreOneCall(string target, string body, string inputs)
    {
        var request = RequestFixture.Understood("POST", "/fhir/" + target, RequestFixture.Json, body);
        var call = UpstreamCallFactory.Create(request, RequestFixture.Permit());

        Assert.Equal(("POST", "/" + target.Split('?')[0]), (call.Method, call.PathAndQuery));
        var sent = JsonNode.Parse(Encoding.UTF8.GetString(call.Body.Span))!;
        Assert.Equal("Parameters", (string?)sent["resourceType"]);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(inputs), sent["parameter"]), sent.ToJsonString());
    }

    [Theory]
    [InlineData("Patient/$validate?nothing=1", Patient)]
    [InlineData("Patient/$validate?resource=x", Patient)]
    [InlineData("Patient/$validate?mode=delete", Patient)]
    [InlineData("Patient/$validate?profile=http://a.example/p&profile=http://a.example/q", Patient)]
    [InlineData("Patient/$validate?profile=http://a.example/p", """{"resourceType":"Observation","status":"final"}""")]
    [InlineData("Patient/$validate?profile=http://a.example/p", """{"resourceType":"Parameters","parameter":[]}""")]
    [InlineData("Patient/$validate?profile=http://a.example/p", "[]")]
    [InlineData("Patient/$match?count=1", Patient)]
    [InlineData("Patient/$everything?_count=1", """{"resourceType":"Parameters"}""")]
    [InlineData("ValueSet/$expand?count=many", """{"resourceType":"ValueSet","status":"draft"}""")]
    public void Read_InputsThatAreNoneOrStandTwice_AreRefused(string target, string body) =>
        Assert.Equal(400, RequestFixture.Refused("POST", "/fhir/" + target, RequestFixture.Json, body).Status);

    [Fact]
    public void Read_ResourceAlone_GoesAsItIs()
    {
        var request = RequestFixture.Understood("POST", "/fhir/Patient/$validate", RequestFixture.Json, Patient);

        Assert.Equal(Patient, Encoding.UTF8.GetString(UpstreamCallFactory.Create(request, RequestFixture.Permit()).Body.Span));
    }
}
