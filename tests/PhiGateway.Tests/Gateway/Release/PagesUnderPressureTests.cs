using System.Text.Json.Nodes;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>What is withheld shows by its place in no page, also while this node holds nearly all that it may.</summary>
public sealed class PagesUnderPressureTests
{
    private const int MiB = 1024 * 1024;
    private const string Next = "http://fhir.example/r4/Observation?page=2";

    // Two that may be seen among many that may not: more than is held of an answer that can be streamed while there is little room.
    private static readonly string First = Page(
        [.. Enumerable.Range(0, 40).Select(static n => Entry(n, isHidden: n is not (3 or 17)))],
        Next
    );

    [Fact]
    public async Task Run_LittleRoomIsLeft_APageIsPutTogetherAllTheSame()
    {
        using var world = NewWorld();
        Fill(world, left: 2 * MiB);
        using var exchange = world.Open("GET", "/fhir/Observation?patient=17");

        var result = await world.WalkAsync(exchange, "Release");

        Assert.True(result.Continues, $"{result.Refusal?.Code} {result.Detail}");
        var page = JsonNode.Parse(StageWorld.Written(exchange))!;
        Assert.Equal(["o3", "o17"], page["entry"]!.AsArray().Select(static entry => (string)entry!["resource"]!["id"]!));
        // A next page would tell that the first one is not all there is.
        Assert.DoesNotContain(page["link"]?.AsArray() ?? [], static link => (string)link!["relation"]! == "next");
    }

    [Fact]
    public async Task Run_NoRoomIsLeft_IsToldToComeAgain()
    {
        using var world = NewWorld();
        Fill(world, left: 0);
        using var exchange = world.Open("GET", "/fhir/Observation?patient=17");

        var full = await Assert.ThrowsAsync<MemoryExhaustedException>(() => world.WalkAsync(exchange, "Release"));

        Assert.Equal(DenyReason.MemoryExhausted, full.Reason);
        Assert.Empty(StageWorld.Written(exchange));
    }

    private static StageWorld NewWorld()
    {
        var world = new StageWorld(null, null, StageWorld.Grant("search"));
        var pages = new Queue<string>([First, Page([], null)]);
        world.Upstream.Otherwise = () => RecordingUpstream.Reply(200, pages.Dequeue(), KnownMediaTypes.FhirJson);
        return world;
    }

    private static void Fill(StageWorld world, long left)
    {
        var memory = world.Get<HeldMemory>();
        while (memory.HasRoom(left + (64 * 1024), HeldFor.Read))
        {
            Assert.True(memory.TryTake(64 * 1024, HeldFor.Read));
        }
    }

    private static string Page(string[] entries, string? next)
    {
        var link = next is null ? string.Empty : $",\"link\":[{{\"relation\":\"next\",\"url\":\"{next}\"}}]";
        return "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":[" + string.Join(',', entries) + "]" + link + "}";
    }

    private static string Entry(int n, bool isHidden) =>
        $$$"""
            {"search":{"mode":"match"},"resource":{"resourceType":"Observation","id":"o{{{n}}}",
            "meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"{{{(
                isHidden ? "V" : "N"
            )}}}"}]},
            "status":"final","code":{"text":"{{{new string('x', 3000)}}}"},"subject":{"reference":"Patient/17"} } }
            """;
}
