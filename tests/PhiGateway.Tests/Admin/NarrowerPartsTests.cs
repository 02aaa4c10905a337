using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Replay;
using PhiGateway.Audit.Records;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>Labels and elements that are granted and were never used fall away; what was used stays, and the proof asks for it.</summary>
public sealed class NarrowerPartsTests
{
    private static readonly Grant Granted = new()
    {
        Types = ["Observation"],
        Interactions = ["read", "search"],
        Labels = ["HIV", "PSY"],
        Elements = ["code", "value", "note"],
    };

    [Fact]
    public void Of_ALabelThatNeverLeft_FallsAway()
    {
        var grants = Narrower(Used("/fhir/Observation?patient=17", "http://terminology.hl7.org/CodeSystem/v3-ActCode|HIV"));

        Assert.Equal(["HIV"], grants[0].Labels);
        Assert.Contains("Observation label PSY", NarrowerGrants.Removed([Granted], grants));
        Assert.True(GrantLabels.Keep([Granted], grants, ["Observation"], ["http://terminology.hl7.org/CodeSystem/v3-ActCode|HIV"]));
        Assert.False(GrantLabels.Keep([Granted], grants, ["Observation"], ["http://terminology.hl7.org/CodeSystem/v3-ActCode|PSY"]));
    }

    [Fact]
    public void Of_ElementsThatNobodyAskedForByName_FallAway()
    {
        var grants = Narrower(Used("/fhir/Observation?patient=17&_elements=code%2Cvalue"));

        Assert.Equal(["code", "value"], grants[0].Elements);
        Assert.Contains("Observation element note", NarrowerGrants.Removed([Granted], grants));
    }

    // Its twin: one request that named none took them all.
    [Fact]
    public void Of_ElementsWhereOneRequestNamedNone_Stay() =>
        Assert.Equal(
            Granted.Elements,
            Narrower(Used("/fhir/Observation?patient=17&_elements=code"), Used("/fhir/Observation?patient=17"))[0].Elements
        );

    // None named in a grant means all: such a proposal would open.
    [Fact]
    public void Of_ElementsOfWhichNoneIsGranted_StayAsTheyWere() =>
        Assert.Equal(Granted.Elements, Narrower(Used("/fhir/Observation?patient=17&_elements=status"))[0].Elements);

    private static IReadOnlyList<Grant> Narrower(params AuditRecord[] records)
    {
        var used = new UsedGrants(new AdminOptions());
        foreach (var record in records)
        {
            used.Take(record);
        }

        return NarrowerGrants.Of([Granted], used);
    }

    private static AuditRecord Used(string target, params string[] labels)
    {
        var record = TestRecords.Disclosure("17");
        (record.RawTarget, record.Template, record.Interaction, record.Event) = (target, "GET /Observation", "search-type", "search-type");
        (record.Issuer, record.IssuerClientId) = ("hospital-idp", "acme");
        (record.ResourceType, record.Resources, record.Labels) = ("Observation", ["Observation/o-1"], labels);
        return record;
    }
}
