using System.Text.Json.Nodes;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>
/// A server may write its links from the root of its host, relative to its base, or with its host in another spelling: the self link leaves
/// under the gateway's name all the same. One that leads elsewhere leaves under none.
/// </summary>
public sealed class RelativeLinksTests
{
    private const string Found = "https://gw.example/fhir/Observation?patient=17";

    [Theory]
    [InlineData("http://fhir.example/r4/Observation?patient=17", Found)]
    [InlineData("/r4/Observation?patient=17", Found)]
    [InlineData("Observation?patient=17", Found)]
    [InlineData("http://FHIR.example:80/r4/Observation?patient=17", Found)]
    [InlineData("/r5/Observation?patient=17", null)]
    [InlineData("//fhir.example/r4/Observation?patient=17", null)]
    [InlineData("https://other.example/r4/Observation?patient=17", null)]
    public async Task Run_SelfLinkHoweverItIsWritten_IsToldAtTheGateway(string self, string? told)
    {
        foreach (var grant in new[] { StageWorld.Grant("read", "search"), StageWorld.Whole() with { Interactions = ["read", "search"] } })
        {
            using var world = new StageWorld(null, null, grant);
            world
                .Upstream.Answers("GET /Observation?patient=17", Bundle(self))
                .Answers("GET /Observation?patient=17&_count=50", Bundle(self));

            var answer = await world.AskAsync("/fhir/Observation?patient=17");

            Assert.Equal(told, SelfOf(answer));
            Assert.Single(answer["entry"]!.AsArray());
        }
    }

    private static string? SelfOf(JsonNode bundle) =>
        (string?)bundle["link"]?.AsArray().SingleOrDefault(static link => (string?)link!["relation"] == "self")?["url"];

    private static string Bundle(string self) =>
        $$"""
            {"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"{{self}}"}],
            "entry":[{"resource":{{StageWorld.Observation()}},"search":{"mode":"match"} }]}
            """;
}
