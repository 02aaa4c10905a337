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

    // To the server the gateway's address is another server's.
    [Theory]
    [InlineData("https://gw.hospital.example/fhir/Patient/17", "Patient/17")]
    [InlineData("https://gw.hospital.example/fhir/Group/g1", "Group/g1")]
    [InlineData("Group/g1", "Group/g1")]
    public void Read_SubjectBelowOurBase_GoesRelative(string subject, string sent)
    {
        var asked = RequestFixture.Understood("GET", Measure + "&subject=" + subject);
        var posted = RequestFixture.Understood(
            "POST",
            "/fhir/Measure/m1/$evaluate-measure",
            RequestFixture.Json,
            $$$"""
            {"resourceType":"Parameters","parameter":[{"name":"periodStart","valueDate":"2020-01-01"},
            {"name":"periodEnd","valueDate":"2020-12-31"},{"name":"subject","valueReference":{"reference":"{{{subject}}}"}}]}
            """
        );

        Assert.Equal(sent, asked.Parameter("subject"));
        Assert.Equal(sent, posted.Parameter("subject"));
        Assert.Contains($"\"{sent}\"", System.Text.Encoding.UTF8.GetString(posted.Body.Span), StringComparison.Ordinal);
    }
}
