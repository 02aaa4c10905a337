using System.Net;
using Xunit;

namespace PhiGateway.EndToEnd.Tenancy;

/// <summary>
/// Two tenants on one server that links a record of the one to a patient of the other: no chain tells the one anything about the other.
/// </summary>
[Collection(TenancyCollection.Name)]
public sealed class SharedChainTests(TenancyWorld world)
{
    private const string West = TenancyWorld.Tags + "|west";

    private static readonly string[] OwnNotes = ["Observation/obs-east-1", "Observation/obs-east-2", "Observation/obs-east-3"];

    private Task<string> East => world.NorthIssuer.TokenAsync(world.EastApp);

    [Theory]
    [InlineData("Observation?subject:Patient.family=Family-east")]
    [InlineData("Observation?subject:Patient.family:exact=Family-east")]
    [InlineData("Observation?patient.family=Family-east&status=final")]
    [InlineData("Observation?subject:Patient._id=pat-east")]
    [InlineData("Observation?patient.family=Family-east&patient.active=true")]
    [InlineData("Patient/pat-east/Observation?patient.family=Family-east")]
    public async Task Search_ByAChainOverASingleReference_WalksTheTenantsOwnOnly(string own)
    {
        await world.Shared.ForgetRecordedAsync();

        var found = await world.GetAsync($"/east/fhir/{own}&_count=50", await East);
        var foreign = await world.GetAsync(
            $"/east/fhir/{own.Replace("Family-east", "Family-linked", StringComparison.Ordinal).Replace("_id=pat-east", "_id=pat-linked", StringComparison.Ordinal)}&_count=50",
            await East
        );

        Assert.Equal(OwnNotes, found.Entries.Order());
        Assert.Equal((HttpStatusCode.OK, 0), (foreign.Status, foreign.Entries.Count));
        Assert.All(await world.Shared.RecordedAsync(), static request => Assert.Contains("_tag=", request.Url));
    }

    [Fact]
    public async Task Search_ByNoChain_FindsTheRecordThatIsLinked() =>
        Assert.Equal(["Observation/obs-cross-east"], (await world.GetAsync("/east/fhir/Observation?code:text=linked", await East)).Entries);

    [Theory]
    [InlineData("Observation?subject:Patient._tag=" + West)]
    [InlineData("Observation?subject:Patient._tag=" + West + "&subject:Patient.family=Family-linked")]
    [InlineData("Observation?patient._tag=west&patient.family=Family-linked")]
    [InlineData("Observation?patient.family=Family-linked&_tag=" + West)]
    [InlineData("Observation?patient.%5Ftag=" + West + "&patient.family=Family-linked")]
    public async Task Search_WithATagOfItsOwn_ReplacesNothing(string target)
    {
        var reply = await world.GetAsync($"/east/fhir/{target}", await East);

        Assert.Equal((HttpStatusCode.OK, 0), (reply.Status, reply.Entries.Count));
    }

    // What no second condition can hold to the tenant is looked up first, with its tag.
    [Theory]
    [InlineData("Observation?performer:Patient.family=Family-linked", "")]
    [InlineData("Observation?performer:Patient.family=Family-linked&performer:Patient.active=true", "")]
    [InlineData("Patient?_has:Observation:patient:code:text=note", "Patient/pat-east")]
    [InlineData("Patient?_has:Observation:patient:_tag=" + West, "")]
    [InlineData("Observation?patient._has:Observation:patient:code:text=linked", "")]
    public async Task Search_OverWhatARecordHasSeveralOf_WalksTheTenantsOwnOnly(string target, string found)
    {
        await world.Shared.ForgetRecordedAsync();

        var reply = await world.GetAsync($"/east/fhir/{target}", await East);

        Assert.Equal((HttpStatusCode.OK, found), (reply.Status, string.Join(',', reply.Entries)));
        Assert.All(await world.Shared.RecordedAsync(), static request => Assert.Contains("_tag=", request.Url));
    }

    [Fact]
    public async Task Search_ByAReverseChainThatNoGrantNames_IsRefused() =>
        Assert.Equal(
            "include-not-permitted",
            (await world.GetAsync($"/east/fhir/Patient?_has:Observation:subject:_tag={West}", await East)).Code
        );

    [Theory]
    [InlineData("Patient/$export?_type=Observation&_typeFilter=Observation%3Fpatient.family=Family-linked")]
    public async Task Search_OverWhatCannotBeConfined_IsRefused(string target)
    {
        await world.Shared.ForgetRecordedAsync();

        (string, string)[] headers = target.Contains("$export", StringComparison.Ordinal) ? [("Prefer", "respond-async")] : [];
        var reply = await world.SendAsync(HttpMethod.Get, $"/east/fhir/{target}", await East, headers: headers);

        Assert.Equal((HttpStatusCode.Forbidden, "crosses-tenants"), (reply.Status, reply.Code));
        Assert.Empty(await world.Shared.RecordedAsync());
    }

    [Fact]
    public async Task Search_ByAReverseChain_PassesWhereTheGrantNamesItAndTheBackendIsTheTenantsOwn()
    {
        var north = await world.NorthIssuer.TokenAsync(world.NorthApp);

        Assert.Contains(
            "Patient/pat-north",
            (await world.GetAsync("/north/fhir/Patient?_has:Observation:patient:code:text=note&_id=pat-north", north)).Entries
        );
        Assert.Equal(
            "include-not-permitted",
            (await world.GetAsync("/north/fhir/Patient?_has:Observation:subject:code:text=note", north)).Code
        );
        Assert.Equal(
            "include-not-permitted",
            (await world.GetAsync("/north/fhir/Patient?_has:Observation:performer:code:text=note", north)).Code
        );
    }

    [Fact]
    public async Task Search_PostedInABatchOrAsACondition_IsConfinedToo()
    {
        const string Form = "patient.family=Family-linked&_count=50";
        Assert.Empty(
            (
                await world.SendAsync(
                    HttpMethod.Post,
                    "/east/fhir/Observation/_search",
                    await East,
                    Form,
                    "application/x-www-form-urlencoded"
                )
            ).Entries
        );
        Assert.Equal(
            OwnNotes,
            (
                await world.SendAsync(
                    HttpMethod.Post,
                    "/east/fhir/Observation/_search",
                    await East,
                    Form.Replace("linked", "east", StringComparison.Ordinal),
                    "application/x-www-form-urlencoded"
                )
            ).Entries.Order()
        );

        var batch = await world.SendAsync(
            HttpMethod.Post,
            "/east/fhir",
            await East,
            """{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Observation?patient.family=Family-linked"}},{"request":{"method":"GET","url":"Observation?patient.family=Family-east"}},{"request":{"method":"GET","url":"Observation?performer:Patient.family=Family-linked"}}]}"""
        );
        Assert.DoesNotContain("obs-cross", batch.Body);
        Assert.Contains("obs-east-1", batch.Body);
        Assert.DoesNotContain("crosses-tenants", batch.Body);

        // A match would be answered with the linked record; there is none, so a new one is made.
        var created = await world.SendAsync(
            HttpMethod.Post,
            "/east/fhir/Observation",
            await East,
            """{"resourceType":"Observation","status":"final","code":{"text":"fresh"},"subject":{"reference":"Patient/pat-east"}}""",
            headers: ("If-None-Exist", "patient.family=Family-linked")
        );
        Assert.Equal(HttpStatusCode.Created, created.Status);
        Assert.DoesNotContain("obs-cross", created.Body);
        await world.SendAsync(HttpMethod.Delete, $"/east/fhir/Observation/{(string?)created.Json["id"]}", await East);
    }
}
