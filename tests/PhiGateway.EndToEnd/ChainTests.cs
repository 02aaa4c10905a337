using System.Net;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>A chain walks over what its client may see, and over nothing else: whatever a withheld record says, the answer is the same.</summary>
[Collection(ReadingWorldCollection.Name)]
public sealed class ChainTests(ReadingWorld world)
{
    private const string Observations = "/Observation?code:text=walked&";

    private static string Condition(string id, string code, string patient, string? security = null)
    {
        var meta = security is null
            ? string.Empty
            : "\"meta\":{\"security\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-Confidentiality\",\"code\":\""
                + security
                + "\"}]},";
        return $$$"""{"resourceType":"Condition","id":"{{{id}}}",{{{meta}}}"code":{"coding":[{"system":"urn:icd","code":"{{{code}}}"}]},"subject":{"reference":"Patient/{{{patient}}}"}}""";
    }

    private static string Observation(string id, string patient, string focus, string performer) =>
        $$$"""{"resourceType":"Observation","id":"{{{id}}}","status":"final","code":{"text":"walked"},"subject":{"reference":"Patient/{{{patient}}}"},"focus":[{"reference":"Condition/{{{focus}}}"}],"performer":[{"reference":"Patient/{{{performer}}}"}]}""";

    private static string Patient(string id, string family) =>
        $$$"""{"resourceType":"Patient","id":"{{{id}}}","name":[{"family":"{{{family}}}"}],"managingOrganization":{"reference":"Organization/walk-org"}}""";

    private async Task FillAsync(string hiddenCode = "B20", string hiddenFamily = "Muster")
    {
        await world.PutAsync("Organization", "walk-org", """{"resourceType":"Organization","id":"walk-org","name":"Walkers"}""");
        await world.PutAsync("Patient", "walk-p2", Patient("walk-p2", hiddenFamily));
        await world.PutAsync("Condition", "walk-c1", Condition("walk-c1", hiddenCode, "example", "R"));
        await world.PutAsync("Condition", "walk-c2", Condition("walk-c2", "E11", "example"));
        await world.PutAsync("Observation", "walk-o1", Observation("walk-o1", "example", "walk-c1", "walk-p2"));
        await world.PutAsync("Observation", "walk-o2", Observation("walk-o2", "example", "walk-c2", "example"));
    }

    [Theory]
    [InlineData("focus:Condition.code=B20")]
    [InlineData("focus:Condition.code=I10")]
    [InlineData("focus:Condition._security=R")]
    [InlineData("focus:Condition._id=walk-c1")]
    [InlineData("performer:Patient.family=Muster")]
    [InlineData("performer:Patient.family=Other")]
    [InlineData("focus:Condition.subject:Patient.organization.name=Walkers&focus:Condition.code=B20")]
    public async Task Search_ByAChainOverWithheldRecords_SaysTheSameWhateverTheyHold(string chain)
    {
        var token = await world.TokenAsync(world.Study);
        await FillAsync();
        await world.Backend.ForgetRecordedAsync();
        var before = await AskAllAsync(chain, token);
        Assert.DoesNotContain(
            await world.Backend.RecordedAsync(),
            static request =>
                request.Url.Contains('.', StringComparison.Ordinal) && request.Url.Contains("focus:", StringComparison.Ordinal)
        );
        await FillAsync("I10", "Other");
        var after = await AskAllAsync(chain, token);

        Assert.Equal(before, after);
        Assert.All(before, static answer => Assert.DoesNotContain("walk-o1", answer));
    }

    [Theory]
    [InlineData("focus:Condition.code=E11", "Observation/walk-o2")]
    [InlineData("focus:Condition.code=urn:icd%7CE11", "Observation/walk-o2")]
    [InlineData("focus:Condition._id=walk-c2", "Observation/walk-o2")]
    [InlineData("focus:Condition.subject:Patient._id=example", "Observation/walk-o2")]
    [InlineData("patient:Patient._id=example", "Observation/walk-o1,Observation/walk-o2")]
    [InlineData("patient.organization.name=nowhere", "")]
    public async Task Search_ByAChainOverWhatIsSeen_FindsIt(string chain, string expected)
    {
        await FillAsync();

        var reply = await world.GetAsync(Observations + chain, await world.TokenAsync(world.Study));

        Assert.True(reply.Status == HttpStatusCode.OK, reply.Body);
        Assert.Equal(expected, string.Join(',', reply.Entries.Order()));
        Assert.DoesNotContain("walk-c", (string?)reply.Json["link"]?[0]?["url"] ?? string.Empty);
    }

    [Fact]
    public async Task Search_ByAReverseChainThatIsNamed_WalksOverWhatIsSeenOnly()
    {
        await FillAsync();
        var ward = await world.TokenAsync(world.Ward);

        var seen = await world.GetAsync("/Patient?_id=example&_has:Observation:patient:code:text=walked", ward);
        var none = await world.GetAsync("/Patient?_id=example&_has:Observation:patient:code:text=never-measured", ward);
        var withLabel = await world.GetAsync("/Patient?_id=example&_has:Observation:patient:_security=HIV", ward);
        var unnamed = await world.GetAsync(
            "/Patient?_id=example&_has:Observation:patient:code:text=walked",
            await world.TokenAsync(world.Study)
        );

        Assert.Equal(["Patient/example"], seen.Entries);
        Assert.Equal((HttpStatusCode.OK, 0), (none.Status, none.Entries.Count));
        Assert.Equal(HttpStatusCode.OK, withLabel.Status);
        Assert.Equal("include-not-permitted", unnamed.Code);
    }

    [Fact]
    public async Task Search_ByAChainToMoreThanItMayWalkOver_IsRefusedWithTheReason()
    {
        await FillAsync();
        for (var i = 0; i < 101; i++)
        {
            await world.PutAsync("Condition", $"walk-many-{i}", Condition($"walk-many-{i}", "MANY", "f001"));
        }

        var reply = await world.GetAsync(Observations + "focus:Condition.code=MANY", await world.TokenAsync(world.Study));

        Assert.Equal((HttpStatusCode.Forbidden, "chain-too-broad"), (reply.Status, reply.Code));
        Assert.Equal("chain-too-broad", (string?)Assert.Single(await world.TrailAsync(reply.DecisionId))["reason"]);
    }

    [Theory]
    [InlineData("B20")]
    [InlineData("I10")]
    public async Task Create_OnAConditionWithAChainOverAWithheldRecord_CreatesWhateverItHolds(string code)
    {
        await FillAsync(code);

        var created = await world.SendAsync(
            HttpMethod.Post,
            "/Observation",
            await world.TokenAsync(world.Lab),
            """{"resourceType":"Observation","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],"code":{"text":"fresh"},"subject":{"reference":"Patient/example"}}""",
            headers: ("If-None-Exist", "category=laboratory&patient=example&performer:Patient.family=Muster")
        );

        Assert.True(created.Status == HttpStatusCode.Created, created.Body);
    }

    private async Task<string[]> AskAllAsync(string chain, string token)
    {
        var read = await world.GetAsync(Observations + chain, token);
        var posted = await world.SendAsync(
            HttpMethod.Post,
            "/Observation/_search",
            token,
            "code:text=walked&" + chain,
            "application/x-www-form-urlencoded"
        );
        var batch = await world.SendAsync(
            HttpMethod.Post,
            string.Empty,
            token,
            $$$"""{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Observation?code:text=walked&{{{chain}}}"}}]}"""
        );
        Assert.All(new[] { read, posted, batch }, static reply => Assert.True(reply.Status == HttpStatusCode.OK, reply.Body));
        return [read.Status + string.Join(',', read.Entries), posted.Status + string.Join(',', posted.Entries), Resources(batch)];
    }

    private static string Resources(Reply batch) =>
        string.Join(
            ',',
            batch.Json["entry"]![0]!["resource"]?["entry"]?.AsArray().Select(static entry => (string?)entry!["fullUrl"])
                ?? [(string?)batch.Json["entry"]![0]!["response"]!["status"]]
        );
}
