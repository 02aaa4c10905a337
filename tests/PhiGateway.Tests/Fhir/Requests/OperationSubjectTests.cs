using Xunit;

namespace PhiGateway.Tests.Fhir.Requests;

/// <summary>An operation is about one subject: a patient beside a group would be judged for the one and worked out for the other.</summary>
public sealed class OperationSubjectTests
{
    private const string Measure = "/fhir/Measure/m1/$evaluate-measure?periodStart=2020-01-01&periodEnd=2020-12-31";

    [Theory]
    [InlineData("&subject=Patient/17&subject=Group/g1")]
    [InlineData("&subject=Group/g1&subject=Patient/17")]
    [InlineData("&subject=Group/g1&subject=Group/g2")]
    [InlineData("&subject=Patient/17&subject=Patient/18")]
    public void Read_TwoSubjects_AreRefused(string subjects) =>
        Assert.Equal("malformed-query", RequestFixture.Refused("GET", Measure + subjects).Code);

    [Theory]
    [InlineData("&subject=Patient/17")]
    [InlineData("&subject=Patient/17&subject=Patient/17")]
    [InlineData("&subject=Group/g1")]
    public void Read_OneSubject_IsRead(string subjects) => Assert.NotNull(RequestFixture.Understood("GET", Measure + subjects));
}
