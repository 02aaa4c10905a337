using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Fhir.Requests;

/// <summary>
/// R4's plain includes in a search over several types: each stands with the type that it starts from, and asks for what it asks for in a
/// search of that type alone.
/// </summary>
public sealed class IncludesOverTypesTests
{
    [Theory]
    [InlineData("?_type=Observation,Condition&patient=17", "_include=Observation:encounter", "Observation?patient=17")]
    [InlineData("?_type=Condition,Observation&patient=17", "_include=Observation:encounter:Encounter", "Observation?patient=17")]
    [InlineData("?_type=Observation,Condition&patient=17", "_include=Observation:*", "Observation?patient=17")]
    [InlineData("?_type=Encounter,Practitioner&_id=17", "_revinclude=Observation:encounter", "Encounter?_id=17")]
    [InlineData("Patient/17/*?_type=Encounter,Condition", "_include=Encounter:location", "Patient/17/Encounter?_count=9")]
    [InlineData("Patient/17/*?_lastUpdated=gt2020", "_include=Encounter:location", "Patient/17/Encounter?_count=9")]
    public void Read_IncludeThatStartsFromOneOfTheTypes_AsksForWhatItAsksForAlone(string target, string include, string alone)
    {
        var over = RequestFixture.Understood("GET", $"/fhir/{target}&{include}");
        var one = RequestFixture.Understood("GET", $"/fhir/{alone}&{include}");

        Assert.NotEmpty(Included(one));
        Assert.Equal(Included(one), Included(over));
        if (!include.EndsWith('*'))
        {
            Assert.Contains(include, UpstreamCallFactory.Create(over, RequestFixture.Permit()).PathAndQuery, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("?_type=Observation,Condition&_include=Encounter:patient")]
    [InlineData("?_type=Observation,Condition&_include=Encounter:*")]
    [InlineData("?_type=Observation,Condition&_include=Observation:code")]
    [InlineData("?_type=Practitioner,Organization&_revinclude=Observation:encounter")]
    [InlineData("?_type=Practitioner,Organization&_revinclude=Observation:subject:Patient")]
    [InlineData("Patient/17/*?_include=Location:organization")]
    [InlineData("Observation?_include=Encounter:patient")]
    [InlineData("Observation?_revinclude=Encounter:patient")]
    public void Read_IncludeThatStartsFromNoneOfThem_IsRefused(string target) =>
        Assert.Equal(DenyReason.UnknownParameter, RequestFixture.Refused("GET", "/fhir/" + target));

    // By which reference something comes along is asked as in a search of one type.
    [Fact]
    public void Decide_IncludeByAReferenceThatIsHidden_IsRefusedOverTypesToo()
    {
        const string Target = "?_type=Observation,Encounter&patient=17&_include=Observation:performer";
        var observations = TestRegistry.Grant() with { Types = ["Observation"], Includes = ["Observation:performer"] };
        var others = TestRegistry.Grant() with { Types = ["Practitioner", "Encounter", "Patient", "Organization", "PractitionerRole"] };

        Assert.Null(LinkTests.Refusal(Target, observations, others));
        Assert.Equal(DenyReason.HiddenElement, LinkTests.Refusal(Target, observations with { Elements = ["status", "code"] }, others));
        Assert.NotNull(LinkTests.Refusal(Target, observations with { Includes = [] }, others));
    }

    private static IEnumerable<string> Included(FhirRequest request) =>
        request
            .Parts.Where(static part => part.Role is PartRole.Include or PartRole.RevInclude)
            .Select(static part => $"{part.Role} {part.Type.Name} {part.Include} {part.LinkedFrom.Name} {string.Join(',', part.LinkedBy)}")
            .Order(StringComparer.Ordinal);
}
