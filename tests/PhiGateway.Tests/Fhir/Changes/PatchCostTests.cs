using System.Text;
using System.Text.Json;
using PhiGateway.Fhir.Changes;
using PhiGateway.Fhir.Grammar.Declared;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Fhir.Requests;
using Xunit;

namespace PhiGateway.Tests.Fhir.Changes;

/// <summary>What a patch makes of a version is bounded in every direction in which its client can make it grow.</summary>
public sealed class PatchCostTests
{
    private const string Stored =
        """{"resourceType":"Observation","id":"1","meta":{"versionId":"3"},"status":"final","code":{"text":"x"}}""";

    private const int Links = 50;
    private const int Times = 16;
    private const double MostOfTimes = 64;

    // Each operation by itself is as deep as what is read may be.
    [Theory]
    [InlineData("move")]
    [InlineData("copy")]
    public void Apply_ChainsHungOnOneAnother_EndAtADepth(string kind)
    {
        Assert.Equal(PatchOutcome.TooLarge, Apply(Json(Hung(kind, 200)), 64 * 1024 * 1024, out var result));
        Assert.Empty(result);
    }

    [Theory]
    [InlineData("move")]
    [InlineData("copy")]
    public void Apply_AFewLevelsCarriedElsewhere_IsDone(string kind)
    {
        Assert.Equal(PatchOutcome.Applied, Apply(Json(Hung(kind, 2)), 64 * 1024 * 1024, out var result));
        Assert.Contains("\"leaf\":1", Encoding.UTF8.GetString(result), StringComparison.Ordinal);
    }

    // Of a thousand small pieces each takes more memory than it has text.
    [Fact]
    public void Apply_CopiesOfMorePiecesThanTheRecordHas_EndBeforeTheirTextIsLong()
    {
        var pieces = string.Join(',', Enumerable.Repeat("[]", 1000));
        var copies = string.Join(',', Enumerable.Repeat("""{"op":"copy","from":"/note","path":"/extension/-"}""", 50));
        var patch = Json($$"""[{"op":"add","path":"/note","value":[{{pieces}}]},{"op":"add","path":"/extension","value":[]},{{copies}}]""");

        Assert.Equal(PatchOutcome.TooLarge, Apply(patch, 64 * 1024 * 1024, out _));
    }

    [Theory]
    [InlineData("items")]
    [InlineData("members")]
    public void Apply_WhatIsEmptiedIsSixteenTimesAsMuch_CostsInProportion(string shape)
    {
        const int Size = 4000;
        var (small, large) = (Emptied(shape, Size), Emptied(shape, Times * Size));
        var smallTime = Enumerable.Range(0, 10).Min(_ => TimeOf(small));
        var largeTime = TimeOf(large);
        for (var i = 0; i < 40 && largeTime > MostOfTimes * smallTime; i++)
        {
            smallTime = Math.Min(smallTime, TimeOf(small));
            largeTime = Math.Min(largeTime, TimeOf(large));
        }

        Assert.True(largeTime <= MostOfTimes * smallTime, $"{shape}: {smallTime} ticks, then {largeTime}");
    }

    [Theory]
    [InlineData("""{"note":[{},1,{"a":[]},2,[[]],null,{}]}""", """ "note":[1,2,null] """)]
    [InlineData("""{"note":[{"a":{},"b":1,"c":[{}],"_b":[{}]}]}""", """ "note":[{"b":1}] """)]
    public void Apply_EmptyAmongOthers_LeavesTheOthersInTheirOrder(string patch, string piece)
    {
        Assert.Null(MergePatch.Read(Element(patch), out var meaning));

        Assert.Equal(PatchOutcome.Applied, Apply(meaning!, 10_000, out var result));
        Assert.Contains(piece.Trim(), Encoding.UTF8.GetString(result), StringComparison.Ordinal);
    }

    // No reader can hold such an exponent: it is the same as nothing, and no fault.
    [Theory]
    [InlineData("1e99999999999", PatchOutcome.NotApplicable)]
    [InlineData("1e1", PatchOutcome.Applied)]
    public void Apply_TestOfANumberBeyondAllNumbers_IsNotMet(string number, PatchOutcome outcome)
    {
        var stored = Stored.Replace("\"status\"", "\"valueInteger\":10,\"status\"", StringComparison.Ordinal);
        var patch = Json($$"""[{"op":"test","path":"/valueInteger","value":{{number}} }]""");

        Assert.Equal(outcome, patch.Apply(Encoding.UTF8.GetBytes(stored), 10_000, out _));
    }

    [Theory]
    [InlineData(400, true)]
    [InlineData(600, false)]
    public void Read_PathOfSoManySteps_IsReadUpToALength(int steps, bool isRead)
    {
        var path = $"Observation.note{string.Concat(Enumerable.Repeat(".a", steps))}";
        var refusal = PathPatch.Read(Deletion(path), ResourceType.Parse("Observation"), out _);

        Assert.Equal(isRead, refusal is null);
    }

    [Theory]
    [InlineData(60, true)]
    [InlineData(70, false)]
    public void TryRead_SoManyWaysWithinABracket_AreReadUpToANumber(int count, bool isRead)
    {
        var ways = string.Join('|', Enumerable.Repeat("Observation.note", count));

        Assert.Equal(isRead, ExpressionReader.TryRead($"({ways}).text") is not null);
    }

    private static JsonElement Deletion(string path) =>
        Element(
            $$"""
            {"resourceType":"Parameters","parameter":[{"name":"operation","part":[
            {"name":"type","valueCode":"delete"},{"name":"path","valueString":"{{path}}"}]}]}
            """
        );

    // Chains of fifty links, each hung on the last of the one before.
    private static string Hung(string kind, int rounds)
    {
        var operations = new List<string> { $$"""{"op":"add","path":"/p0","value":{{Chain(Links)}} }""" };
        var links = string.Concat(Enumerable.Repeat("/c", Links));
        for (var i = 1; i <= rounds; i++)
        {
            operations.Add($$"""{"op":"add","path":"/p{{i}}","value":{{Chain(Links)}} }""");
            operations.Add($$"""{"op":"{{kind}}","from":"/p{{i - 1}}","path":"/p{{i}}{{links}}/d"}""");
        }

        return $"[{string.Join(',', operations)}]";
    }

    private static string Chain(int links) => string.Concat(Enumerable.Repeat("{\"c\":", links)) + "{\"leaf\":1}" + new string('}', links);

    private static byte[] Emptied(string shape, int size) =>
        Encoding.UTF8.GetBytes(
            shape == "items"
                ? $$"""{"note":[{{string.Join(',', Enumerable.Repeat("{},1", size))}}]}"""
                : $$"""{"note":[{ {{string.Join(',', Enumerable.Range(0, size).Select(static i => $"\"m{i}\":{{}}"))}} }]}"""
        );

    private static long TimeOf(byte[] patch)
    {
        using var document = JsonDocument.Parse(patch);
        Assert.Null(MergePatch.Read(document.RootElement, out var meaning));
        var started = ThreadTime.Now();
        Assert.Equal(PatchOutcome.Applied, Apply(meaning!, 64 * 1024 * 1024, out _));
        return ThreadTime.Now() - started;
    }

    private static PatchOutcome Apply(PatchMeaning patch, int most, out byte[] result) =>
        patch.Apply(Encoding.UTF8.GetBytes(Stored), most, out result);

    private static PatchMeaning Json(string patch)
    {
        Assert.Null(JsonPatch.Read(Element(patch), ResourceType.Parse("Observation"), out var meaning));
        return meaning!;
    }

    private static JsonElement Element(string json) => JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 64 }).RootElement;
}
