using System.Text;
using System.Text.Json;
using PhiGateway.Fhir;
using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Requests.Bundles;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;
using Xunit;

namespace PhiGateway.Tests.Fhir.Requests;

/// <summary>What is written gets the tenant's tag where it has none, and chains get a condition per link.</summary>
public sealed class TenantTagWriterTests
{
    private const string Tag = """{"system":"urn:t","code":"east"}""";

    private static readonly TokenValue East = new("urn:t", "east");

    [Theory]
    [InlineData("""{"resourceType":"Basic"}""", """{"resourceType":"Basic","meta":{"tag":[TAG]}}""")]
    [InlineData("""{"resourceType":"Basic","meta":{},"id":"1"}""", """{"resourceType":"Basic","meta":{"tag":[TAG]},"id":"1"}""")]
    [InlineData("""{"meta":{"tag":[],"versionId":"1"},"v":1.50}""", """{"meta":{"tag":[TAG],"versionId":"1"},"v":1.50}""")]
    [InlineData(
        """{"meta":{"tag":[{"system":"urn:o","code":"west"},{"code":"x"}]}}""",
        """{"meta":{"tag":[{"system":"urn:o","code":"west"},{"code":"x"},TAG]}}"""
    )]
    [InlineData("""{"a":"ü<&\u00e9","n":1e400}""", """{"a":"ü<&\u00e9","n":1e400,"meta":{"tag":[TAG]}}""")]
    public void Add_WithoutATagOfTheSystem_AddsItAndLeavesTheRest(string body, string expected) =>
        Assert.Equal(expected.Replace("TAG", Tag, StringComparison.Ordinal), Add(body));

    [Theory]
    [InlineData("""{"meta":{"tag":[{"system":"urn:t","code":"east"}]}}""")]
    [InlineData("""{"meta":{"tag":[{"system":"urn:t","code":"west"}]}}""")]
    [InlineData("""{"meta":{"tag":[{"system":"urn\u003at"}]}}""")]
    [InlineData("""{"meta":{"tag":{"system":"urn:o"}}}""")]
    [InlineData("""{"meta":[]}""")]
    [InlineData("""{"meta":null}""")]
    [InlineData("[]")]
    public void Add_WithATagOfTheSystemOrABrokenMeta_LeavesItToTheJudge(string body) => Assert.Null(Add(body));

    [Fact]
    public void Read_AWrite_IsJudgedAndForwardedWithTheTag()
    {
        var reading = RequestFixture.Read(
            "PUT",
            "/fhir/Observation/1",
            RequestFixture.Json,
            """{"resourceType":"Observation","id":"1"}""",
            RequestFixture.Context with
            {
                TenantTag = East,
            }
        );

        Assert.True(reading.TryGet(out var request, out _));
        Assert.Contains(
            Tag,
            Encoding.UTF8.GetString(UpstreamCallFactory.Create(request, RequestFixture.Permit(new ConfineToTenant(East))).Body.Span)
        );
    }

    [Theory]
    [InlineData("Observation?patient.name=x", "patient._tag")]
    [InlineData("Observation?subject:Patient.name:exact=x", "subject:Patient._tag")]
    [InlineData("Observation?encounter.subject:Patient.name=x&encounter.status=finished", "encounter._tag encounter.subject:Patient._tag")]
    [InlineData("Observation?patient.name=x&patient.birthdate=2000", "patient._tag")]
    [InlineData("Observation?patient=Patient/1.2&_sort=date&code=a.b|c.d", "")]
    public void Create_AChain_IsConfinedLinkByLink(string target, string added)
    {
        var narrowing = UpstreamCallFactory.FindNarrowing(
            RequestFixture.Understood("GET", $"/fhir/{target}"),
            RequestFixture.Permit(new ConfineToTenant(East))
        );

        Assert.Equal(("_tag " + added).TrimEnd(), string.Join(' ', narrowing.Select(static parameter => parameter.Key)));
        Assert.All(narrowing, static parameter => Assert.Equal("urn:t|east", parameter.Value));
    }

    [Theory]
    [InlineData("Observation?patient.name=x", true)]
    [InlineData("Observation?encounter.service-provider.name=x", true)]
    [InlineData("Observation?performer:Patient.name=x", false)]
    [InlineData("Observation?encounter.diagnosis:Condition.code=x", false)]
    [InlineData("Patient?_has:Observation:patient:code=x", false)]
    [InlineData("Patient/$export?_type=Observation&_typeFilter=Observation%3Fpatient.name=x", false)]
    public void Read_AWalk_IsSeparableOverSingleReferencesOnly(string target, bool isSeparable)
    {
        var walks = RequestFixture
            .Understood(
                "GET",
                $"/fhir/{target}",
                RequestFixture.Async with
                {
                    Prefer = target.Contains("$export", StringComparison.Ordinal) ? "respond-async" : null,
                }
            )
            .Parts.Where(static part => part.Role is PartRole.Chain or PartRole.ReverseChain)
            .ToList();

        Assert.NotEmpty(walks);
        Assert.All(
            walks,
            static part => Assert.Equal(part.Role == PartRole.ReverseChain ? "_has:Observation:patient" : null, part.Include)
        );
        Assert.Equal(isSeparable, walks.TrueForAll(static part => part.IsSeparable));
    }

    private static string? Add(string body)
    {
        using var document = JsonDocument.Parse(body);
        return TenantTagWriter.Add(document.RootElement, East) is { } tagged ? Encoding.UTF8.GetString(tagged) : null;
    }
}
