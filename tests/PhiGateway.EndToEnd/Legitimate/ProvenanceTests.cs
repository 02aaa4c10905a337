using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Xunit;

namespace PhiGateway.EndToEnd.Legitimate;

/// <summary>
/// Provenance by reverse include, as US Core asks for it with nearly every search: it comes with what it is about, and only with that.
/// </summary>
public sealed class ProvenanceTests(ProvenanceTests.Signed world) : IClassFixture<ProvenanceTests.Signed>
{
    private const string Potassium = "/Observation?patient=example&category=laboratory&_revinclude=Provenance:target";

    [Fact]
    public async Task Search_PatientApp_GetsTheProvenanceOfItsPatient()
    {
        var app = await world.TokenAsync(world.App, "patient/*.rs");

        Assert.Contains(
            "Provenance/procedure-signed",
            (await world.GetAsync("/Procedure?patient=example&_revinclude=Provenance:target", app)).Entries
        );
        var reply = await world.GetAsync(Potassium, app);

        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Contains("Observation/example-potassium", reply.Entries);
        Assert.Equal(
            ["Provenance/signed", "Provenance/signed-version"],
            reply.Entries.Where(static entry => entry.StartsWith("Provenance/", StringComparison.Ordinal)).Order()
        );
        var disclosure = Assert.Single(
            await world.TrailAsync(reply.DecisionId, atLeast: 2),
            static record => (string?)record["kind"] == "disclosure"
        );
        Assert.Equal(["example"], disclosure["patients"]!.AsArray().Select(static one => (string?)one));
        Assert.Equal("known", (string?)disclosure["patientState"]);
        Assert.True((int?)disclosure["withheldCount"] >= 4);
    }

    [Fact]
    public async Task Search_RosterBoundClient_GetsThatOfEveryPatientOnItAndNoOther()
    {
        var cohort = await world.TokenAsync(world.Cohorts, "system/*.rs");

        var reply = await world.GetAsync("/Observation?_id=example-potassium,f001-potassium,f202&_revinclude=Provenance:target", cohort);

        // Both patients of the second are on the roster; one of the third is not, and what else is signed there is not in the answer.
        Assert.Equal(
            ["Provenance/signed", "Provenance/signed-both", "Provenance/signed-version"],
            reply.Entries.Where(static entry => entry.StartsWith("Provenance/", StringComparison.Ordinal)).Order()
        );
        Assert.DoesNotContain("signed-foreign", reply.Body);
        Assert.DoesNotContain("Observation/f202", reply.Entries);
    }

    [Fact]
    public async Task Search_TargetsThatDoNotAllLeave_ShowNoProvenance()
    {
        var app = await world.TokenAsync(world.App, "patient/*.rs");
        foreach (var withheld in new[] { "signed-both", "signed-foreign", "signed-unseen", "signed-elsewhere", "signed-by-name" })
        {
            Assert.DoesNotContain(withheld, (await world.GetAsync(Potassium, app)).Body);
            Assert.Equal(HttpStatusCode.NotFound, (await world.GetAsync($"/Provenance/{withheld}", app)).Status);
        }
    }

    [Fact]
    public async Task Read_ByItsId_LooksItsTargetsUpAndRefusesLikeMissing()
    {
        var app = await world.TokenAsync(world.App, "patient/*.rs");
        foreach (var own in new[] { "signed", "signed-version", "procedure-signed" })
        {
            var reply = await world.GetAsync($"/Provenance/{own}", app);
            Assert.True(reply.Status == HttpStatusCode.OK, reply.Body);
            var disclosure = Assert.Single(
                await world.TrailAsync(reply.DecisionId, atLeast: 2),
                static record => (string?)record["kind"] == "disclosure"
            );
            Assert.Equal(["example"], disclosure["patients"]!.AsArray().Select(static one => (string?)one));
        }

        // A token that may not read the targets does not learn whose they are by the way of what signs them.
        Assert.Equal(
            HttpStatusCode.NotFound,
            (
                await world.GetAsync("/Provenance/signed", await world.TokenAsync(world.App, "patient/Provenance.rs patient/Patient.rs"))
            ).Status
        );
        Assert.Equal(
            HttpStatusCode.OK,
            (await world.GetAsync("/Provenance/signed-both", await world.TokenAsync(world.Cohorts, "system/*.rs"))).Status
        );
        Assert.Equal(HttpStatusCode.NotFound, (await world.GetAsync("/Provenance/signed-both", app)).Status);
    }

    [Fact]
    public async Task Search_OfProvenanceItself_WithItsTargetsIncluded_ShowsThoseOfItsPatient()
    {
        var app = await world.TokenAsync(world.App, "patient/*.rs");

        var reply = await world.GetAsync("/Provenance?target=Observation/example-potassium&_include=Provenance:target", app);

        Assert.True(reply.Status == HttpStatusCode.OK, reply.Body);
        Assert.Contains("Provenance/signed", reply.Entries);
        Assert.DoesNotContain("signed-foreign", reply.Body);
        Assert.DoesNotContain("f202", reply.Body);
    }

    /// <summary>The world with signatures of one, of several and of foreign records in the clinical system.</summary>
    public sealed class Signed : LegitimateWorld
    {
        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            using var http = new HttpClient();
            await PutAsync(http, "signed", """{"reference":"Observation/example-potassium"}""");
            await PutAsync(
                http,
                "signed-version",
                """{"reference":"Observation/example-potassium/_history/1"},{"reference":"Patient/example"}"""
            );
            await PutAsync(
                http,
                "signed-both",
                """{"reference":"Observation/example-potassium"},{"reference":"Observation/f001-potassium"}"""
            );
            await PutAsync(http, "signed-foreign", """{"reference":"Observation/example-potassium"},{"reference":"Observation/f202"}""");
            await PutAsync(
                http,
                "signed-unseen",
                """{"reference":"Observation/example-potassium"},{"reference":"Observation/no-such-thing"}"""
            );
            await PutAsync(
                http,
                "signed-elsewhere",
                """{"reference":"Observation/example-potassium"},{"reference":"https://other.example/fhir/Observation/example-potassium"}"""
            );
            await PutAsync(
                http,
                "signed-by-name",
                """{"reference":"Observation/example-potassium"},{"identifier":{"system":"urn:lab","value":"example-potassium"}}"""
            );
            await Backend.ForgetRecordedAsync();
        }

        private async Task PutAsync(HttpClient http, string id, string targets)
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, $"{Backend.Base}/Provenance/{id}");
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "backend-secret");
            request.Content = new StringContent(
                $$"""{"resourceType":"Provenance","id":"{{id}}","target":[{{targets}}],"recorded":"2020-01-01T00:00:00Z","agent":[{"who":{"reference":"Practitioner/example"} }]}""",
                Encoding.UTF8,
                "application/fhir+json"
            );
            (await http.SendAsync(request)).EnsureSuccessStatusCode();
        }
    }
}
