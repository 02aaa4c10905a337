using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.EndToEnd.Legitimate;

/// <summary>What well-behaved clients ask passes, and nothing that they may see is missing from the answer.</summary>
public sealed class LegitimateCorpusTests(LegitimateWorld world) : IClassFixture<LegitimateWorld>
{
    private static readonly string[] OwnerMembers = ["subject", "patient", "beneficiary"];

    public static TheoryData<string> Requests =>
        [
            .. File.ReadLines(RepositoryPaths.Of("tests", "legitimate", "us-core.txt"))
                .Where(static line => line.Length > 0 && line[0] != '#'),
        ];

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Ask_ClientOfEveryPatient_GetsWhatTheServerHas(string request)
    {
        var token = await world.TokenAsync(world.Engine, "system/*.rs");
        var direct = await DirectAsync(request);

        var reply = await world.GetAsync($"/{request}", token);

        AssertSame(direct, reply);
        if (request.IndexOf('?', StringComparison.Ordinal) is > 0 and var at)
        {
            AssertSame(
                direct,
                await world.SendAsync(
                    HttpMethod.Post,
                    $"/{request[..at]}/_search",
                    token,
                    FormOf(request[(at + 1)..]),
                    "application/x-www-form-urlencoded"
                )
            );
        }
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Ask_ClientOfARoster_GetsWhatTheServerHasOfItsPatients(string request)
    {
        var direct = JsonNode.Parse((await DirectAsync(request)).Body)!;
        var reply = await world.GetAsync($"/{request}", await world.TokenAsync(world.Cohorts, "system/*.rs"));

        if ((string?)direct["resourceType"] != "Bundle")
        {
            Assert.Equal(IsOfTheCohort(direct) ? HttpStatusCode.OK : HttpStatusCode.NotFound, reply.Status);
            return;
        }

        if (reply.Code == "outside-roster")
        {
            // Outright for others only.
            Assert.DoesNotContain(
                direct["entry"]?.AsArray() ?? [],
                static entry =>
                    IsOfTheCohort(entry!["resource"]!) && !LegitimateWorld.Reference.Contains((string)entry["resource"]!["resourceType"]!)
            );
            return;
        }

        Assert.True(reply.Status == HttpStatusCode.OK, $"{reply.Status} {reply.Body}");
        if (!request.Contains("_count", StringComparison.Ordinal))
        {
            var own = direct["entry"]?.AsArray().Where(static entry => IsOfTheCohort(entry!["resource"]!)).Select(NameOf) ?? [];
            Assert.Equal(own.Order(StringComparer.Ordinal), reply.Entries.Order(StringComparer.Ordinal));
        }
    }

    private static void AssertSame((HttpStatusCode Status, string Body) direct, Reply reply)
    {
        Assert.True(reply.Status == HttpStatusCode.OK, $"{reply.Status} {reply.Body}");
        var resource = JsonNode.Parse(direct.Body)!;
        if ((string?)resource["resourceType"] == "Bundle")
        {
            Assert.Equal(resource["entry"]?.AsArray().Select(NameOf) ?? [], reply.Entries);
        }
        else
        {
            Assert.Equal((string?)resource["id"], (string?)reply.Json["id"]);
        }
    }

    private static string FormOf(string query) =>
        query.Contains('%', StringComparison.Ordinal)
            ? query
            : Uri.EscapeDataString(query).Replace("%3D", "=", StringComparison.Ordinal).Replace("%26", "&", StringComparison.Ordinal);

    private static string NameOf(JsonNode? entry) => $"{entry!["resource"]!["resourceType"]}/{entry["resource"]!["id"]}";

    private static bool IsOfTheCohort(JsonNode resource)
    {
        var type = (string)resource["resourceType"]!;
        if (LegitimateWorld.Reference.Contains(type))
        {
            return true;
        }

        if (type == "Patient")
        {
            return LegitimateWorld.Cohort.Contains((string)resource["id"]!);
        }

        if (type == "Appointment")
        {
            // Someone who takes part by name only may be another patient.
            var actors = resource["participant"]!
                .AsArray()
                .Where(static one => one!["actor"] is not null)
                .Select(static one => (string?)one!["actor"]!["reference"])
                .ToList();
            return actors.TrueForAll(static actor =>
                actor is not null
                && (!actor.StartsWith("Patient/", StringComparison.Ordinal) || LegitimateWorld.Cohort.Contains(actor["Patient/".Length..]))
            );
        }

        return OwnerMembers
            .Select(member => resource[member] is JsonObject owner ? (string?)owner["reference"] : null)
            .Any(static reference => reference is not null && LegitimateWorld.Cohort.Any(patient => reference == $"Patient/{patient}"));
    }

    // The corpus is only worth something if the server itself answers.
    private async Task<(HttpStatusCode Status, string Body)> DirectAsync(string request)
    {
        using var http = new HttpClient();
        using var message = new HttpRequestMessage(HttpMethod.Get, $"{world.Backend.Base}/{request}");
        message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "backend-secret");
        using var answer = await http.SendAsync(message);
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"the server itself: {answer.StatusCode} {body}");
        return (answer.StatusCode, body);
    }
}
