using PhiGateway.Tests.Common.Audit;
using PhiGateway.Watch.Detection;
using PhiGateway.Watch.Feed;
using Xunit;

namespace PhiGateway.Tests.Watch;

/// <summary>What of its grants a client used beside operations: in the ledger, by names only.</summary>
public sealed class UsedPartsTests
{
    [Fact]
    public void Note_AnAccess_IsInTheLedgerByIncludeLabelAndElement()
    {
        var record = TestRecords.Disclosure();
        record.RawTarget =
            "/fhir/Observation?patient=p-1&_include=Observation%3Asubject&_revinclude:iterate=Provenance:target&_elements=code,value";
        record.Labels = ["http://terminology.hl7.org/CodeSystem/v3-Confidentiality|R"];
        var detector = new Detector(new Nobody(), []);
        detector.Take(WatchEventReader.Read(WatchEventReaderTests.Entry(record))!);

        var used = detector.Usage.Of("acme").Select(static row => row.Operation).ToList();
        Assert.Contains("include Observation:subject", used);
        Assert.Contains("include Provenance:target", used);
        Assert.Contains("label http://terminology.hl7.org/CodeSystem/v3-Confidentiality|R", used);
        Assert.Contains("element Observation.code", used);
        Assert.Contains("element Observation.value", used);
        Assert.All(detector.Usage.Of("acme"), static row => Assert.Equal(1, row.Count));
    }

    [Fact]
    public void Of_ASearchByPost_IsWhatItsRecordNames()
    {
        var record = TestRecords.Disclosure();
        (record.RawTarget, record.Labels) = ("/fhir/Observation/_search", []);
        record.Parameters = ["patient", "_include:iterate=Observation:subject", "_elements=code,value", "_include=John Smith"];

        Assert.Equal(
            ["element Observation.code", "element Observation.value", "include Observation:subject"],
            UsedParts.Of(record).Order()
        );
    }

    [Theory]
    [InlineData("/fhir/Observation?_include=John%20Smith")]
    [InlineData("/fhir/Observation?_elements=")]
    [InlineData("/fhir/Observation?_include")]
    [InlineData("/fhir/Observation?_include=%E2%82%AC")]
    [InlineData("/fhir/Observation/1")]
    public void Of_WhatIsNoName_IsNothing(string target)
    {
        var record = TestRecords.Disclosure();
        (record.RawTarget, record.Labels) = (target, []);
        Assert.Empty(UsedParts.Of(record));
    }

    [Fact]
    public void Of_MoreThanSomebodyNeeds_IsBounded()
    {
        var record = TestRecords.Disclosure();
        record.RawTarget =
            "/fhir/Observation?" + string.Join('&', Enumerable.Range(0, 500).Select(static n => $"_include=Observation:x{n}"));
        Assert.InRange(UsedParts.Of(record).Count, 1, 32);
    }
}
