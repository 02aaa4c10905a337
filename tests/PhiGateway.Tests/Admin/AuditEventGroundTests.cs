using System.Text;
using Hl7.Fhir.Model;
using PhiGateway.Admin.AuditEvents;
using PhiGateway.Audit.Records;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>An AuditEvent says on what the access of its own patient rested.</summary>
[Trait("Size", "Large")]
public sealed class AuditEventGroundTests
{
    [Fact]
    public void Make_PatientsCoveredDifferently_SaysOfEachItsOwnAlone()
    {
        var record = TestRecords.Disclosure();
        (record.Patients, record.CoveredBy) = (["p-1", "p-2"], ["roster/ward-3", "task/intake-of-p-2"]);
        var events = EventsOf(record);

        Assert.Equal(["roster/ward-3", "task/intake-of-p-2"], events.Select(static one => Assert.Single(Details(one, "covered-by"))));
        foreach (var one in events)
        {
            Assert.Empty(FhirValidator.Faults(one));
            Assert.Equal("acme-baa", Assert.Single(Details(one, "agreement")));
            Assert.Equal("acme-1", Assert.Single(Details(one, "approval")));
            Assert.Equal("anna@hospital.example", Assert.Single(Details(one, "approver")));
        }
    }

    // The twin: of a record of before nothing is made up.
    [Fact]
    public void Make_RecordOfBefore_SaysNothingOfIt()
    {
        var record = TestRecords.Disclosure();
        (record.Agreement, record.Approval, record.Approvers, record.CoveredBy) = (null, null, [], []);
        var one = Assert.Single(EventsOf(record));

        Assert.Empty(FhirValidator.Faults(one));
        Assert.All(["agreement", "approval", "approver", "covered-by"], type => Assert.Empty(Details(one, type)));
    }

    // IHE's profile has the request as it was sent, which by POST is its line and its body.
    [Theory]
    [InlineData("POST", "/fhir/Observation/_search", "patient=p-1&code=x", "POST /fhir/Observation/_search\r\n\r\npatient=p-1&code=x")]
    [InlineData("POST", "/fhir/Observation/_search", null, "POST /fhir/Observation/_search")]
    [InlineData("GET", "/fhir/Observation?patient=p-1", null, "GET /fhir/Observation?patient=p-1")]
    public void Make_ASearch_SaysAllThatWasAskedFor(string method, string target, string? form, string query)
    {
        var record = TestRecords.Disclosure("p-1");
        (record.Interaction, record.Event) = ("search-type", "search-type");
        (record.Method, record.RawTarget, record.Form) = (method, target, form);
        var one = Assert.Single(EventsOf(record));

        Assert.Empty(FhirValidator.Faults(one));
        var asked = Assert.Single(one.Entity, static entity => entity.Query is not null);
        Assert.Equal(query, Encoding.UTF8.GetString(asked.Query!));
    }

    private static IEnumerable<string> Details(AuditEvent one, string type) =>
        one
            .Entity.SelectMany(static entity => entity.Detail)
            .Where(detail => detail.Type == type)
            .Select(static detail => ((FhirString)detail.Value!).Value!);

    private static List<AuditEvent> EventsOf(AuditRecord record)
    {
        var entry = StoredTrail.EntryOf(record, 7);
        return
        [
            .. EventFactory
                .Make(entry, AuditRecordReader.Read(entry.Body.Span))
                .Select(static one => FhirValidator.Parse<AuditEvent>(Encoding.UTF8.GetString(FhirAnswer.Of(one).Body.Span))),
        ];
    }
}
