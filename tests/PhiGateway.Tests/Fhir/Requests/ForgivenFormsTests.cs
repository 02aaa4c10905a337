using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Vocabulary;
using Xunit;

namespace PhiGateway.Tests.Fhir.Requests;

/// <summary>Forms that real clients send and that can be read in one way only are read; beside each one that cannot.</summary>
public sealed class ForgivenFormsTests
{
    [Theory]
    [InlineData("date=ge2020-01-01T12:00:00+02:00", "ge2020-01-01T12:00:00+02:00")]
    [InlineData("date=2020-01-01T12:00:00+02:00,2021-01-01T12:00:00+01:00", "2020-01-01T12:00:00+02:00,2021-01-01T12:00:00+01:00")]
    [InlineData("_lastUpdated=gt2020-01-01T12:00:00.000+00:00", "gt2020-01-01T12:00:00.000+00:00")]
    public void Search_OffsetWhosePlusWasNotEncoded_IsThatOffset(string query, string value)
    {
        var request = RequestFixture.Understood("GET", $"/fhir/Observation?{query}");

        Assert.Equal(value, Assert.Single(request.Parameters).Value);
    }

    [Theory]
    [InlineData("/fhir/Observation/1/_history?_since=2026-01-01T00:00:00+01:00")]
    [InlineData("/fhir/Observation/_history?_at=2026-01-01T00:00:00+01:00")]
    [InlineData("/fhir/_history?_since=2026-01-01T00:00:00+01:00")]
    [InlineData("/fhir/Patient/$export?_since=2026-01-01T00:00:00+01:00")]
    [InlineData("/fhir/Patient/17/$everything?_since=2026-01-01T00:00:00+01:00")]
    [InlineData("/fhir/Observation/$lastn?date=2026-01-01T00:00:00+01:00")]
    public void Any_OffsetWhosePlusWasNotEncoded_GoesUpstreamAsThatOffset(string target)
    {
        foreach (var form in (string[])[target, target.Replace("+", "%2B", StringComparison.Ordinal)])
        {
            var request = RequestFixture.Understood("GET", form, RequestFixture.Async);

            Assert.Equal("2026-01-01T00:00:00+01:00", Assert.Single(request.Parameters).Value);
            Assert.Contains("2026-01-01T00:00:00%2B01:00", UpstreamCallFactory.Create(request, RequestFixture.Permit()).PathAndQuery);
        }
    }

    [Theory]
    [InlineData("/fhir/Observation/1/_history?_since=2026-01-01+00:00:00")]
    [InlineData("/fhir/Patient/$export?_since=2026-01-01+00:00:00")]
    public void Any_SpaceInADateThatCanHaveBeenSomethingElse_IsRefused(string target) =>
        Assert.Same(DenyReason.MalformedQuery, RequestFixture.Refused("GET", target, RequestFixture.Async));

    // All of it in the address; a body of that type is no form, whatever it holds.
    [Theory]
    [InlineData(null)]
    [InlineData("application/fhir+json")]
    [InlineData("application/json")]
    [InlineData("application/x-www-form-urlencoded; charset=iso-8859-1")]
    public void Search_ByPostWithoutABody_IsReadWhateverItsTypeWouldBe(string? type)
    {
        var headers = new FhirHeaders { ContentType = type };

        var request = RequestFixture.Understood("POST", "/fhir/Observation/_search?code=x", headers);

        Assert.Equal("x", Assert.Single(request.Parameters).Value);
        Assert.Same(
            DenyReason.UnsupportedMediaType,
            RequestFixture.Refused("POST", "/fhir/Observation/_search?code=x", headers, "status=final")
        );
    }

    [Theory]
    [InlineData("application/fhir+json; charset=utf-8;", true)]
    [InlineData("application/fhir+json;", true)]
    [InlineData("application/fhir+json; ; charset=utf-8", true)]
    [InlineData("application/fhir+json; charset=latin1;", false)]
    [InlineData("application/fhir+json; ;x", false)]
    public void Any_ParameterOfAMediaTypeThatSaysNothing_IsPassedBy(string type, bool isRead)
    {
        var body = """{"resourceType":"Observation","status":"final"}""";
        Assert.Equal(
            isRead,
            RequestFixture.Read("POST", "/fhir/Observation", new FhirHeaders { ContentType = type }, body).TryGet(out _, out _)
        );
        Assert.Equal(isRead, RequestFixture.Read("GET", "/fhir/Observation/1", new FhirHeaders { Accept = type }).TryGet(out _, out _));
    }

    [Theory]
    [InlineData("application/json-patch+json", """[{"op":"replace","path":"/status","value":"final"}]""", true)]
    [InlineData("application/json-patch+json; charset=utf-8", """[{"op":"replace","path":"/status","value":"final"}]""", true)]
    [InlineData("application/merge-patch+json", """{"status":"final"}""", true)]
    [InlineData("text/plain", """{"status":"final"}""", false)]
    public void Bundle_PatchInABinary_IsReadAsItIsAlone(string type, string patch, bool isRead)
    {
        var data = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(patch));
        foreach (var kind in (string[])["batch", "transaction"])
        {
            var bundle = $$"""
                {"resourceType":"Bundle","type":"{{kind}}","entry":[{"request":{"method":"PATCH","url":"Observation/1"},
                "resource":{"resourceType":"Binary","contentType":"{{type}}","data":"{{data}}"} }]}
                """;
            var reading = RequestFixture.Read("POST", "/fhir", RequestFixture.Json, bundle);
            var isPatch = reading.TryGet(out var request, out _) && request.Entries[0] is { Unread: null, Interaction: Interaction.Patch };

            Assert.Equal(isRead, isPatch);
        }
    }

    [Theory]
    [InlineData("date=2020-01-01+12:00:00")]
    [InlineData("date=2020-01-01T12:00:00+2:00")]
    [InlineData("date=2020-01-01T12:00:00++02:00")]
    [InlineData("date=+02:00")]
    public void Search_SpaceThatCanHaveBeenSomethingElse_IsRefused(string query) =>
        Assert.Same(DenyReason.MalformedQuery, RequestFixture.Refused("GET", $"/fhir/Observation?{query}"));

    [Theory]
    [InlineData("respond-async, handling=lenient", true)]
    [InlineData("respond-async", false)]
    public void Export_OptionalInputThatIsNotServed_IsLeftOutOnlyWhereThatWasAskedFor(string prefer, bool isServed)
    {
        var headers = new FhirHeaders { Prefer = prefer };
        const string Target = "/fhir/Patient/$export?_type=Observation&includeAssociatedData=LatestProvenanceResources";
        if (isServed)
        {
            Assert.Equal(["_type"], RequestFixture.Understood("GET", Target, headers).Parameters.Select(static input => input.Name));
        }
        else
        {
            Assert.Same(DenyReason.UnknownParameter, RequestFixture.Refused("GET", Target, headers));
        }

        Assert.Same(DenyReason.UnknownParameter, RequestFixture.Refused("GET", "/fhir/Patient/$export?patients=all", headers));
    }

    [Theory]
    [InlineData("_until=2026-01-01T00:00:00Z", "respond-async, handling=lenient", true)]
    [InlineData("_until=2026-01-01T00:00:00Z", "respond-async", false)]
    [InlineData("_before=2026-01-01T00:00:00Z", "respond-async, handling=lenient", false)]
    public void Export_EndOfItsTime_IsLeftOutOnlyWhereThatWasAskedFor(string input, string prefer, bool isServed)
    {
        var headers = new FhirHeaders { Prefer = prefer };
        var target = $"/fhir/Patient/$export?_type=Observation&{input}";
        if (isServed)
        {
            Assert.Equal(["_type"], RequestFixture.Understood("GET", target, headers).Parameters.Select(static read => read.Name));
        }
        else
        {
            Assert.Same(DenyReason.UnknownParameter, RequestFixture.Refused("GET", target, headers));
        }
    }

    [Theory]
    [InlineData("application/fhir+ndjson", true)]
    [InlineData("application/ndjson;q=0.9", true)]
    [InlineData("application/fhir+xml", false)]
    [InlineData("application/fhir+ndjson;q=0", false)]
    public void Export_BegunByWhoNamesTheFormOfItsFiles_Begins(string accept, bool begins)
    {
        const string Target = "/fhir/Patient/$export?_type=Observation";
        var headers = new FhirHeaders { Prefer = "respond-async", Accept = accept };
        if (begins)
        {
            Assert.Equal(Interaction.Export, RequestFixture.Understood("GET", Target, headers).Interaction);
        }
        else
        {
            Assert.Same(DenyReason.NotAcceptable, RequestFixture.Refused("GET", Target, headers));
        }

        Assert.Same(DenyReason.NotAcceptable, RequestFixture.Refused("GET", "/fhir/Observation/1", headers));
    }

    // RFC 7240: a server may ignore what is only preferred.
    [Theory]
    [InlineData("GET", "/fhir/Observation/1")]
    [InlineData("GET", "/fhir/Observation?patient=17")]
    [InlineData("DELETE", "/fhir/Observation/1")]
    public void Any_PreferredToBeAnsweredLater_IsAnsweredNow(string method, string target)
    {
        foreach (var prefer in (string[])["respond-async", "return=minimal, respond-async"])
        {
            var request = RequestFixture.Understood(method, target, new FhirHeaders { Prefer = prefer });
            var permit = new PhiGateway.Policy.Decisions.Permit("rule", [], PhiGateway.Policy.Decisions.ReleasePolicy.Nothing);

            Assert.DoesNotContain(
                UpstreamCallFactory.Create(request, permit).Headers,
                static header => header.Value.Contains("respond-async", StringComparison.Ordinal)
            );
        }
    }

    // An entry's url is relative to the root that the bundle is sent to; a slash before it says nothing.
    [Theory]
    [InlineData("/Observation/1", "/Observation/1")]
    [InlineData("Observation/1", "/Observation/1")]
    [InlineData("/Observation?patient=17", "/Observation?patient=17")]
    [InlineData("//Observation/1", null)]
    [InlineData("/", null)]
    [InlineData("//elsewhere.example/Observation/1", null)]
    [InlineData("/../Observation/1", null)]
    [InlineData("/fhir:x/Observation/1", null)]
    public void Bundle_EntryWithASlashBeforeItsUrl_IsReadWithoutIt(string url, string? target)
    {
        foreach (var type in (string[])["transaction", "batch"])
        {
            var body = $$"""
                {"resourceType":"Bundle","type":"{{type}}","entry":[{"request":{"method":"GET","url":"{{url}}"} }]}
                """;
            if (target is null && type == "transaction")
            {
                Assert.NotNull(RequestFixture.Refused("POST", "/fhir", RequestFixture.Json, body));
                continue;
            }

            var entry = Assert.Single(RequestFixture.Understood("POST", "/fhir", RequestFixture.Json, body).Entries);
            Assert.Equal(target is null, entry.Unread is not null);
            Assert.True(target is null || entry.Canonical.ToTarget() == "/fhir" + target);
        }
    }

    // By whichever spelling a name is known, it is known by the others.
    [Theory]
    [InlineData("/Encounter/1")]
    [InlineData("Encounter/1")]
    public void Transaction_NameOfAnEntryWithASlash_StandsForItsId(string url)
    {
        var body = $$"""
            {"resourceType":"Bundle","type":"transaction","entry":[
              {"fullUrl":"urn:uuid:0a1b2c3d-0000-4000-8000-000000000001","request":{"method":"PUT","url":"{{url}}"},
              "resource":{"resourceType":"Encounter","id":"1","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/17"} } },
              {"request":{"method":"POST","url":"/Observation"},"resource":{"resourceType":"Observation","status":"final","code":{"text":"x"},
              "subject":{"reference":"Patient/17"},"encounter":{"reference":"urn:uuid:0a1b2c3d-0000-4000-8000-000000000001"} } }]}
            """;

        var entries = RequestFixture.Understood("POST", "/fhir", RequestFixture.Json, body).Entries;

        Assert.Contains("Encounter/1", System.Text.Encoding.UTF8.GetString(entries[1].Body.Span), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("urn:oid:1.2.3", true)]
    [InlineData("urn:isbn:1", false)]
    public void Transaction_EntriesThatNameEachOtherByOid_AreRead(string name, bool isRead)
    {
        var body = $$"""
            {"resourceType":"Bundle","type":"transaction","entry":[
              {"fullUrl":"{{name}}","request":{"method":"POST","url":"Encounter"},"resource":{"resourceType":"Encounter","status":"finished",
              "class":{"code":"AMB"},"subject":{"reference":"Patient/17"} } },
              {"request":{"method":"POST","url":"Observation"},"resource":{"resourceType":"Observation","status":"final","code":{"text":"x"},
              "subject":{"reference":"Patient/17"},"encounter":{"reference":"{{name}}"} } }]}
            """;
        if (isRead)
        {
            Assert.Equal(2, RequestFixture.Understood("POST", "/fhir", RequestFixture.Json, body).Entries.Count);
        }
        else
        {
            Assert.Same(DenyReason.MalformedBody, RequestFixture.Refused("POST", "/fhir", RequestFixture.Json, body));
        }
    }
}
