using PhiGateway.Fhir;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Grammar.Declared;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Common.Infrastructure;
using PhiGateway.Tests.Fhir.Grammar;
using Xunit;

namespace PhiGateway.Tests.Fhir.Requests;

/// <summary>A search by parameters of the server's own: understood as their definitions say, and no further.</summary>
public sealed class DeclaredSearchTests
{
    private static readonly string Example = RepositoryPaths.Of("tests", "search-parameters", "us-core-style.json");

    private static readonly FhirContext Context = RequestFixture.Context with
    {
        Declared = DeclaredParametersTests.Read(new DeclaredFile(Example, File.ReadAllBytes(Example))),
    };

    [Theory]
    [InlineData("Patient?race=http://x|2106-3", "extension")]
    [InlineData("Patient?race=2106-3,1002-5&race=2028-9&gender=female", "extension,extension,gender")]
    [InlineData("Patient?ethnicity:not=2135-2", "extension")]
    [InlineData("Condition?patient=17&asserted-date=ge2020-01-01", "extension")]
    [InlineData("Condition?asserted-date=2020-01-01&_sort=-asserted-date", "extension,extension")]
    [InlineData("CareTeam?patient=17&role=x", "participant")]
    [InlineData("Goal?description=http://snomed.info/sct|1", "description")]
    [InlineData("Observation?interpreter=Practitioner/1", "extension")]
    [InlineData("Observation?interpreter:Practitioner=1", "extension")]
    [InlineData("Observation?interpreter:Practitioner.family=x", "extension")]
    public void Read_Declared_UsesItsElements(string target, string elements) =>
        Assert.Equal(elements, string.Join(',', Understood(target).Parts[0].Uses));

    [Theory]
    [InlineData("Observation?person-of=17", "17")]
    [InlineData("Observation?person-of=Patient/17", "17")]
    [InlineData("Observation?person-of=17&patient=17", "17")]
    [InlineData("Observation?interpreter=Patient/17", "")]
    public void Read_DeclaredReferenceToPatients_NamesThemWhereItIsTheOwner(string target, string patients) =>
        Assert.Equal(patients, string.Join(',', Understood(target).Parts[0].Patients.Select(static patient => patient.Value)));

    [Theory]
    [InlineData("Observation?race=1", "unknown-parameter")]
    [InlineData("Patient?Race=1", "unknown-parameter")]
    [InlineData("Patient?us-core-race=1", "unknown-parameter")]
    [InlineData("Patient?race:not=1", "unknown-parameter")]
    [InlineData("Patient?race:missing=true", "unknown-parameter")]
    [InlineData("Patient?race:text=x", "unknown-parameter")]
    [InlineData("Patient?race.code=1", "unknown-parameter")]
    [InlineData("Patient?ethnicity=1,2", "malformed-query")]
    [InlineData("Patient?ethnicity:not=1,2", "malformed-query")]
    [InlineData("Patient?ethnicity:text=x", "unknown-parameter")]
    [InlineData("Condition?asserted-date=ne2020-01-01", "malformed-query")]
    [InlineData("Condition?asserted-date=ap2020", "malformed-query")]
    [InlineData("Condition?asserted-date=yesterday", "malformed-query")]
    [InlineData("Condition?asserted-date=2020,", "malformed-query")]
    [InlineData("Observation?interpreter=Group/1", "malformed-query")]
    [InlineData("Observation?interpreter=https://evil.example/fhir/Patient/1", "malformed-query")]
    [InlineData("Observation?interpreter:identifier=a|1", "unknown-parameter")]
    [InlineData("Observation?interpreter:Practitioner.given=x", "unknown-parameter")]
    [InlineData("Observation?interpreter.family.family=x", "unknown-parameter")]
    [InlineData("Observation?interpreter._has:Observation:patient:code=x", "unknown-parameter")]
    [InlineData("Observation?person-of=17&patient=18", "malformed-query")]
    [InlineData("Observation?person-of=17&person-of=17", "malformed-query")]
    [InlineData("Observation?person-of:missing=true", "unknown-parameter")]
    [InlineData("Observation?person-of.family=x", "unknown-parameter")]
    [InlineData("Patient?_sort=role", "unknown-parameter")]
    [InlineData("?_type=Patient,Observation&race=1", "unknown-parameter")]
    public void Read_BeyondTheDefinition_IsRefused(string target, string code)
    {
        Assert.False(RequestFixture.Read("GET", $"/fhir/{target}", context: Context).TryGet(out _, out var refusal), target);
        Assert.Equal(code, refusal!.Code);
    }

    [Fact]
    public void Read_WithoutTheDeclaration_IsUnknown() =>
        Assert.Equal("unknown-parameter", RequestFixture.Refused("GET", "/fhir/Patient?race=2106-3").Code);

    [Fact]
    public void Read_DeclaredToken_NeverCountsAsACondition() => Assert.Empty(Understood("CareTeam?role=x").Parts[0].Conditions);

    [Fact]
    public void Read_IncludeThroughADeclaredReference_AsksForItsTargets() =>
        Assert.Equal(
            ["Observation", "Patient", "Practitioner"],
            Understood("Observation?_include=Observation:interpreter").Parts.Select(static part => part.Type.Name).Order()
        );

    [Fact]
    public void Read_EveryIncludeOfAType_IsThroughDeclaredReferencesToo()
    {
        var parts = Understood("Observation?_include=Observation:*").Parts;
        var turned = Understood("Practitioner?_revinclude=Observation:*").Parts;

        Assert.Contains(parts, static part => part.Include == "Observation:interpreter:Practitioner");
        Assert.Contains(parts, static part => part.Include == "Observation:encounter:Encounter");
        Assert.Contains(turned, static part => part.Include == "Observation:interpreter");
        Assert.Contains(turned, static part => part.Include == "Observation:performer");
        Assert.All(parts.Skip(1), static part => Assert.True(part.IsWildcard));
    }

    [Fact]
    public void Read_ConditionOfAWrite_MayUseThem() =>
        Assert.Equal("race", Assert.Single(Understood("Patient?race=1", "DELETE").Conditions).Search.Parameters[0].Name);

    private static PhiGateway.Fhir.Requests.FhirRequest Understood(string target, string method = "GET")
    {
        var reading = RequestFixture.Read(method, $"/fhir/{target}", context: Context);
        Assert.True(reading.TryGet(out var request, out var refusal), $"{target}: {refusal} ({reading.Detail})");
        return request;
    }
}
