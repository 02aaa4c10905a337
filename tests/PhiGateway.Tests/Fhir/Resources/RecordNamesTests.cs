using System.Text;
using PhiGateway.Fhir.Resources;
using PhiGateway.Tests.Fhir.Answers;
using Xunit;

namespace PhiGateway.Tests.Fhir.Resources;

/// <summary>What a resource names is read whatever the member is called that it stands in: a server may keep what no type has.</summary>
public sealed class RecordNamesTests
{
    [Theory]
    [InlineData("subject")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("of Binary/1")]
    public void WithElements_MemberOfAnyName_GivesWhatItNames(string member)
    {
        var json = Basic(member, "Patient/17");

        var named = Assert.Single(RecordNames.WithElements(json, Bases.Of(AnswerCases.Context)));

        Assert.Equal((member, "Patient", "17"), (named.Element, named.Name.Type.Name, named.Name.Id));
    }

    [Theory]
    [InlineData("subject")]
    [InlineData("a b")]
    [InlineData("of Binary/1")]
    public void Places_FileInAMemberOfAnyName_IsThatFileAlone(string member) =>
        Assert.Equal($"{member} 2", Assert.Single(BinaryNames.Places(Basic(member, "Binary/2"), AnswerCases.Context)));

    // It would be written beside each of thousands of references.
    [Theory]
    [InlineData("Patient/17")]
    [InlineData("/Patient/17?x")]
    [InlineData("Binary/17")]
    public void Places_MemberOfALongName_ArePlacesOfNoElement(string reference)
    {
        var json = Basic(new string('n', 1000), reference);

        Assert.All(RecordNames.Places(json, AnswerCases.Context), static place => Assert.StartsWith("? ", place, StringComparison.Ordinal));
        Assert.All(BinaryNames.Places(json, AnswerCases.Context), static place => Assert.Equal("? 17", place));
        Assert.NotEmpty(RecordNames.Places(json, AnswerCases.Context));
    }

    private static byte[] Basic(string member, string reference) =>
        Encoding.UTF8.GetBytes($$$"""{"resourceType":"Basic","{{{member}}}":{"reference":"{{{reference}}}"}}""");
}
