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

    // What a search by POST includes stands in its body, and an entry of a batch is not read back: nobody can say that it was not used.
    [Theory]
    [InlineData("GET", "/fhir/Observation?patient=17", false)]
    [InlineData("GET", "/fhir/Observation?patient=17&_include=Observation:subject", true)]
    [InlineData("POST", "/fhir/Observation/_search", true)]
    [InlineData("GET", "Observation?patient=17&_include=Observation:subject", true)]
    public void Of_AnInclude_StaysWhereItMayHaveBeenUsed(string method, string target, bool stays)
    {
        var record = Used(target);
        (record.Method, record.Template) = (method, method == "GET" ? "GET /Observation" : "POST /Observation/_search");
        var granted = Granted with { Includes = ["Observation:subject"] };

        Assert.Equal(stays ? granted.Includes : [], NarrowerGrants.Of([granted], UsedBy(record))[0].Includes);
    }

    // A page tells what came with it: that the first page lies before the window takes nothing of it away.
    [Fact]
    public void Of_WhatCameWithAPage_Stays()
    {
        var page = Used("/fhir/page/abc");
        (page.Interaction, page.Resources) = ("search-page", ["Observation/o-1", "Patient/17"]);
        var people = new Grant { Types = ["Patient"], Interactions = ["read", "search", "update"] };

        var kept = NarrowerGrants.Of([Granted, people], UsedBy(page));
        Assert.Equal(["read", "search"], kept.Single(static grant => grant.Types[0] == "Patient").Interactions);
        var without = NarrowerGrants.Of([Granted, people], UsedBy(Used("/fhir/Observation")));
        Assert.DoesNotContain(without, static grant => grant.Types[0] == "Patient");
    }

    private static IReadOnlyList<Grant> Narrower(params AuditRecord[] records) => NarrowerGrants.Of([Granted], UsedBy(records));

    private static UsedGrants UsedBy(params AuditRecord[] records)
    {
        var used = new UsedGrants(new AdminOptions());
        foreach (var record in records)
        {
            used.Take(record);
        }

        return used;
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
