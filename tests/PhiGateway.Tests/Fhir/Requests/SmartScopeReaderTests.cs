using PhiGateway.Fhir.Scopes;
using PhiGateway.Policy.Vocabulary;
using Xunit;

namespace PhiGateway.Tests.Fhir.Requests;

public sealed class SmartScopeReaderTests
{
    [Theory]
    [InlineData("patient/Observation.rs", ScopeLevel.Patient, ScopeRights.Read | ScopeRights.Search)]
    [InlineData("user/Observation.read", ScopeLevel.User, ScopeRights.Read | ScopeRights.Search)]
    [InlineData("system/Observation.write", ScopeLevel.System, ScopeRights.Create | ScopeRights.Update | ScopeRights.Delete)]
    [InlineData(
        "system/Observation.*",
        ScopeLevel.System,
        ScopeRights.Create | ScopeRights.Read | ScopeRights.Update | ScopeRights.Delete | ScopeRights.Search
    )]
    [InlineData(
        "system/Observation.cruds",
        ScopeLevel.System,
        ScopeRights.Create | ScopeRights.Read | ScopeRights.Update | ScopeRights.Delete | ScopeRights.Search
    )]
    [InlineData("system/*.s", ScopeLevel.System, ScopeRights.Search)]
    [InlineData("http://smarthealthit.org/fhir/scopes/patient/Observation.r", ScopeLevel.Patient, ScopeRights.Read)]
    public void Read_ExactScope_GrantsItsRights(string scope, ScopeLevel level, ScopeRights rights)
    {
        var set = SmartScopeReader.Read(scope);
        var read = Assert.Single(set.Scopes);
        Assert.Equal((level, rights, 0), (read.Level, read.Rights, set.NotUnderstood));
    }

    [Theory]
    [InlineData("patient/Observation.sr")]
    [InlineData("patient/Observation.rr")]
    [InlineData("patient/Observation.")]
    [InlineData("patient/Observation")]
    [InlineData("patient/.rs")]
    [InlineData("patient/observation.rs")]
    [InlineData("patient/Observations.rs")]
    [InlineData("patient/Observation.readx")]
    [InlineData("patient/Observation.RS")]
    [InlineData("patient/*Observation.rs")]
    [InlineData("patient/Observation:rs")]
    [InlineData("patient/Observation.rs?")]
    [InlineData("patient/Observation.rs?category")]
    [InlineData("patient/Observation.rs?category=")]
    [InlineData("patient/Observation.rs?nothing=1")]
    [InlineData("patient/Observation.rs?category:not=laboratory")]
    [InlineData("patient/Observation.rs?patient=17")]
    [InlineData("patient/Observation.rs?category=a|b|c")]
    [InlineData("patient/*.rs?category=laboratory")]
    [InlineData("patient/Observation.rs\tpatient/Condition.rs")]
    public void Read_AlmostAScope_GrantsNothing(string scope)
    {
        var set = SmartScopeReader.Read(scope);
        Assert.Empty(set.Scopes);
        Assert.Equal(1, set.NotUnderstood);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("openid fhirUser launch/patient offline_access")]
    [InlineData("Patient/Observation.rs")]
    [InlineData("patients/Observation.rs")]
    [InlineData("http://evil.example/fhir/scopes/patient/Observation.rs")]
    public void Read_OtherScopes_AreNoMistakeAndGrantNothing(string? scope)
    {
        var set = SmartScopeReader.Read(scope);
        Assert.Empty(set.Scopes);
        Assert.Equal(0, set.NotUnderstood);
    }

    [Fact]
    public void Read_QueryFilter_BecomesConstraints()
    {
        var set = SmartScopeReader.Read(
            "patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory,vital-signs&status=final openid"
        );
        var where = Assert.Single(set.Scopes).Where;
        Assert.Equal(["category", "status"], where.Select(constraint => constraint.Parameter));
        Assert.Equal(new TokenValue("http://terminology.hl7.org/CodeSystem/observation-category", "laboratory"), where[0].AnyOf[0]);
    }

    [Fact]
    public void Read_SeveralScopes_AddUp() =>
        Assert.Equal(2, SmartScopeReader.Read("patient/Observation.r patient/Observation.s launch").Scopes.Count);
}
