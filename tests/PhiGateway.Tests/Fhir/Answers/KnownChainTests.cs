using System.Text;
using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Vocabulary;
using Xunit;
using static PhiGateway.Tests.Fhir.Answers.AnswerCases;

namespace PhiGateway.Tests.Fhir.Answers;

/// <summary>A long chain of what speaks of what speaks of a record: all of it stays where that stays, in whatever order it was found.</summary>
public sealed class KnownChainTests
{
    private const int Length = 3000;

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(true, false)]
    public void Conclude_AChainOfThousands_StaysAsItsEndDoes(bool isReversed, bool isHidden)
    {
        var (signatures, observations) = (ResourceType.Parse("Provenance"), ResourceType.Parse("Observation"));
        var places = Enumerable.Range(0, Length).ToArray();
        if (isReversed)
        {
            Array.Reverse(places);
        }

        var known = new KnownTargets();
        foreach (var some in places.Chunk(100))
        {
            var page = $$"""{"resourceType":"Bundle","type":"searchset","entry":[{{string.Join(',', some.Select(Provenance))}}]}""";
            string[] ids = [.. some.Select(static place => $"p{place}")];
            Assert.True(known.Add(signatures, ids, Encoding.UTF8.GetBytes(page), TestPolicy.Everything, Context));
        }

        if (isHidden)
        {
            known.Hide(observations, ["end"]);
        }

        known.Conclude();

        Assert.Equal(isHidden, known.Known.KeepsBack([new ResourceName(signatures, "p0")]));
        Assert.Equal(isHidden, known.Known.KeepsBack([new ResourceName(signatures, $"p{Length - 1}")]));
    }

    private static string Provenance(int place)
    {
        var target = place == Length - 1 ? "Observation/end" : $"Provenance/p{place + 1}";
        return $$"""
            {"resource":{"resourceType":"Provenance","id":"p{{place}}","target":[{"reference":"{{target}}"}],"recorded":"2026-05-01T00:00:00Z",
            "agent":[{"who":{"reference":"Practitioner/9"} }]},"search":{"mode":"match"} }
            """;
    }
}
