using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>
/// What was restricted, or became another's, does not leave in the version before; what may be shown as it is now is shown as it was.
/// </summary>
[Collection(OpenWorldCollection.Name)]
public sealed class HistoryTests(OpenWorld world)
{
    private const string Restricted = "R";

    [Fact]
    public async Task Versions_OfARecordThatMayBeShown_AreShown()
    {
        var (id, versions) = await StoreAsync(("example", null), ("example", null));
        var lab = await world.TokenAsync(world.Lab);

        foreach (var version in versions)
        {
            var reply = await world.GetAsync($"/Observation/{id}/_history/{version}", lab);
            Assert.True(reply.Status == HttpStatusCode.OK, reply.Body);
            Assert.Equal(version, (string?)reply.Json["meta"]!["versionId"]);
        }

        Assert.Equal(versions.Order(), VersionsOf(await world.GetAsync($"/Observation/{id}/_history", lab), id));
        Assert.Equal(versions.Order(), VersionsOf(await world.GetAsync("/Observation/_history?_count=5000", lab), id));
    }

    [Theory]
    [InlineData("example", Restricted)]
    [InlineData("f201", null)]
    public async Task Versions_OfARecordThatMayNoLongerBeShown_AreLikeMissing(string patient, string? confidentiality)
    {
        var (id, versions) = await StoreAsync(("example", null), (patient, confidentiality));
        var lab = await world.TokenAsync(world.Lab);
        var missing = await world.GetAsync("/Observation/no-such-thing/_history/1", lab);

        foreach (var version in versions)
        {
            var reply = await world.GetAsync($"/Observation/{id}/_history/{version}", lab);
            Assert.Equal((HttpStatusCode.NotFound, "not-found-or-withheld"), (reply.Status, reply.Code));
            Assert.Equal(missing.Body.Replace(missing.DecisionId, string.Empty), reply.Body.Replace(reply.DecisionId, string.Empty));
        }

        var history = await world.GetAsync($"/Observation/{id}/_history", lab);
        Assert.Equal((HttpStatusCode.NotFound, "not-found-or-withheld"), (history.Status, history.Code));
        Assert.Empty(VersionsOf(await world.GetAsync("/Observation/_history?_count=5000", lab), id));
        var batch = await world.SendAsync(
            HttpMethod.Post,
            string.Empty,
            lab,
            Bodies.Bundle(
                "batch",
                new Entry("GET", $"Observation/{id}/_history/{versions[0]}"),
                new Entry("GET", $"Observation/{id}/_history")
            )
        );
        Assert.DoesNotContain("valueString", batch.Body);

        // Who may see it as it is now sees what it was.
        Assert.Equal(
            HttpStatusCode.OK,
            (await world.GetAsync($"/Observation/{id}/_history/{versions[0]}", await world.TokenAsync(world.Ward))).Status
        );
    }

    [Fact]
    public async Task Versions_RestrictedOnlyInBetween_AreJudgedEachByItself()
    {
        var (id, versions) = await StoreAsync(("example", null), ("example", Restricted), ("example", null));
        var lab = await world.TokenAsync(world.Lab);

        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.NotFound, HttpStatusCode.OK],
            await Task.WhenAll(
                versions.Select(async version => (await world.GetAsync($"/Observation/{id}/_history/{version}", lab)).Status)
            )
        );
        Assert.Equal(new[] { versions[0], versions[2] }.Order(), VersionsOf(await world.GetAsync($"/Observation/{id}/_history", lab), id));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData(Restricted, false)]
    public async Task Versions_OfADeletedRecord_AreJudgedByTheLatestThatThereWere(string? confidentiality, bool leaves)
    {
        var (id, versions) = await StoreAsync(("example", null), ("example", confidentiality));
        await SendAsync(HttpMethod.Delete, id, null);
        var lab = await world.TokenAsync(world.Lab);

        Assert.Equal(
            leaves ? HttpStatusCode.OK : HttpStatusCode.NotFound,
            (await world.GetAsync($"/Observation/{id}/_history/{versions[0]}", lab)).Status
        );

        // On the page of a whole type, what it was last may stand on another page: there it is not shown.
        Assert.Empty(VersionsOf(await world.GetAsync("/Observation/_history?_count=5000", lab), id));
    }

    [Fact]
    public async Task VRead_CurrentVersionCannotBeRead_IsRefused()
    {
        var (id, versions) = await StoreAsync(("example", null), ("example", null));
        await world.Backend.SetFaultAsync("server-error", match: $"/{id}", times: 2);
        try
        {
            var reply = await world.GetAsync($"/Observation/{id}/_history/{versions[0]}", await world.TokenAsync(world.Lab));
            Assert.Equal(HttpStatusCode.BadGateway, reply.Status);
        }
        finally
        {
            await world.Backend.ClearFaultsAsync();
        }

        Assert.Equal(
            HttpStatusCode.OK,
            (await world.GetAsync($"/Observation/{id}/_history/{versions[0]}", await world.TokenAsync(world.Lab))).Status
        );
    }

    private static IEnumerable<string?> VersionsOf(Reply reply, string id)
    {
        Assert.True(reply.Status == HttpStatusCode.OK, reply.Body);
        return (reply.Json["entry"]?.AsArray() ?? [])
            .Select(static entry => entry!["resource"]!)
            .Where(resource => (string?)resource["id"] == id)
            .Select(static resource => (string?)resource["meta"]!["versionId"])
            .Order();
    }

    // Each a version of one Observation: of a patient, with a confidentiality.
    private async Task<(string Id, IReadOnlyList<string> Versions)> StoreAsync(params (string Patient, string? Confidentiality)[] contents)
    {
        var id = $"history-{Guid.NewGuid():N}"[..24];
        var versions = new List<string>();
        foreach (var (patient, confidentiality) in contents)
        {
            var body = JsonNode.Parse(Bodies.Observation(patient, id: id, value: $"version {versions.Count}"))!;
            if (confidentiality is not null)
            {
                body["meta"] = new JsonObject
                {
                    ["security"] = new JsonArray(
                        new JsonObject
                        {
                            ["system"] = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality",
                            ["code"] = confidentiality,
                        }
                    ),
                };
            }

            versions.Add((string)JsonNode.Parse(await SendAsync(HttpMethod.Put, id, body.ToJsonString()))!["meta"]!["versionId"]!);
        }

        return (id, versions);
    }

    private async Task<string> SendAsync(HttpMethod method, string id, string? body)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(method, $"{world.Backend.Base}/Observation/{id}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "backend-secret");
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/fhir+json");
        using var answer = await http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadAsStringAsync();
    }
}
