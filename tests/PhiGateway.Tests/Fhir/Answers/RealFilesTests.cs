using System.Text.Json.Nodes;
using PhiGateway.Fhir.Answers;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;
using static PhiGateway.Tests.Fhir.Answers.AnswerCases;

namespace PhiGateway.Tests.Fhir.Answers;

/// <summary>Files that others wrote: read and searched by who may see any patient, each leaves as it is.</summary>
public sealed class RealFilesTests
{
    public static TheoryData<string> Files =>
        new(Directory.EnumerateFiles(RepositoryPaths.Of("tests", "legitimate", "ips"), "*.json").Select(Path.GetFileName).Order()!);

    [Theory]
    [MemberData(nameof(Files))]
    public void Filter_ExampleOfTheInternationalPatientSummary_LeavesAsItIs(string name)
    {
        var text = File.ReadAllText(RepositoryPaths.Of("tests", "legitimate", "ips", name));
        var node = JsonNode.Parse(text)!;
        var (type, id) = ((string)node["resourceType"]!, (string)node["id"]!);
        var policy = new TestPolicy { OwnStaff = true };

        var read = Filter(Read(type, id), text, policy);
        var search = Filter(Search(type), SearchSet(text), policy);

        Assert.True(JsonNode.DeepEquals(node, JsonNode.Parse(read.Text)), $"{read.Verdict} {read.Disclosure.LastWithheld}");
        Assert.True(JsonNode.DeepEquals(node, JsonNode.Parse(search.Text)!["entry"]![0]!["resource"]), search.Text);
        Assert.Equal((0, 0), (read.Disclosure.Withheld, search.Disclosure.Withheld));
    }
}
