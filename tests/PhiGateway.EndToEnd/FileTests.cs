using System.Net;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>A Binary over the wire: as a resource, as the file that it is, and not again when the client has it.</summary>
[Collection(OpenWorldCollection.Name)]
public sealed class FileTests(OpenWorld world)
{
    [Fact]
    public async Task Read_Binary_IsAResourceOrAFileAsTheClientTakesIt()
    {
        var id = await StoreAsync();

        var resource = await AskAsync(id, ("Accept", "application/fhir+json"));
        var download = await AskAsync(id);
        var file = await AskAsync(id, ("Accept", "text/plain"));
        var other = await AskAsync(id, ("Accept", "image/png"));

        Assert.Equal((HttpStatusCode.OK, "SGVsbG8="), (resource.Status, (string?)resource.Json["data"]));
        Assert.Equal((HttpStatusCode.OK, "Hello"), (file.Status, file.Body));
        Assert.Equal((HttpStatusCode.OK, "Hello"), (download.Status, download.Body));
        Assert.Equal("text/plain; charset=utf-8", file.Headers["Content-Type"]);
        Assert.Equal("nosniff", file.Headers["X-Content-Type-Options"]);
        Assert.Equal((HttpStatusCode.NotAcceptable, "not-acceptable"), (other.Status, other.Code));
        Assert.Contains(
            await world.TrailAsync(file.DecisionId),
            record => record["resources"]?.ToJsonString().Contains($"Binary/{id}", StringComparison.Ordinal) == true
        );
    }

    [Fact]
    public async Task Read_VersionThatTheClientHas_IsNotSentAgain()
    {
        var id = await StoreAsync();
        var read = await AskAsync(id, ("Accept", "application/fhir+json"));

        var again = await AskAsync(id, ("Accept", "application/fhir+json"), ("If-None-Match", read.Headers["ETag"]));

        Assert.Equal((HttpStatusCode.NotModified, string.Empty), (again.Status, again.Body));
        Assert.Equal(read.Headers["ETag"], again.Headers["ETag"]);
    }

    private Task<Reply> AskAsync(string id, params (string Name, string Value)[] headers) =>
        world.SendAsync(HttpMethod.Get, $"/Binary/{id}", world.Token, null, "application/fhir+json", headers);

    private async Task<string> StoreAsync()
    {
        var id = $"file-{Guid.NewGuid():N}"[..20];
        await world.PutAsync(
            "Binary",
            id,
            $$"""{"resourceType":"Binary","id":"{{id}}","contentType":"text/plain; charset=utf-8","data":"SGVsbG8="}"""
        );
        return id;
    }
}
