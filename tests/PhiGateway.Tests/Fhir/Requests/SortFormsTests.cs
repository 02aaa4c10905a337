using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Vocabulary;
using Xunit;

namespace PhiGateway.Tests.Fhir.Requests;

/// <summary>
/// A sort as FHIR had it before R4, which templates of CDS Hooks have still, is the sort that it means; what means nothing is refused.
/// </summary>
public sealed class SortFormsTests
{
    [Theory]
    [InlineData("Observation?patient=17&code=4548-4&_count=1&_sort:desc=date", "-date")]
    [InlineData("Observation?patient=17&code=4548-4&_count=1&sort:desc=date", "-date")]
    [InlineData("Observation?patient=17&_sort:asc=date", "date")]
    [InlineData("Observation?_sort:desc=date&patient=17&_sort:asc=code", "-date,code")]
    [InlineData("Patient/17/Observation?_sort:desc=_lastUpdated", "-_lastUpdated")]
    public void Read_SortOfBefore_IsTheSortOfR4(string target, string sort)
    {
        var plain = target.Split('?');
        var rest = plain[1].Split('&').Where(static pair => !pair.Contains("sort:", StringComparison.Ordinal));
        var asked = RequestFixture.Understood("GET", "/fhir/" + target);
        var byForm = RequestFixture.Understood("POST", $"/fhir/{plain[0]}/_search", RequestFixture.Form, plain[1]);
        var inR4 = RequestFixture.Understood("GET", $"/fhir/{plain[0]}?{string.Join('&', rest.Append("_sort=" + sort))}");

        Assert.Equal(sort, asked.Parameter("_sort"));
        Assert.Equal(Of(inR4), Of(asked));
        Assert.Equal(Of(inR4), Of(byForm));

        // By what it sorts is asked about like any other use of an element.
        Assert.Equal(inR4.Parts[0].Uses.Order(), asked.Parts[0].Uses.Order());
        Assert.Contains("_sort=" + sort, Uri.UnescapeDataString(UpstreamCallFactory.Create(asked, RequestFixture.Permit()).PathAndQuery));
    }

    [Theory]
    [InlineData("Observation?_sort:desc=-date", "unknown-parameter")]
    [InlineData("Observation?_sort:desc=date,code", "unknown-parameter")]
    [InlineData("Observation?_sort:desc=patient.name", "unknown-parameter")]
    [InlineData("Observation?_sort:desc=nothing", "unknown-parameter")]
    [InlineData("Observation?_sort:down=date", "unknown-parameter")]
    [InlineData("Observation?sort=date", "unknown-parameter")]
    [InlineData("Observation?_sort:desc=date&_sort=date", "malformed-query")]
    [InlineData("Observation/1?_sort:desc=date", "unknown-parameter")]
    public void Read_SortThatMeansNothing_IsRefused(string target, string code) =>
        Assert.Equal(code, RequestFixture.Refused("GET", "/fhir/" + target).Code);

    [Fact]
    public void Read_SortInACondition_IsRefused() =>
        Assert.Same(DenyReason.UnknownParameter, RequestFixture.Refused("DELETE", "/fhir/Observation?identifier=a|1&_sort:desc=date"));

    private static string Of(FhirRequest request) =>
        string.Join(
            '&',
            request.Parameters.Select(static parameter => $"{parameter.Name}={parameter.Value}").Order(StringComparer.Ordinal)
        );
}
