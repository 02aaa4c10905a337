using System.Text;
using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Answers.Bundles;
using PhiGateway.Tests.Fhir.Requests;
using Xunit;

namespace PhiGateway.Tests.Fhir.Answers;

/// <summary>Who a certain match agrees with is found out with room for a person, and not for whatever somebody submits as one.</summary>
public sealed class CertainMatchTests
{
    [Theory]
    [InlineData(20, true)]
    [InlineData(10_000, false)]
    public void Agrees_NameOverManyValues_IsReadUpToABound(int length, bool agrees)
    {
        var values = string.Join(',', Enumerable.Range(0, 1000).Select(static value => $"\"v{value}\""));
        var patient = $$"""{"resourceType":"Patient","id":"1","{{new string('n', length)}}":[{{values}}]}""";

        Assert.Equal(agrees, Of(patient).Agrees(Encoding.UTF8.GetBytes(patient)));
    }

    [Fact]
    public void Agrees_LongValue_IsOne()
    {
        var patient = $$"""{"resourceType":"Patient","id":"1","photo":[{"data":"{{new string('A', 5_000_000)}}"}]}""";

        Assert.True(Of(patient).Agrees(Encoding.UTF8.GetBytes(patient)));
    }

    private static CertainMatch Of(string patient)
    {
        var body = $$"""
            {"resourceType":"Parameters","parameter":[{"name":"resource","resource":{{patient}} },
            {"name":"onlyCertainMatches","valueBoolean":true}]}
            """;
        return CertainMatch.Of(
            RequestFixture.Understood("POST", "/fhir/Patient/$match", RequestFixture.Json, body),
            AnswerOptions.Default
        )!;
    }
}
