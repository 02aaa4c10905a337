using System.Net;
using Xunit;

namespace PhiGateway.EndToEnd.Tenancy;

/// <summary>
/// Search parameters that one server has of its own: understood on its route, unknown on the others, and no way round what a grant hides.
/// </summary>
[Collection(TenancyCollection.Name)]
public sealed class DeclaredParameterTests(TenancyWorld world)
{
    [Fact]
    public async Task Search_ByADeclaredParameter_FindsWhatTheServerFinds()
    {
        await world.North.ForgetRecordedAsync();

        var found = await world.GetAsync("/north/fhir/Patient?race=2106-3&_count=50", await world.NorthIssuer.TokenAsync(world.NorthApp));
        var none = await world.GetAsync("/north/fhir/Patient?race=2028-9", await world.NorthIssuer.TokenAsync(world.NorthApp));

        Assert.Equal(["Patient/pat-north"], found.Entries);
        Assert.Equal((HttpStatusCode.OK, 0), (none.Status, none.Entries.Count));
        Assert.All(await world.North.RecordedAsync(), static request => Assert.Contains("race=", request.Url));
    }

    [Theory]
    [InlineData("/north/fhir/Patient?race:not=2106-3", "unknown-parameter")]
    [InlineData("/north/fhir/Observation?race=2106-3", "unknown-parameter")]
    [InlineData("/north/fhir/Observation?subject:Patient.race:text=x", "unknown-parameter")]
    [InlineData("/fhir/Patient?race=2106-3", "unknown-parameter")]
    public async Task Search_BeyondTheDeclaration_IsRefusedBeforeTheServer(string target, string code)
    {
        await world.North.ForgetRecordedAsync();

        var host = target.StartsWith("/fhir", StringComparison.Ordinal) ? TenancyWorld.NorthHost + world.Port : null;
        Assert.Equal(code, (await world.GetAsync(target, await world.NorthIssuer.TokenAsync(world.NorthApp), host)).Code);
        Assert.Empty(await world.North.RecordedAsync());
    }

    [Fact]
    public async Task Search_OnTheRouteWithoutThem_IsUnknown() =>
        Assert.Equal(
            "unknown-parameter",
            (await world.GetAsync("/south/fhir/Patient?race=2106-3", await world.SouthIssuer.TokenAsync(world.SouthApp))).Code
        );

    [Fact]
    public async Task Search_ByAnElementThatIsHidden_IsRefusedAndByOneThatIsShownNot()
    {
        var names = await world.NorthIssuer.TokenAsync(world.NamesApp, "system/Patient.rs");
        var survey = await world.NorthIssuer.TokenAsync(world.SurveyApp, "system/Patient.rs");

        foreach (var query in new[] { "race=2106-3", "ethnicity:missing=false", "_sort=race" })
        {
            Assert.Equal("hidden-element", (await world.GetAsync($"/north/fhir/Patient?{query}", names)).Code);
            Assert.Equal(HttpStatusCode.OK, (await world.GetAsync($"/north/fhir/Patient?{query}", survey)).Status);
        }

        Assert.Equal(["Patient/pat-north"], (await world.GetAsync("/north/fhir/Patient?race=2106-3", survey)).Entries);
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/north/fhir/Patient?name=Family", names)).Status);
    }

    [Fact]
    public async Task Metadata_OfTheRoute_ListsThoseOfTypesThatPolicyReaches()
    {
        var north = await world.GetAsync("/north/fhir/metadata", null);
        var south = await world.GetAsync("/south/fhir/metadata", null);

        Assert.Equal(["ethnicity", "race"], Parameters(north, "Patient"));
        Assert.Equal(["interpreter", "person-of"], Parameters(north, "Observation"));
        Assert.DoesNotContain("asserted-date", north.Body);
        Assert.Empty(Parameters(south, "Patient"));
    }

    // R4's own go without a definition.
    private static string[] Parameters(Reply reply, string type) =>
        [
            .. (
                reply.Json["rest"]![0]!["resource"]!
                    .AsArray()
                    .Single(resource => (string?)resource!["type"] == type)!["searchParam"]
                    ?.AsArray()
                ?? []
            )
                .Where(static parameter => parameter!["definition"] is not null)
                .Select(static parameter => (string)parameter!["name"]!),
        ];
}
