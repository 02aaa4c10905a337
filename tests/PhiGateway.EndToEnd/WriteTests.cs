using System.Net;
using System.Text.Json.Nodes;
using PhiGateway.EndToEnd.Peers;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>
/// Changes of single resources by a client that may see some patients only: taking over, pushing out, relabelling, and what is legitimate.
/// </summary>
[Collection(OpenWorldCollection.Name)]
public sealed class WriteTests(OpenWorld world)
{
    [Fact]
    public async Task Update_NewId_CreatesForOwnPatientsOnly()
    {
        var token = await world.TokenAsync(world.Lab);

        var own = await world.SendAsync(HttpMethod.Put, "/Observation/lab-7", token, Bodies.Observation("f001", id: "lab-7"));
        var foreign = await world.SendAsync(HttpMethod.Put, "/Observation/lab-8", token, Bodies.Observation("f201", id: "lab-8"));

        Assert.True(own.Status is HttpStatusCode.OK or HttpStatusCode.Created, own.Status.ToString());
        Assert.Equal("outside-roster", foreign.Code);
        Assert.Equal(HttpStatusCode.NotFound, (await world.GetAsync("/Observation/lab-8", world.Token)).Status);
    }

    [Theory]
    [InlineData("DELETE", null, null)]
    [InlineData("PATCH", """[{"op":"replace","path":"/status","value":"final"}]""", null)]
    [InlineData("PATCH", """[{"op":"replace","path":"/subject/reference","value":"Patient/f001"}]""", null)]
    [InlineData("DELETE", null, "W/\"not-this\"")]
    public async Task Change_ForeignResource_IsLikeAMissingOne(string method, string? patch, string? ifMatch)
    {
        var token = await world.TokenAsync(world.Lab);
        (string, string)[] headers = ifMatch is null ? [] : [("If-Match", ifMatch)];

        var foreign = await world.SendAsync(
            new HttpMethod(method),
            "/Observation/f202",
            token,
            patch,
            "application/json-patch+json",
            headers
        );
        var missing = await world.SendAsync(
            new HttpMethod(method),
            "/Observation/no-such",
            token,
            patch,
            "application/json-patch+json",
            headers
        );

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (missing.Status, foreign.Status));
        Assert.Equal(missing.Body.Replace(missing.DecisionId, string.Empty), foreign.Body.Replace(foreign.DecisionId, string.Empty));
        Assert.Equal(missing.Headers.Keys.Order(), foreign.Headers.Keys.Order());
        Assert.Equal("Patient/f201", (string?)(await world.GetAsync("/Observation/f202", world.Token)).Json["subject"]!["reference"]);
    }

    [Fact]
    public async Task Update_ForeignResourceAgainstAVersion_DoesNotSayThatThereIsOne()
    {
        var token = await world.TokenAsync(world.Lab);

        var reply = await world.SendAsync(
            HttpMethod.Put,
            "/Observation/f202",
            token,
            Bodies.Observation("f001", id: "f202"),
            "application/fhir+json",
            ("If-Match", "W/\"not-this\"")
        );

        Assert.Equal((HttpStatusCode.NotFound, "not-found-or-withheld"), (reply.Status, reply.Code));
    }

    [Fact]
    public async Task Read_VersionsAndHistory_AreJudgedLikeThePresent()
    {
        var token = await world.TokenAsync(world.Lab);
        var created = await world.SendAsync(HttpMethod.Post, "/Observation", token, Bodies.Observation("f001"));
        var (id, version) = ((string)created.Json["id"]!, (string)created.Json["meta"]!["versionId"]!);
        var foreign = (await world.GetAsync("/Observation/f202", world.Token)).Json["meta"]!["versionId"];

        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync($"/Observation/{id}/_history/{version}", token)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await world.GetAsync($"/Observation/f202/_history/{foreign}", token)).Status);
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync($"/Observation/f202/_history/{foreign}", world.Token)).Status);
        var history = await world.GetAsync("/Observation/_history?_count=500", token);
        Assert.Equal(HttpStatusCode.OK, history.Status);
        Assert.Contains($"Observation/{id}", history.Entries);
        Assert.All(
            history.Json["entry"]!.AsArray(),
            entry => Assert.Contains((string?)entry!["resource"]!["subject"]!["reference"], new[] { "Patient/f001", "Patient/example" })
        );
    }

    [Theory]
    [InlineData(
        "application/json-patch+json",
        """[{"op":"replace","path":"/valueString","value":"x"}]""",
        """[{"op":"add","path":"/meta/security","value":[{"system":"urn:own","code":"label"}]}]""",
        "PUT"
    )]
    [InlineData(
        "application/merge-patch+json",
        """{"valueString":"x"}""",
        """{"meta":{"security":[{"system":"urn:own","code":"label"}]}}""",
        "PUT"
    )]
    [InlineData(
        "application/fhir+json",
        """{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"replace"},{"name":"path","valueString":"Observation.value"},{"name":"value","valueString":"x"}]}]}""",
        """{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"delete"},{"name":"path","valueString":"Observation.meta.security"}]}]}""",
        "PATCH"
    )]
    public async Task Patch_OfEachKind_IsTiedToTheVersionAndChangesNoLabel(string type, string patch, string relabel, string sentAs)
    {
        var token = await world.TokenAsync(world.Lab);
        var created = await world.SendAsync(HttpMethod.Post, "/Observation", token, Bodies.Observation("f001"));
        await world.Backend.ForgetRecordedAsync();

        var relabelled = await world.SendAsync(HttpMethod.Patch, $"/Observation/{created.Json["id"]}", token, relabel, type);
        Assert.Equal((HttpStatusCode.Forbidden, "relabel-not-permitted"), (relabelled.Status, relabelled.Code));
        Assert.All(await world.Backend.RecordedAsync(), static request => Assert.Equal("GET", request.Method));

        await world.SendAsync(HttpMethod.Patch, $"/Observation/{created.Json["id"]}", token, patch, type);
        var write = Assert.Single(await world.Backend.RecordedAsync(), static request => request.Method != "GET");
        Assert.Equal(sentAs, write.Method);
        Assert.StartsWith("application/fhir+json", write.Header("content-type"));
        Assert.Equal($"W/\"{created.Json["meta"]!["versionId"]}\"", write.Header("if-match"));
    }

    [Theory]
    [InlineData("""[{"op":"add","path":"/performer","value":[{"reference":"Patient?identifier=urn:mrn|777"}]}]""")]
    [InlineData(
        """[{"op":"add","path":"/performer","value":[{"display":"a"}]},{"op":"add","path":"/performer/0/reference","value":"Patient?identifier=urn:mrn|777"}]"""
    )]
    [InlineData("""[{"op":"add","path":"/performer","value":[{}]},{"op":"copy","from":"/valueString","path":"/performer/0/reference"}]""")]
    public async Task Patch_ReferenceThatTheServerWouldResolve_NeverReachesIt(string patch)
    {
        var token = await world.TokenAsync(world.Lab);
        var created = await world.SendAsync(
            HttpMethod.Post,
            "/Observation",
            token,
            Bodies.Observation("f001", value: "Patient?identifier=urn:mrn|777")
        );
        await world.Backend.ForgetRecordedAsync();

        var reply = await world.SendAsync(
            HttpMethod.Patch,
            $"/Observation/{created.Json["id"]}",
            token,
            patch,
            "application/json-patch+json"
        );

        Assert.Contains(reply.Status, new[] { HttpStatusCode.BadRequest, HttpStatusCode.UnprocessableEntity });
        Assert.All(await world.Backend.RecordedAsync(), static request => Assert.Equal("GET", request.Method));
    }

    [Fact]
    public async Task Patch_ThatCannotBeApplied_SaysSoAndSendsNothing()
    {
        var token = await world.TokenAsync(world.Lab);
        var created = await world.SendAsync(HttpMethod.Post, "/Observation", token, Bodies.Observation("f001"));
        await world.Backend.ForgetRecordedAsync();

        var reply = await world.SendAsync(
            HttpMethod.Patch,
            $"/Observation/{created.Json["id"]}",
            token,
            """[{"op":"remove","path":"/note/0"}]""",
            "application/json-patch+json"
        );

        Assert.Equal((HttpStatusCode.UnprocessableEntity, "patch-not-applicable"), (reply.Status, reply.Code));
        Assert.All(await world.Backend.RecordedAsync(), static request => Assert.Equal("GET", request.Method));
    }

    [Fact]
    public async Task Patch_WithoutTheRightToRead_IsDoneAndShowsNothing()
    {
        var token = await world.TokenAsync(world.Lab, "system/Observation.cud");
        var created = await world.SendAsync(HttpMethod.Post, "/Observation", token, Bodies.Observation("f001"));
        var written = created.Headers["Location"][world.Base.Length..].Split("/_history/")[0];

        var reply = await world.SendAsync(
            HttpMethod.Patch,
            written,
            token,
            """[{"op":"replace","path":"/valueString","value":"patched"}]""",
            "application/json-patch+json"
        );

        Assert.Equal((HttpStatusCode.OK, string.Empty), (reply.Status, reply.Body));
        Assert.Equal("patched", (string?)(await world.GetAsync(written, world.Token)).Json["valueString"]);
        var outcome = Assert.Single(await world.TrailAsync(reply.DecisionId, atLeast: 3), record => (string?)record["kind"] == "outcome");
        Assert.Equal(1, (int?)outcome["withheldCount"]);
    }

    [Fact]
    public async Task Update_PatientLink_NeedsARightOfItsOwn()
    {
        var created = await world.SendAsync(HttpMethod.Post, "/Patient", world.Token, """{"resourceType":"Patient","active":true}""");
        var id = (string)created.Json["id"]!;
        var body = created.Json.DeepClone();
        body["active"] = false;
        Assert.Equal(HttpStatusCode.OK, (await world.SendAsync(HttpMethod.Put, $"/Patient/{id}", world.Token, body.ToJsonString())).Status);

        body["link"] = new JsonArray(
            new JsonObject
            {
                ["other"] = new JsonObject { ["reference"] = "Patient/f001" },
                ["type"] = "replaced-by",
            }
        );
        var put = await world.SendAsync(HttpMethod.Put, $"/Patient/{id}", world.Token, body.ToJsonString());
        var patch = await world.SendAsync(
            HttpMethod.Patch,
            $"/Patient/{id}",
            world.Token,
            """[{"op":"add","path":"/link","value":[{"other":{"reference":"Patient/f001"},"type":"replaced-by"}]}]""",
            "application/json-patch+json"
        );

        Assert.Equal(("relabel-not-permitted", "relabel-not-permitted"), (put.Code, patch.Code));
    }
}
