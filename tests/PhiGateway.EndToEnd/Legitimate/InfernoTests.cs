using System.Net;
using Xunit;

namespace PhiGateway.EndToEnd.Legitimate;

/// <summary>
/// What the certification kits check of a resource server, as journeys; numbers in comments are short ids of the g(10) suite.
/// </summary>
public sealed class InfernoTests(LegitimateWorld world) : IClassFixture<LegitimateWorld>
{
    private const string VitalSigns =
        "patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|vital-signs";
    private const string Laboratory =
        "patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory";

    // 1.3.09, 1.4.09, 1.9.10
    [Fact]
    public async Task Read_WithoutToken_Is401()
    {
        Assert.Equal(HttpStatusCode.Unauthorized, (await world.GetAsync("/Patient/example", null)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await world.GetAsync("/Group/1/$export", null)).Status);
    }

    // 2.3.01 to 2.3.23: neither 404 nor an empty 200 for a type that was not granted.
    [Fact]
    public async Task Search_LimitedApp_IsServedGrantedTypesAndRefusedOthers()
    {
        var limited = await world.TokenAsync(world.App, "patient/Patient.rs patient/Condition.rs");

        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/Patient?_id=example", limited)).Status);
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/Condition?patient=example", limited)).Status);
        foreach (
            var type in new[]
            {
                "AllergyIntolerance",
                "CarePlan",
                "CareTeam",
                "Device",
                "DiagnosticReport",
                "DocumentReference",
                "Goal",
                "Immunization",
                "MedicationRequest",
                "Observation",
                "Procedure",
                "Encounter",
                "ServiceRequest",
                "Coverage",
                "MedicationDispense",
            }
        )
        {
            var reply = await world.GetAsync($"/{type}?patient=example", limited);
            Assert.Equal(HttpStatusCode.Forbidden, reply.Status);
            Assert.Equal("OperationOutcome", (string?)reply.Json["resourceType"]);
        }
    }

    // 1.7
    [Fact]
    public async Task Search_UnrestrictedApp_IsServedEveryType()
    {
        var everything = await world.TokenAsync(world.App, "patient/*.rs");
        foreach (
            var type in new[]
            {
                "AllergyIntolerance",
                "CarePlan",
                "CareTeam",
                "Condition",
                "Device",
                "DiagnosticReport",
                "DocumentReference",
                "Goal",
                "Immunization",
                "MedicationRequest",
                "Observation",
                "Procedure",
                "Encounter",
                "ServiceRequest",
                "Coverage",
                "MedicationDispense",
            }
        )
        {
            var reply = await world.GetAsync($"/{type}?patient=example", everything);
            Assert.True(reply.Status == HttpStatusCode.OK, $"{type}: {reply.Status} {reply.Body}");
        }
    }

    [Fact]
    public async Task PatientScope_AnotherPatient_IsNeverServed()
    {
        var everything = await world.TokenAsync(world.App, "patient/*.rs");
        Assert.Equal(HttpStatusCode.NotFound, (await world.GetAsync("/Patient/f001", everything)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await world.GetAsync("/Observation/f001", everything)).Status);
        foreach (
            var search in new[]
            {
                "/Observation?patient=f001",
                "/Observation?subject=Patient/f001",
                "/Patient/f001/Observation",
                "/Patient?_id=f001",
                "/Observation?patient=example,f001",
            }
        )
        {
            var reply = await world.GetAsync(search, everything);
            Assert.True(
                reply.Status is HttpStatusCode.Forbidden or HttpStatusCode.NotFound
                    || (reply.Status == HttpStatusCode.OK && !reply.Body.Contains("f001", StringComparison.Ordinal)),
                $"{search}: {reply.Status} {reply.Body}"
            );
        }
    }

    // Granular scopes, read: one that matches, one that does not.
    [Fact]
    public async Task GranularScope_Read_OnlyWhatMatches()
    {
        var vitals = await world.TokenAsync(world.App, $"patient/Patient.rs {VitalSigns}");
        var labs = await world.TokenAsync(world.App, $"patient/Patient.rs {Laboratory}");

        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/Observation/blood-pressure", vitals)).Status);
        Assert.NotEqual(HttpStatusCode.OK, (await world.GetAsync("/Observation/blood-pressure", labs)).Status);
    }

    // Granular scopes, search by GET and POST: every page holds only what matches.
    [Fact]
    public async Task GranularScope_Search_OnlyWhatMatchesOnEveryPage()
    {
        var vitals = await world.TokenAsync(world.App, $"patient/Patient.rs {VitalSigns}");
        var seen = new List<string>();
        var next = "/Observation?patient=example&_count=3";
        while (next is not null)
        {
            var page = await world.GetAsync(next, vitals);
            Assert.Equal(HttpStatusCode.OK, page.Status);
            Assert.All(
                page.Json["entry"]?.AsArray() ?? [],
                static entry => Assert.Contains("vital-signs", entry!["resource"]!["category"]!.ToJsonString())
            );
            seen.AddRange(page.Entries);
            next = page.Json["link"]
                ?.AsArray()
                .Where(static link => (string?)link!["relation"] == "next")
                .Select(static link => (string?)link!["url"])
                .FirstOrDefault()
                ?[world.Base.Length..];
        }

        Assert.Contains("Observation/blood-pressure", seen);
        Assert.Equal(seen.Count, seen.Distinct().Count());
        var posted = await world.SendAsync(
            HttpMethod.Post,
            "/Observation/_search",
            vitals,
            "patient=example&_count=100",
            "application/x-www-form-urlencoded"
        );
        Assert.Equal(seen.Order(), posted.Entries.Order());
        var both = await world.GetAsync(
            "/Observation?patient=example&_count=100",
            await world.TokenAsync(world.App, $"patient/Patient.rs {VitalSigns} {Laboratory}")
        );
        Assert.Equal(HttpStatusCode.OK, both.Status);
        Assert.Superset(seen.ToHashSet(), both.Entries.ToHashSet());
    }

    // v1 and v2 forms give the same rights.
    [Theory]
    [InlineData("patient/Patient.read patient/Observation.read")]
    [InlineData("patient/Patient.rs patient/Observation.rs")]
    [InlineData("patient/Patient.rs patient/Observation.r patient/Observation.s")]
    public async Task Scopes_V1AndV2_GiveTheSameRights(string scopes)
    {
        var token = await world.TokenAsync(world.App, scopes);
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/Observation/blood-pressure", token)).Status);
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/Observation?patient=example", token)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await world.GetAsync("/Condition?patient=example", token)).Status);
    }

    [Fact]
    public async Task Scopes_ReadWithoutSearch_DoesNotSearch()
    {
        var token = await world.TokenAsync(world.App, "patient/Patient.rs patient/Observation.r");
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/Observation/blood-pressure", token)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await world.GetAsync("/Observation?patient=example", token)).Status);
    }

    // Well-known, capabilities, CORS, capability statement.
    [Fact]
    public async Task Discovery_WithoutToken_IsAsTheKitsReadIt()
    {
        var wellKnown = await world.SendAsync(
            HttpMethod.Get,
            "/.well-known/smart-configuration",
            null,
            headers: [("Origin", "https://app.example"), ("Accept", "application/fhir+xml")]
        );
        Assert.Equal(HttpStatusCode.OK, wellKnown.Status);
        Assert.StartsWith("application/json", wellKnown.Headers["Content-Type"], StringComparison.Ordinal);
        Assert.Contains(wellKnown.Headers["Access-Control-Allow-Origin"], (string[])["*", "https://app.example"]);
        Assert.StartsWith("http", (string)wellKnown.Json["token_endpoint"]!, StringComparison.Ordinal);
        Assert.NotEmpty(wellKnown.Json["capabilities"]!.AsArray());
        Assert.NotEmpty(wellKnown.Json["grant_types_supported"]!.AsArray());
        Assert.Contains("S256", wellKnown.Json["code_challenge_methods_supported"]!.AsArray().Select(static one => (string?)one));
        Assert.DoesNotContain("plain", wellKnown.Json["code_challenge_methods_supported"]!.AsArray().Select(static one => (string?)one));

        var metadata = await world.SendAsync(HttpMethod.Get, "/metadata", null, headers: [("Origin", "https://app.example")]);
        Assert.Equal(HttpStatusCode.OK, metadata.Status);
        Assert.Contains(metadata.Headers["Access-Control-Allow-Origin"], (string[])["*", "https://app.example"]);
        Assert.Equal("4.0.1", (string?)metadata.Json["fhirVersion"]);
        Assert.Contains("json", metadata.Json["format"]!.ToJsonString());
        Assert.Contains("Observation", metadata.Json["rest"]![0]!["resource"]!.AsArray().Select(static one => (string?)one!["type"]));
    }

    // Provenance comes with what it is about.
    [Fact]
    public async Task Provenance_ByReverseInclude_IsReturned()
    {
        var everything = await world.TokenAsync(world.App, "patient/*.rs");
        Assert.Equal(
            HttpStatusCode.OK,
            (await world.GetAsync("/Observation?patient=example&_revinclude=Provenance:target", everything)).Status
        );
        var signed = await world.GetAsync("/Procedure?patient=example&_revinclude=Provenance:target", everything);
        Assert.Equal(HttpStatusCode.OK, signed.Status);
        Assert.Contains("Procedure/example", signed.Entries);
        var engine = await world.TokenAsync(world.Engine, "system/*.rs");
        Assert.Contains(
            "Provenance/procedure-signed",
            (await world.GetAsync("/Procedure?_id=example&_revinclude=Provenance:target", engine)).Entries
        );
    }

    // Revocation: the token of a revoked client.
    [Fact]
    public async Task Revoked_ReadAfterwards_IsRefused()
    {
        var token = await world.TokenAsync(world.Ward);
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/Patient/example", token)).Status);
        await world.Wei.PostAsync($"clients/{world.Ward.ClientId}:revoke", new { reason = "the patient said no" });
        Reply reply;
        do
        {
            reply = await world.GetAsync("/Patient/example", token);
        } while (reply.Status == HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.Forbidden, reply.Status);
        Assert.Equal("revoked", reply.Code);
    }
}
