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

    // Where the record names what the body named, it is as with a search by GET; what is walked over is needed as well.
    [Theory]
    [InlineData("patient code", false)]
    [InlineData("patient _include=Observation:subject", true)]
    [InlineData("patient ...", true)]
    [InlineData("", true)]
    public void Of_AnIncludeOfASearchByPost_StaysWhereItsRecordNamesIt(string names, bool stays)
    {
        var record = ByPost(names);
        var granted = Granted with { Includes = ["Observation:subject"] };

        Assert.Equal(stays ? granted.Includes : [], NarrowerGrants.Of([granted], UsedBy(record))[0].Includes);
    }

    [Theory]
    [InlineData("patient subject:Patient.birthdate", true)]
    [InlineData("patient subject:Patient.name:exact", true)]
    [InlineData("_has:DiagnosticReport:result:code", false)]
    [InlineData("patient code", false)]
    public void Of_AChainOfASearchByPost_KeepsWhatItWalksOver(string names, bool stays)
    {
        var people = new Grant { Types = ["Patient"], Interactions = ["read", "search"] };
        var kept = NarrowerGrants.Of([Granted, people], UsedBy(ByPost(names)));

        Assert.Equal(stays, kept.Any(static grant => grant.Types.Contains("Patient") && grant.Interactions.Contains("search")));
    }

    // Where it holds the body, that says it, whatever names there was no room for.
    [Theory]
    [InlineData("patient=17&code=x", "patient ...", false)]
    [InlineData("patient=17&_include=Observation%3Asubject", "patient ...", true)]
    [InlineData("patient=17&...", "patient ...", true)]
    public void Of_AnIncludeOfASearchByPost_StaysWhereItsBodyHasIt(string form, string names, bool stays)
    {
        var record = ByPost(names);
        record.Form = form;
        var granted = Granted with { Includes = ["Observation:subject"] };

        Assert.Equal(stays ? granted.Includes : [], NarrowerGrants.Of([granted], UsedBy(record))[0].Includes);
    }

    [Fact]
    public void Of_ElementsThatASearchByPostNames_AreThoseThatStay() =>
        Assert.Equal(["code", "value"], Narrower(ByPost("patient _elements=code,value"))[0].Elements);

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

    private static AuditRecord ByPost(string names)
    {
        var record = Used("/fhir/Observation/_search");
        (record.Method, record.Template) = ("POST", "POST /Observation/_search");
        record.Parameters = names.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return record;
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
