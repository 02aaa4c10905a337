using System.Text;
using System.Text.Json;
using PhiGateway.Fhir.Changes;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Requests;
using PhiGateway.Tests.Fhir.Answers;
using Xunit;

namespace PhiGateway.Tests.Fhir.Requests;

/// <summary>
/// What a client was given under the gateway's address goes back under the server's own: who reads and writes back changes nothing, and a
/// reference means the same on both sides.
/// </summary>
public sealed class OwnNamesTests
{
    private const string Ours = "https://gw.hospital.example/fhir";
    private const string Servers = "https://ehr.internal:8443/r4";

    [Theory]
    [InlineData("reference", "https://gw.hospital.example/fhir/Patient/17", "https://ehr.internal:8443/r4/Patient/17")]
    [InlineData("reference", "https:\\/\\/gw.hospital.example\\/fhir\\/Patient\\/17", "https://ehr.internal:8443/r4/Patient/17")]
    [InlineData("reference", "\\u0068ttps://gw.hospital.example/fhir/Patient/17", "https://ehr.internal:8443/r4/Patient/17")]
    [InlineData("reference", "HTTPS://GW.hospital.example/fhir/Patient/17", "https://ehr.internal:8443/r4/Patient/17")]
    [InlineData("display", "M\\u00fcller, see https://gw.hospital.example/fhir", "Müller, see https://ehr.internal:8443/r4")]
    [InlineData("reference", "https://gw.hospital.example/other/Patient/17", "https://ehr.internal:8443/r4/Patient/17")]
    public void Read_OurAddressInABody_GoesAsTheServers(string member, string sent, string forwarded)
    {
        var request = Read("PUT", "/fhir/Observation/o1", Observation(member, sent));

        var body = UpstreamCallFactory.Create(request, RequestFixture.Permit()).Body;
        using var json = JsonDocument.Parse(body);
        Assert.Equal(forwarded, json.RootElement.GetProperty("subject").GetProperty(member).GetString());
    }

    // The twins: what is not ours, or is ours for the server too, goes byte for byte.
    [Theory]
    [InlineData("Patient/17")]
    [InlineData("https://gw.hospital.example/fhirx/Patient/17")]
    [InlineData("https://gw.hospital.example:444/fhir/Patient/17")]
    [InlineData("https://gw.hospital.example.evil.example/fhir/Patient/17")]
    [InlineData("https://other.example/gw.hospital.example/fhir/Patient/17")]
    [InlineData("https://ehr.internal:8443/r4/Patient/17")]
    [InlineData("https://ehr.example/r4/Patient/17")]
    [InlineData("\\u00fc\\ud83d\\ude00 \\\"https:\\\"")]
    public void Read_OtherText_GoesAsItCame(string text)
    {
        var body = Observation("reference", text);

        Assert.Equal(body, Encoding.UTF8.GetString(Read("PUT", "/fhir/Observation/o1", body).Body.Span));
    }

    [Fact]
    public void Read_ServerThatNamesItselfByOurAddress_IsGivenIt()
    {
        var body = Observation("reference", Ours + "/Patient/17");
        var context = Context with { UpstreamBases = [Servers, Ours] };

        Assert.Equal(body, Encoding.UTF8.GetString(Read("PUT", "/fhir/Observation/o1", body, context).Body.Span));
    }

    [Fact]
    public void Read_ServerWithANameOfItsOwn_IsGivenThat()
    {
        var context = Context with { UpstreamBases = ["http://10.0.0.1/r4", Servers], ServerBase = Servers };

        var request = Read("PUT", "/fhir/Observation/o1", Observation("reference", Ours + "/Patient/17"), context);

        Assert.Contains(Servers + "/Patient/17", Encoding.UTF8.GetString(request.Body.Span), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("batch")]
    [InlineData("transaction")]
    public void Read_EntriesOfABundle_GoAsTheServers(string type)
    {
        var patch = Convert.ToBase64String(
            Encoding.UTF8.GetBytes(
                """[{"op":"test","path":"/subject/reference","value":"OURS/Patient/17"}]""".Replace("OURS", Ours, StringComparison.Ordinal)
            )
        );
        var bundle = $$$"""
            {"resourceType":"Bundle","type":"{{{type}}}","entry":[
              {"resource":{{{Observation(
                "reference",
                Ours + "/Patient/17"
            )}}},"request":{"method":"PUT","url":"{{{Ours}}}/Observation/o1"}},
              {"resource":{"resourceType":"Binary","contentType":"application/json-patch+json","data":"{{{patch}}}"},"request":{"method":"PATCH","url":"Observation/o2"}}]}
            """;

        var entries = Read("POST", "/fhir", bundle).Entries;

        Assert.All(entries, static entry => Assert.Null(entry.Unread));
        Assert.All(entries, static entry => Assert.Contains(Servers + "/Patient/17", Encoding.UTF8.GetString(entry.Body.Span)));
        Assert.All(entries, static entry => Assert.DoesNotContain(Ours, Encoding.UTF8.GetString(entry.Body.Span)));
    }

    [Fact]
    public void Read_InputOfAnOperation_GoesAsTheServers()
    {
        var request = Read("POST", "/fhir/Observation/$validate", Observation("reference", Ours + "/Patient/17"));

        var body = UpstreamCallFactory.Create(request, RequestFixture.Permit()).Body;
        Assert.Contains(Servers + "/Patient/17", Encoding.UTF8.GetString(body.Span), StringComparison.Ordinal);
    }

    // What the client is shown is the server's own with our addresses; sent back as it is, it is what is stored.
    [Fact]
    public void Read_WhatWasReadIsWrittenBack_IsWhatIsStored()
    {
        const string Stored = """
            {"resourceType":"Patient","id":"17","meta":{"source":"https://ehr.internal:8443/r4/feed#1"},
             "text":{"status":"generated","div":"<div><a href=\"https://ehr.internal:8443/r4/Patient/17\">M\u00fcller</a></div>"},
             "identifier":[{"system":"https://ehr.internal:8443/r4/sid/mrn","value":"1"}],
             "photo":[{"url":"https://ehr.internal:8443/r4/Binary/9"}],
             "link":[{"other":{"reference":"https://ehr.internal:8443/r4/Patient/18"},"type":"seealso"}]}
            """;
        var shown = AnswerCases.Filter(AnswerCases.Read("Patient", "17"), Stored, TestPolicy.Everything, context: Context);
        Assert.DoesNotContain("ehr.internal", shown.Text, StringComparison.Ordinal);

        var back = Read("PUT", "/fhir/Patient/17", shown.Text).Body;

        using var before = JsonDocument.Parse(Stored);
        using var after = JsonDocument.Parse(back);
        Assert.True(JsonElement.DeepEquals(before.RootElement, after.RootElement), Encoding.UTF8.GetString(back.Span));
        Assert.Equal(ProtectedChanges.None, StoredVersionComparer.Compare(Encoding.UTF8.GetBytes(Stored), back.Span, Context));
    }

    private static FhirContext Context =>
        RequestFixture.Context with
        {
            Aliases = ["https://gw.hospital.example/other", "https://ehr.example/r4"],
            PublicAliases = ["https://gw.hospital.example/other"],
        };

    private static string Observation(string member, string text) =>
        $$$"""{"resourceType":"Observation","id":"o1","status":"final","valueDecimal":1.50,"subject":{"{{{member}}}":"{{{text}}}"}}""";

    private static FhirRequest Read(string method, string target, string body, FhirContext? context = null)
    {
        var reading = RequestFixture.ReadWhole(method, target, RequestFixture.Json, body, context ?? Context);
        Assert.True(reading.TryGet(out var request, out var refusal), $"{refusal} ({reading.Detail})");
        return request;
    }
}
