using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace PhiGateway.EndToEnd.Tenancy;

/// <summary>
/// A client that sees names only: it cannot erase the rest by putting back what it has, nor patch what it does not see; names it can patch.
/// </summary>
[Collection(TenancyCollection.Name)]
public sealed class PartialViewTests(TenancyWorld world)
{
    private const string Path = "/north/fhir/Patient/pat-north";

    private Task<string> Names => world.NorthIssuer.TokenAsync(world.NamesApp, "system/*.cruds");

    private Task<string> Everything => world.NorthIssuer.TokenAsync(world.NorthApp);

    [Fact]
    public async Task Update_OfWhatIsSeenInPart_IsRefusedInEveryFormAndPassesForOneWhoSeesAll()
    {
        var seen = await world.GetAsync(Path, await Names);
        Assert.Null(seen.Json["extension"]);
        var trimmed = seen.Json.DeepClone();
        trimmed["meta"]!.AsObject().Remove("tag");
        var body = trimmed.ToJsonString();
        await world.North.ForgetRecordedAsync();

        var put = await world.SendAsync(HttpMethod.Put, Path, await Names, body);
        var conditional = await world.SendAsync(HttpMethod.Put, "/north/fhir/Patient?name=Family-north", await Names, body);
        var transaction = await world.SendAsync(HttpMethod.Post, "/north/fhir", await Names, Bundle("transaction", body));
        var batch = await world.SendAsync(HttpMethod.Post, "/north/fhir", await Names, Bundle("batch", body));

        Assert.Equal((HttpStatusCode.Forbidden, "partial-view"), (put.Status, put.Code));
        Assert.Equal("partial-view", conditional.Code);
        Assert.Equal("partial-view", transaction.Code);
        Assert.Contains("partial-view", batch.Body);
        Assert.All(await world.North.RecordedAsync(), static request => Assert.Equal("GET", request.Method));

        var whole = (await world.GetAsync(Path, await Everything)).Json;
        Assert.NotNull(whole["extension"]);
        Assert.Equal(HttpStatusCode.OK, (await world.SendAsync(HttpMethod.Put, Path, await Everything, whole.ToJsonString())).Status);
    }

    [Theory]
    [InlineData("""[{"op":"replace","path":"/active","value":false}]""", "application/json-patch+json")]
    [InlineData("""[{"op":"copy","from":"/extension/0/url","path":"/name/0/text"}]""", "application/json-patch+json")]
    [InlineData(
        """[{"op":"test","path":"/extension/0/extension/0/valueCoding/code","value":"2106-3"},{"op":"replace","path":"/name/0/family","value":"x"}]""",
        "application/json-patch+json"
    )]
    [InlineData("""[{"op":"remove","path":"/extension"}]""", "application/json-patch+json")]
    [InlineData("""{"active":null}""", "application/merge-patch+json")]
    [InlineData("""{"_birthDate":{"id":"x"}}""", "application/merge-patch+json")]
    [InlineData(
        """{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"delete"},{"name":"path","valueString":"Patient.active"}]}]}""",
        "application/fhir+json"
    )]
    public async Task Patch_OfWhatIsHidden_IsRefused(string patch, string type)
    {
        await world.North.ForgetRecordedAsync();

        var reply = await world.SendAsync(HttpMethod.Patch, Path, await Names, patch, type);

        Assert.Equal((HttpStatusCode.Forbidden, "hidden-element"), (reply.Status, reply.Code));
        Assert.DoesNotContain(await world.North.RecordedAsync(), static request => request.Method == "PATCH");
    }

    [Fact]
    public async Task Patch_OfWhatIsSeen_ChangesThatAndNothingElse()
    {
        var before = (await world.GetAsync(Path, await Everything)).Json;

        var changed = await world.SendAsync(
            HttpMethod.Patch,
            Path,
            await Names,
            """[{"op":"test","path":"/name/0/family","value":"Family-north"},{"op":"add","path":"/name/0/text","value":"Changed"}]""",
            "application/json-patch+json"
        );

        Assert.Equal(HttpStatusCode.OK, changed.Status);
        Assert.Null(changed.Json["extension"]);
        var after = (await world.GetAsync(Path, await Everything)).Json;
        Assert.Equal("Changed", (string?)after["name"]![0]!["text"]);
        Assert.True(JsonNode.DeepEquals(before["extension"], after["extension"]));
        Assert.Equal(
            HttpStatusCode.OK,
            (
                await world.SendAsync(
                    HttpMethod.Patch,
                    Path,
                    await Names,
                    """[{"op":"remove","path":"/name/0/text"}]""",
                    "application/json-patch+json"
                )
            ).Status
        );
    }

    [Fact]
    public async Task Update_ToANewId_ErasesNothingAndPasses()
    {
        var created = await world.SendAsync(
            HttpMethod.Put,
            "/north/fhir/Patient/pat-new",
            await Names,
            """{"resourceType":"Patient","id":"pat-new","name":[{"family":"New"}]}"""
        );

        Assert.True(created.Status is HttpStatusCode.Created or HttpStatusCode.OK, $"{created.Status} {created.Code}");
        Assert.Equal(
            "partial-view",
            (
                await world.SendAsync(
                    HttpMethod.Put,
                    "/north/fhir/Patient/pat-new",
                    await Names,
                    """{"resourceType":"Patient","id":"pat-new","name":[{"family":"Newer"}]}"""
                )
            ).Code
        );
        await world.SendAsync(HttpMethod.Delete, "/north/fhir/Patient/pat-new", await Everything);
    }

    private static string Bundle(string type, string body) =>
        $$$"""{"resourceType":"Bundle","type":"{{{type}}}","entry":[{"resource":{{{body}}},"request":{"method":"PUT","url":"Patient/pat-north"}}]}""";
}
