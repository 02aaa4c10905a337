using System.Text.Json.Nodes;
using PhiGateway.Apis;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Tests.Apis;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>
/// Groups of records of an API that is not FHIR page as records do: neither number nor place of what is withheld shows in the pages.
/// </summary>
public sealed class DeclaredGroupsTests
{
    private const string Place = "/v1/patients/17/results";

    // The wards of a backend, and who is in each: v may be seen, h may not; and its page size.
    public static TheoryData<string, int> Backends
    {
        get
        {
            var data = new TheoryData<string, int>();
            string[] lists = ["h", "v", "vh", "h|v", "v|h", "h|h|h|v", "v|h|h|h|v", "vh|h|hv|vv", "h||v", "hv|hv|h|h|vhv|h|v"];
            foreach (var list in lists)
            {
                foreach (var size in (int[])[1, 2, 3])
                {
                    data.Add(list, size);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task Run_WhateverIsWithheld_GivesThePagesOfABackendWithoutIt(string list, int size)
    {
        var bare = list.Replace("h", "", StringComparison.Ordinal).Split('|', StringSplitOptions.RemoveEmptyEntries);

        var seen = await JourneyAsync(new Backend(list.Split('|'), size));
        var twin = await JourneyAsync(new Backend(bare, size));

        Assert.Equal(twin, seen);
        Assert.Equal(list.Count(static one => one == 'v'), seen.Sum(static page => page.Split("\"id\"").Length - 1));
    }

    // A group leaves with those of its records that may, and what is counted is these.
    [Fact]
    public async Task Run_GroupOfWhichSomeStay_LeavesWithTheOthers()
    {
        var pages = await JourneyAsync(new Backend(["hv", "h", "vv"], 3));

        var wards = JsonNode.Parse(Assert.Single(pages))!["wards"]!.AsArray();
        Assert.Equal(["w0", "w1"], wards.Select(static ward => (string?)ward!["name"]));
        Assert.Equal([1, 2], wards.Select(static ward => ward!["patients"]!.AsArray().Count));
        Assert.Equal(3, (int)JsonNode.Parse(pages[0])!["total"]!);
    }

    // The client's pages to the end, with every handle written alike.
    private static async Task<List<string>> JourneyAsync(Backend backend)
    {
        var row = ApiFixture.Search();
        (row.Answer!.Items, row.Answer.Count) = ("/wards/*/patients/*", "/total");
        row.Answer.Keep = ["/wards/*/name"];
        row.Answer.Next = new ApiNextOptions { Pointer = "/next", Parameter = "cursor" };
        using var world = new StageWorld(null, null, StageWorld.Grant("search"));
        world.Route = world.Route! with { Api = ApiFixture.Table(row) };
        UpstreamCall? asked = null;
        world.Upstream.OnCall = call => asked = call;
        world.Upstream.Otherwise = () => backend.Answer(asked!);
        var pages = new List<string>();
        var target = "/fhir" + Place;
        while (pages.Count < 100)
        {
            using var exchange = world.Open("GET", target);
            var result = await world.WalkAsync(exchange, "Release");
            Assert.True(result.Continues, $"{result.Refusal?.Code} {result.Detail}");
            var text = StageWorld.Written(exchange);
            var next = (string?)JsonNode.Parse(text)!["next"];
            pages.Add(next is null ? text : text.Replace(next, "HANDLE", StringComparison.Ordinal));
            if (next is null)
            {
                return pages;
            }

            target = $"/fhir{Place}?cursor={next}";
        }

        throw new InvalidOperationException("The pages do not end.");
    }

    /// <summary>A backend that pages by wards, and knows nothing of who asks.</summary>
    private sealed class Backend(string[] wards, int size)
    {
        public UpstreamReply Answer(UpstreamCall call)
        {
            var text = call.PathAndQuery;
            var offset = int.TryParse(text[(text.LastIndexOf('=') + 1)..], out var parsed) ? parsed : 0;
            var items = Enumerable.Range(offset, Math.Clamp(wards.Length - offset, 0, size)).Select(Ward);
            var body = new JsonObject { ["total"] = wards.Sum(static ward => ward.Length), ["wards"] = new JsonArray([.. items]) };
            if (offset + size < wards.Length)
            {
                body["next"] = offset + size;
            }

            return RecordingUpstream.Reply(200, body.ToJsonString(), "application/json");
        }

        // What may be seen is numbered among itself: a backend without the rest has the same.
        private JsonNode Ward(int place)
        {
            var number = wards[..place].Count(static ward => ward.Contains('v', StringComparison.Ordinal));
            var before = wards[..place].Sum(static ward => ward.Count(static one => one == 'v'));
            var patients = new JsonArray();
            for (var at = 0; at < wards[place].Length; at++)
            {
                var isSeen = wards[place][at] == 'v';
                JsonNode record = new JsonObject
                {
                    ["id"] = isSeen ? $"r{before++}" : $"hidden{place}-{at}",
                    ["patient"] = "17",
                    ["level"] = isSeen ? "N" : "V",
                    ["labels"] = new JsonArray(),
                };
                patients.Add(record);
            }

            return new JsonObject { ["name"] = $"w{number}", ["patients"] = patients };
        }
    }
}
