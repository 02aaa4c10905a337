using System.Net;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>What a writer is shown of what it wrote, and what a summary shows: no more than a read would.</summary>
[Collection(ReadingWorldCollection.Name)]
public sealed class WriteAnswerTests(ReadingWorld world)
{
    private const string Written =
        """{"resourceType":"Observation","status":"final","category":[{"coding":[{"code":"laboratory"}]}],"code":{"text":"canary-written"},"subject":{"reference":"Patient/example"}}""";

    [Theory]
    [InlineData("system/Observation.cs", "return=representation", false)]
    [InlineData("system/Observation.cs", null, false)]
    [InlineData("system/Observation.crs", "return=representation", true)]
    [InlineData("system/Observation.crs", null, true)]
    public async Task Create_WithAndWithoutTheRightToRead_IsWrittenAndShownAccordingly(string scope, string? prefer, bool shown)
    {
        var token = await world.TokenAsync(world.Lab, scope);
        await world.Backend.ForgetRecordedAsync();

        var reply = await world.SendAsync(
            HttpMethod.Post,
            "/Observation",
            token,
            Written,
            "application/fhir+json",
            prefer is null ? [] : [("Prefer", prefer)]
        );

        Assert.True(reply.Status == HttpStatusCode.Created, reply.Body);
        Assert.Equal(shown, reply.Body.Contains("canary-written", StringComparison.Ordinal));
        Assert.StartsWith($"{world.Base}/Observation/", reply.Headers["Location"]);
        Assert.Equal(shown ? prefer : "return=minimal", Assert.Single(await world.Backend.RecordedAsync()).Header("prefer"));
    }

    [Fact]
    public async Task Search_Summary_ShowsSummaryElementsOfWholeResourcesThatWereJudged()
    {
        var token = await world.TokenAsync(world.Study);
        await world.Backend.ForgetRecordedAsync();

        var reply = await world.GetAsync("/Observation?patient=example&code=http://loinc.org%7C2823-3&_summary=true", token);

        var potassium = reply.Json["entry"]![0]!["resource"]!;
        Assert.NotNull(potassium["valueQuantity"]);
        Assert.Null(potassium["category"]);
        Assert.Equal("SUBSETTED", (string?)potassium["meta"]!["tag"]![0]!["code"]);
        Assert.DoesNotContain("_summary", Assert.Single(await world.Backend.RecordedAsync()).Url);
    }

    [Theory]
    [InlineData("_summary=count")]
    [InlineData("_count=0")]
    public async Task Search_BareCount_CountsWhatASearchShows(string parameter)
    {
        var token = await world.TokenAsync(world.Study);
        var shown = await world.GetAsync("/Observation?patient=example&_count=200", token);

        var reply = await world.GetAsync($"/Observation?patient=example&{parameter}", token);

        Assert.True(reply.Status == HttpStatusCode.OK, reply.Body);
        Assert.Equal(shown.Entries.Count, (int?)reply.Json["total"]);
        Assert.NotEmpty(shown.Entries);
    }

    [Theory]
    [InlineData("/Patient?name=Chalmers", HttpStatusCode.OK)]
    [InlineData("/Patient?address-city=PleasantVille", HttpStatusCode.Forbidden)]
    [InlineData("/Patient?_sort=address-city", HttpStatusCode.Forbidden)]
    [InlineData("/Observation?category=laboratory&patient.birthdate=1974-12-25", HttpStatusCode.OK)]
    [InlineData("/Observation?category=laboratory&patient.address-city=PleasantVille", HttpStatusCode.Forbidden)]
    public async Task Search_ByWhatDoesNotLeave_IsRefusedWhereverItStands(string path, HttpStatusCode expected)
    {
        var reply = await world.GetAsync(path, await world.TokenAsync(world.Lab));

        Assert.True(expected == reply.Status, reply.Body);
        Assert.Equal(expected == HttpStatusCode.OK ? null : "hidden-element", reply.Code);
    }

    [Theory]
    [InlineData("/Observation/contains-immunization")]
    [InlineData("/Observation?_id=contains-immunization")]
    public async Task Read_MaskedElementsOfWhatIsContained_LeaveAsMasked(string path)
    {
        await world.PutAsync(
            "Observation",
            "contains-immunization",
            """
            {"resourceType":"Observation","id":"contains-immunization","status":"final","code":{"text":"reaction"},"subject":{"reference":"Patient/example"},"derivedFrom":[{"reference":"#i"}],
             "contained":[{"resourceType":"Immunization","id":"i","status":"completed","vaccineCode":{"text":"influenza"},"patient":{"reference":"Patient/example"},"occurrenceDateTime":"2026-01-01","lotNumber":"CANARY-LOT","note":[{"text":"CANARY-NOTE"}]}]}
            """
        );
        await world.PutAsync(
            "Observation",
            "contains-specimen",
            """
            {"resourceType":"Observation","id":"contains-specimen","status":"final","code":{"text":"result"},"subject":{"reference":"Patient/example"},"specimen":{"reference":"#s"},
             "contained":[{"resourceType":"Specimen","id":"s","subject":{"reference":"Patient/example"},"note":[{"text":"haemolytic"}]}]}
            """
        );
        var token = await world.TokenAsync(world.Study);

        var reply = await world.GetAsync(path, token);

        Assert.True(reply.Status == HttpStatusCode.OK, reply.Body);
        Assert.DoesNotContain("CANARY", reply.Body);
        Assert.Contains("influenza", reply.Body);
        Assert.Contains("\"masked\"", reply.Body);
        Assert.Contains("MASKED", reply.Body);

        // What no grant speaks of leaves with what contains it.
        Assert.Contains(
            "haemolytic",
            (await world.GetAsync(path.Replace("immunization", "specimen", StringComparison.Ordinal), token)).Body
        );
    }

    [Fact]
    public async Task Read_MaskedElements_LeaveAsMaskedAndCannotBeSearched()
    {
        var token = await world.TokenAsync(world.Study);

        var reply = await world.GetAsync("/Immunization/example", token);

        Assert.True(reply.Status == HttpStatusCode.OK, reply.Body);
        Assert.DoesNotContain("AAJN11K", reply.Body);
        Assert.Null(reply.Json["lotNumber"]);
        Assert.Null(reply.Json["text"]);
        Assert.Equal("masked", (string?)reply.Json["_lotNumber"]!["extension"]![0]!["valueCode"]);
        Assert.Equal("mg", (string?)reply.Json["doseQuantity"]!["code"]);
        Assert.Equal("masked", (string?)reply.Json["doseQuantity"]!["_value"]!["extension"]![0]!["valueCode"]);
        Assert.Contains(reply.Json["meta"]!["security"]!.AsArray(), static label => (string?)label!["code"] == "MASKED");
        Assert.Equal("hidden-element", (await world.GetAsync("/Immunization?patient=example&lot-number=AAJN11K", token)).Code);
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/Immunization?patient=example&status=completed", token)).Status);
    }
}
