using System.Net;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>
/// Requests that mean every type: they are requests for what the client may have, and the rest of what comes is withheld.
/// </summary>
[Collection(ReadingWorldCollection.Name)]
public sealed class WildcardTests(ReadingWorld world)
{
    private static readonly (string, string) Async = ("Prefer", "respond-async");
    private static readonly string[] Permitted = ["Condition", "Immunization", "Observation", "Organization", "Patient", "Practitioner"];

    [Theory]
    [InlineData(
        "/Patient/example/$everything?_count=500",
        "/fhir/R4/Patient/example/$everything?_count=500&_type=Condition,Immunization,Observation,Organization,Patient,Practitioner"
    )]
    [InlineData("/Patient/example/*?_count=500", "/fhir/R4/Patient/example/*?_count=500&_type=Condition,Immunization,Observation,Patient")]
    public async Task Get_AllOfAPatient_IsWhatTheUseCasePermits(string path, string upstream)
    {
        await world.Backend.ForgetRecordedAsync();

        var reply = await world.GetAsync(path, await world.TokenAsync(world.Study));

        Assert.True(reply.Status == HttpStatusCode.OK, reply.Body);
        Assert.Equal(upstream, Assert.Single(await world.Backend.RecordedAsync()).Url);
        Assert.Contains("Patient/example", reply.Entries);
        Assert.Contains("Observation/example-potassium", reply.Entries);
        Assert.DoesNotContain("Observation/example-hiv", reply.Entries);
        Assert.All(reply.Entries, static entry => Assert.Contains(entry.Split('/')[0], Permitted));
        var disclosure = Assert.Single(
            await world.TrailAsync(reply.DecisionId, atLeast: 2),
            record => (string?)record["kind"] == "disclosure"
        );
        Assert.True((int?)disclosure["withheldCount"] > 0);
    }

    [Theory]
    [InlineData("/Patient/example/$everything")]
    [InlineData("/Patient/example/*")]
    public async Task Get_AllOfAPatientOneByOne_IsTheWholeOfItWithoutAGap(string path)
    {
        var token = await world.TokenAsync(world.Study);
        var whole = await WalkAsync($"{path}?_count=150", 150, token);
        var seen = await WalkAsync($"{path}?_count=3", 3, token);

        Assert.True(seen.Count > 6, "Two pages are no walk.");
        Assert.Equal(whole, seen);
    }

    private async Task<List<string>> WalkAsync(string first, int full, string token)
    {
        var seen = new List<string>();
        for (var page = await world.GetAsync(first, token); ; )
        {
            Assert.True(page.Status == HttpStatusCode.OK, page.Body);
            seen.AddRange(page.Entries);
            if (
                (string?)page.Json["link"]?.AsArray().FirstOrDefault(static link => (string?)link!["relation"] == "next")?["url"]
                is not { } next
            )
            {
                return seen;
            }

            // Whatever is withheld in between (restricted records, types that are not permitted): a page with a next one is full.
            Assert.Equal(full, page.Entries.Count);
            page = await world.GetAsync(next[world.Base.Length..], token);
        }
    }

    [Theory]
    [InlineData("/Patient/xcda/$everything")]
    [InlineData("/Patient/xcda/*")]
    [InlineData("/Patient/xcda/Observation")]
    [InlineData("/Patient/nobody/*")]
    public async Task Get_AllOfAForeignPatient_IsLikeAMissingOne(string path)
    {
        await world.Backend.ForgetRecordedAsync();

        var reply = await world.GetAsync(path, await world.TokenAsync(world.Study));

        Assert.Equal((HttpStatusCode.NotFound, "not-found-or-withheld"), (reply.Status, reply.Code));
        Assert.Empty(await world.Backend.RecordedAsync());
    }

    [Theory]
    [InlineData("system/Patient.rs", "Patient")]
    [InlineData("system/Patient.rs system/Observation.rs", "Observation,Patient")]
    public async Task Everything_NarrowerToken_BringsWhatBothPermit(string scope, string types)
    {
        await world.Backend.ForgetRecordedAsync();

        var reply = await world.GetAsync("/Patient/example/$everything?_count=500", await world.TokenAsync(world.Study, scope));

        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Equal(
            $"/fhir/R4/Patient/example/$everything?_count=500&_type={types}",
            Assert.Single(await world.Backend.RecordedAsync()).Url
        );
        Assert.Equal(types.Split(','), reply.Entries.Select(static entry => entry.Split('/')[0]).Distinct().Order());
    }

    [Theory]
    [InlineData("/$export", "/fhir/R4/$export?_type=Condition,Observation,Patient")]
    [InlineData("/Patient/$export", "/fhir/R4/Patient/$export?_type=Condition,Observation,Patient")]
    [InlineData("/Group/102/$export", "/fhir/R4/Group/102/$export?_type=Condition,Observation,Patient")]
    public async Task Export_WithoutTypes_NamesThoseThatArePermitted(string path, string upstream)
    {
        var token = await world.TokenAsync(world.Study);
        await world.Backend.ForgetRecordedAsync();

        var started = await world.SendAsync(HttpMethod.Get, path, token, null, "application/fhir+json", Async);

        Assert.True(started.Status == HttpStatusCode.Accepted, started.Body);
        // A group is looked at before.
        Assert.Equal(
            upstream,
            Assert.Single(await world.Backend.RecordedAsync(), static call => call.Url.Contains("$export", StringComparison.Ordinal)).Url
        );
        var job = started.Headers["Content-Location"][world.Base.Length..];
        await world.GetAsync(job, token);
        var manifest = await world.GetAsync(job, token);
        Assert.Equal(HttpStatusCode.OK, manifest.Status);
        Assert.All(manifest.Json["output"]!.AsArray(), static file => Assert.Contains((string)file!["type"]!, Permitted));
    }

    [Theory]
    [InlineData("/Patient/example/$everything?_type=Encounter,Patient", "outside-use-case")]
    [InlineData("/Patient/example/*?_type=Encounter", "outside-use-case")]
    [InlineData("/Patient/$export?_type=Patient,Encounter", "outside-use-case")]
    public async Task Get_TypeNamedThatIsNotPermitted_IsRefused(string path, string reason)
    {
        var token = await world.TokenAsync(world.Study);
        await world.Backend.ForgetRecordedAsync();

        var reply = await world.SendAsync(HttpMethod.Get, path, token, null, "application/fhir+json", Prefer(path));

        Assert.Equal((HttpStatusCode.Forbidden, reason), (reply.Status, reply.Code));
        Assert.Empty(await world.Backend.RecordedAsync());
    }

    [Theory]
    [InlineData("/$export")]
    [InlineData("/Group/102/$export")]
    [InlineData("/Patient/example/$everything")]
    public async Task Get_NothingRemains_IsRefused(string path)
    {
        var ward = await world.TokenAsync(world.Ward);
        await world.Backend.ForgetRecordedAsync();

        var reply = await world.SendAsync(HttpMethod.Get, path, ward, null, "application/fhir+json", Prefer(path));

        Assert.Equal(HttpStatusCode.Forbidden, reply.Status);
        Assert.Empty(await world.Backend.RecordedAsync());
    }

    // Anything but an export that asks to be answered later is refused for that alone.
    private static (string, string)[] Prefer(string path) => path.Contains("$export", StringComparison.Ordinal) ? [Async] : [];
}
