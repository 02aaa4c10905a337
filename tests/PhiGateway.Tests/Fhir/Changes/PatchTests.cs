using System.Text;
using System.Text.Json;
using PhiGateway.Fhir;
using PhiGateway.Fhir.Changes;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Fhir.Answers;
using Xunit;

namespace PhiGateway.Tests.Fhir.Changes;

/// <summary>A patch is read once, applied here, and judged by what it comes to.</summary>
public sealed class PatchTests
{
    private const string Stored =
        """{"resourceType":"Observation","id":"1","meta":{"versionId":"3"},"status":"final","subject":{"reference":"Patient/1"},"performer":[{"reference":"Practitioner/2"}],"valueQuantity":{"value":1.00},"note":[{"text":"a"},{"text":"Patient?identifier=urn:mrn|777"}]}""";

    [Theory]
    [InlineData("""[{"op":"replace","path":"/status","value":"amended"}]""", """ "status":"amended" """)]
    [InlineData("""[{"op":"add","path":"/note/1","value":{"text":"b"}}]""", """ "note":[{"text":"a"},{"text":"b"},{"text":"Patient""")]
    [InlineData("""[{"op":"add","path":"/note/-","value":{"text":"b"}}]""", """ 777"},{"text":"b"}] """)]
    [InlineData("""[{"op":"remove","path":"/note/0"}]""", """ "note":[{"text":"Patient""")]
    [InlineData("""[{"op":"replace","path":"/note/0","value":{"text":"c"}}]""", """ "note":[{"text":"c"} """)]
    [InlineData("""[{"op":"add","path":"/code","value":{"text":"\u00fc/~"}}]""", """ "code":{"text":"ü/~"} """)]
    [InlineData("""[{"op":"copy","from":"/note/0/text","path":"/note/1/text"}]""", """ "note":[{"text":"a"},{"text":"a"}] """)]
    [InlineData("""[{"op":"move","from":"/note/1","path":"/note/0"}]""", """ 777"},{"text":"a"}] """)]
    [InlineData("""[{"op":"test","path":"/valueQuantity/value","value":1},{"op":"remove","path":"/note"}]""", """ "value":1.00 """)]
    [InlineData("""[{"op":"remove","path":"/note","value":null,"comment":"ignored"}]""", """ "value":1.00}} """)]
    public void Apply_JsonPatch_DoesWhatItSays(string patch, string piece)
    {
        Assert.Equal(PatchOutcome.Applied, Json(patch).Apply(Encoding.UTF8.GetBytes(Stored), 10_000, out var result));

        Assert.Contains(piece.Trim(), Encoding.UTF8.GetString(result), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{"op":"replace","path":"/code","value":{}}]""")]
    [InlineData("""[{"op":"remove","path":"/note/2"}]""")]
    [InlineData("""[{"op":"remove","path":"/note/-"}]""")]
    [InlineData("""[{"op":"remove","path":"/note/00"}]""")]
    [InlineData("""[{"op":"add","path":"/note/3","value":{}}]""")]
    [InlineData("""[{"op":"add","path":"/code/text","value":"x"}]""")]
    [InlineData("""[{"op":"test","path":"/status","value":"amended"}]""")]
    [InlineData("""[{"op":"test","path":"/status","value":null}]""")]
    [InlineData("""[{"op":"add","path":"/status/0","value":"x"}]""")]
    public void Apply_NoSuchPlace_AppliesNothing(string patch)
    {
        Assert.Equal(PatchOutcome.NotApplicable, Json(patch).Apply(Encoding.UTF8.GetBytes(Stored), 10_000, out var result));

        Assert.Empty(result);
    }

    [Theory]
    [InlineData("""[]""")]
    [InlineData("""{"op":"remove","path":"/status"}""")]
    [InlineData("""[1]""")]
    [InlineData("""[{"op":"merge","path":"/status","value":1}]""")]
    [InlineData("""[{"op":"REMOVE","path":"/status"}]""")]
    [InlineData("""[{"op":"replace","path":"status","value":1}]""")]
    [InlineData("""[{"op":"replace","path":"","value":{}}]""")]
    [InlineData("""[{"op":"replace","path":"/a~2b","value":1}]""")]
    [InlineData("""[{"op":"replace","path":"/status"}]""")]
    [InlineData("""[{"op":"copy","path":"/status"}]""")]
    [InlineData("""[{"op":"move","from":"/note","path":"/note/0"}]""")]
    [InlineData("""[{"op":"remove","path":"/id"}]""")]
    [InlineData("""[{"op":"remove","path":"/_ID/extension"}]""")]
    [InlineData("""[{"op":"replace","path":"/resourceType","value":"Condition"}]""")]
    [InlineData("""[{"op":"copy","from":"/id","path":"/note/0/text"}]""")]
    [InlineData("""[{"op":"remove","path":"/"}]""")]
    [InlineData("""[{"op":"remove","path":"/a b"}]""")]
    public void Read_JsonPatchThatIsNotWhole_IsRefused(string patch) =>
        Assert.Equal(DenyReason.MalformedBody, JsonPatch.Read(Element(patch), ResourceType.Parse("Observation"), out _)?.Reason);

    [Fact]
    public void Apply_CopiesThatDouble_EndAtTheBudget()
    {
        var doubling = string.Join(',', Enumerable.Repeat("""{"op":"copy","from":"/note","path":"/note/-"}""", 60));

        Assert.Equal(PatchOutcome.TooLarge, Json($"[{doubling}]").Apply(Encoding.UTF8.GetBytes(Stored), 1_000_000, out _));
    }

    [Theory]
    [InlineData("""{"status":"amended","note":null}""", """ "status":"amended","subject" """)]
    [InlineData("""{"valueQuantity":{"unit":"mg","value":null}}""", """ "valueQuantity":{"unit":"mg"} """)]
    [InlineData("""{"code":{"text":"x","coding":null}}""", """ "code":{"text":"x"} """)]
    [InlineData("""{"note":[{"text":"z"}]}""", """ "note":[{"text":"z"}] """)]
    public void Apply_MergePatch_DoesWhatItSays(string patch, string piece)
    {
        Assert.Null(MergePatch.Read(Element(patch), out var meaning));

        Assert.Equal(PatchOutcome.Applied, meaning!.Apply(Encoding.UTF8.GetBytes(Stored), 10_000, out var result));

        Assert.Contains(piece.Trim(), Encoding.UTF8.GetString(result), StringComparison.Ordinal);
    }

    // What is said of one of several values stays said of that one.
    [Theory]
    [InlineData("""[{"op":"remove","path":"/name/0/_given/0/extension"}]""", """ "_given":[null,{"extension":[{"url":"urn:y"}]}] """)]
    [InlineData("""[{"op":"remove","path":"/name/0/_given/1/extension"}]""", """ "_given":[{"extension":[{"url":"urn:x"}]},null] """)]
    [InlineData("""{"name":[{"_given":[{},{"extension":[{"url":"urn:y"}]}]}]}""", """ "_given":[null,{"extension":[{"url":"urn:y"}]}] """)]
    [InlineData(
        """[{"op":"remove","path":"/name/0/_given/1/extension"},{"op":"remove","path":"/name/0/_given/0/extension"}]""",
        """ "name":[{"given":["Ada","B."]}] """
    )]
    [InlineData("""[{"op":"replace","path":"/name/0/_given/0","value":{"id":"z"}}]""", """ "_given":[{"id":"z"},{"extension":[{ """)]
    public void Apply_WhatAccompaniesAValue_KeepsItsPlace(string patch, string piece)
    {
        const string stored =
            """{"resourceType":"Patient","name":[{"given":["Ada","B."],"_given":[{"extension":[{"url":"urn:x"}]},{"extension":[{"url":"urn:y"}]}]}]}""";
        PatchMeaning? meaning;
        Assert.Null(
            patch.StartsWith('{')
                ? MergePatch.Read(Element(patch), out meaning)
                : JsonPatch.Read(Element(patch), ResourceType.Parse("Patient"), out meaning)
        );

        Assert.Equal(PatchOutcome.Applied, meaning!.Apply(Encoding.UTF8.GetBytes(stored), 10_000, out var result));

        Assert.Contains(piece.Trim(), Encoding.UTF8.GetString(result), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{"op":"replace","path":"/status","value":"amended"}]""", ProtectedChanges.None)]
    [InlineData("""[{"op":"replace","path":"/subject/reference","value":"Patient/1"}]""", ProtectedChanges.None)]
    [InlineData("""[{"op":"replace","path":"/subject/reference","value":"Patient/2"}]""", ProtectedChanges.Owner)]
    [InlineData("""[{"op":"remove","path":"/subject"}]""", ProtectedChanges.Owner)]
    [InlineData("""[{"op":"add","path":"/meta/security","value":[{"code":"R"}]}]""", ProtectedChanges.Labels)]
    [InlineData("""[{"op":"add","path":"/meta/tag","value":[{"system":"s","code":"x"}]}]""", ProtectedChanges.Tags)]
    [InlineData("""[{"op":"replace","path":"/performer/0/reference","value":"Practitioner/3"}]""", ProtectedChanges.None)]
    [InlineData(
        """[{"op":"replace","path":"/performer/0/reference","value":"Patient?identifier=urn:mrn|777"}]""",
        ProtectedChanges.Unreadable
    )]
    [InlineData("""[{"op":"copy","from":"/note/1/text","path":"/performer/0/reference"}]""", ProtectedChanges.Unreadable)]
    [InlineData("""[{"op":"move","from":"/note/1/text","path":"/subject/reference"}]""", ProtectedChanges.Unreadable)]
    [InlineData("""[{"op":"add","path":"/Subject","value":{"reference":"Patient/2"}}]""", ProtectedChanges.Unreadable)]
    public void Of_Result_IsJudgedLikeTheBodyOfAnUpdate(string patch, ProtectedChanges changes)
    {
        var patched = PatchedVersion.Of(Json(patch), Encoding.UTF8.GetBytes(Stored), AnswerCases.Context, 10_000);

        Assert.Equal((PatchOutcome.Applied, changes), (patched.Outcome, patched.Changes));
        Assert.Equal(changes == ProtectedChanges.Unreadable, patched.Facts is null);
    }

    [Theory]
    [InlineData(
        """{"name":"type","valueCode":"delete"},{"name":"path","valueString":"Observation.note"},{"name":"path","valueString":"Observation.subject"}"""
    )]
    [InlineData(
        """{"name":"type","valueCode":"delete"},{"name":"type","valueCode":"replace"},{"name":"path","valueString":"Observation.note"}"""
    )]
    [InlineData(
        """{"name":"type","valueCode":"delete"},{"name":"path","valueString":"Observation.note"},{"name":"value","valueString":"x"}"""
    )]
    [InlineData(
        """{"name":"type","valueCode":"delete"},{"name":"path","valueString":"Observation.note"},{"name":"unknown","valueString":"x"}"""
    )]
    [InlineData(
        """{"name":"type","valueCode":"delete"},{"name":"path","valueString":"Observation.note","valueCode":"Observation.subject"}"""
    )]
    [InlineData("""{"name":"type","valueCode":"delete"},{"name":"path","valueUri":"Observation.note"}""")]
    [InlineData("""{"name":"type","valueCode":"replace"},{"name":"path","valueString":"Observation.status"}""")]
    [InlineData(
        """{"name":"type","valueCode":"replace"},{"name":"path","valueString":"Observation.status"},{"name":"value","valueCode":"a","valueString":"b"}"""
    )]
    [InlineData(
        """{"name":"type","valueCode":"insert"},{"name":"path","valueString":"Observation.note"},{"name":"index","valueString":"0"},{"name":"value","valueString":"x"}"""
    )]
    [InlineData(
        """{"name":"type","valueCode":"replace"},{"name":"path","valueString":"Observation.performer[0].reference"},{"name":"value","valueString":"Patient?identifier=urn:mrn|777"}"""
    )]
    [InlineData(
        """{"name":"type","valueCode":"add"},{"name":"path","valueString":"Observation"},{"name":"name","valueString":"performer"},{"name":"value","valueReference":{"reference":"Patient?identifier=x"}}"""
    )]
    [InlineData(
        """{"name":"type","valueCode":"replace"},{"name":"path","valueString":"Observation.performer[0].reference"},{"name":"value","valueUri":"https://ehr.example/r4/Patient?identifier=x"}"""
    )]
    public void Read_PathPatchWithMoreThanOneReading_IsRefused(string parts) =>
        Assert.Equal(DenyReason.MalformedBody, PathPatch.Read(Operation(parts), ResourceType.Parse("Observation"), out _)?.Reason);

    [Theory]
    [InlineData(
        """{"name":"path","valueString":"Observation.status"},{"name":"value","valueCode":"amended"},{"name":"type","valueCode":"replace"}""",
        "status"
    )]
    [InlineData("""{"name":"type","valueCode":"delete"},{"name":"path","valueString":"Observation.note[0]"}""", "note")]
    [InlineData(
        """{"name":"type","valueCode":"move"},{"name":"path","valueString":"Observation.note"},{"name":"source","valueInteger":0},{"name":"destination","valueInteger":1}""",
        "note"
    )]
    [InlineData(
        """{"name":"type","valueCode":"add"},{"name":"path","valueString":"Observation"},{"name":"name","valueString":"component"},{"name":"value","part":[{"name":"code","valueCodeableConcept":{"text":"Is it the patient?"}}]}""",
        "component"
    )]
    public void Read_PathPatch_IsWrittenAnewInOneOrder(string parts, string touched)
    {
        Assert.Null(PathPatch.Read(Operation(parts), ResourceType.Parse("Observation"), out var meaning));

        Assert.Equal([touched], meaning!.Touched);
        using var rewritten = JsonDocument.Parse(meaning.Rewritten);
        var names = rewritten
            .RootElement.GetProperty("parameter")[0]
            .GetProperty("part")
            .EnumerateArray()
            .Select(static part => part.GetProperty("name").GetString());
        Assert.Equal("type", names.First());
        Assert.Equal("path", names.ElementAt(1));
        Assert.Equal(Element($"[{parts}]").GetArrayLength(), names.Count());
    }

    private static JsonElement Operation(string parts) =>
        Element($$"""{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{{parts}}]}]}""");

    private static PatchMeaning Json(string patch)
    {
        Assert.Null(JsonPatch.Read(Element(patch), ResourceType.Parse("Observation"), out var meaning));
        return meaning!;
    }

    private static JsonElement Element(string json) => JsonDocument.Parse(json).RootElement;
}
