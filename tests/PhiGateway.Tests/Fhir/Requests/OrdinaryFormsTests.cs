using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Policy.Decisions;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Fhir.Requests;

/// <summary>Ordinary requests of clinical apps that mean one thing: they are read, beside each one that is not served.</summary>
public sealed class OrdinaryFormsTests
{
    private const string Name = "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0b";

    [Theory]
    [InlineData("Observation?patient=17&_contained=false", "/Observation?patient=17")]
    [InlineData("Observation?patient=17&_format=application/fhir%2Bjson%3B%20fhirVersion=4.0", "/Observation?patient=17")]
    [InlineData("Observation?patient=17&_format=application/json%3Bcharset=utf-8", "/Observation?patient=17")]
    [InlineData("Observation?patient=17&_format=JSON", "/Observation?patient=17")]
    [InlineData("Observation?patient=17&_format=Application/FHIR%2BJSON", "/Observation?patient=17")]
    public void Read_SaysWhatHoldsAnyway_GoesWithoutIt(string target, string sent) =>
        Assert.Equal(
            sent,
            UpstreamCallFactory.Create(RequestFixture.Understood("GET", "/fhir/" + target), RequestFixture.Permit()).PathAndQuery
        );

    [Theory]
    [InlineData("Observation?_contained=true", "unknown-parameter")]
    [InlineData("Observation?_contained=false&_contained=false", "malformed-query")]
    [InlineData("Observation?_format=application/fhir%2Bxml%3B%20fhirVersion=4.0", "not-acceptable")]
    [InlineData("Observation?_format=application/fhir%2Bjson%3B%20fhirVersion=3.0", "not-acceptable")]
    public void Read_AsksForWhatIsNotServed_IsRefused(string target, string reason) =>
        Assert.Equal(reason, RequestFixture.Refused("GET", "/fhir/" + target).Code);

    // All that points here, as far as the use case names it.
    [Theory]
    [InlineData("Encounter?patient=17&_revinclude=Observation:*", "_revinclude=Observation:encounter", null)]
    [InlineData("Encounter?patient=17&_revinclude=Condition:*", null, "include-not-permitted")]
    [InlineData("Encounter?patient=17&_revinclude=Observation:encounter", "_revinclude=Observation:encounter", null)]
    public void Decide_EveryReverseInclude_IsThoseThatAreNamed(string target, string? sent, string? refusal)
    {
        var request = RequestFixture.Understood("GET", "/fhir/" + target);
        var decision = Decide(
            OrganizationKind.Vendor,
            request.Parts,
            TestRegistry.Grant() with
            {
                Types = ["Encounter", "Observation", "Condition"],
                Includes = ["Observation:encounter"],
            }
        );

        Assert.Equal(refusal, (decision as Deny)?.Reason.Code);
        if (decision is Permit permit)
        {
            var call = UpstreamCallFactory.Create(request, permit).PathAndQuery;
            Assert.Contains(sent!, call, StringComparison.Ordinal);
            Assert.DoesNotContain("*", call, StringComparison.Ordinal);
            Assert.DoesNotContain("focus", call, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(Name, true)]
    [InlineData("Patient/17", true)]
    [InlineData("urn:uuid:00000000-0000-4000-8000-000000000000", false)]
    [InlineData("Patient?identifier=1", false)]
    public void Read_DocumentThatIsStored_MayUseItsOwnNames(string subject, bool isRead)
    {
        foreach (var type in (string[])["document", "message", "collection"])
        {
            var reading = RequestFixture.ReadWhole(
                "POST",
                "/fhir/Bundle",
                RequestFixture.Json,
                Document(subject, type),
                RequestFixture.Context
            );

            Assert.Equal(isRead, reading.TryGet(out _, out _));
        }
    }

    // Whoever is shown such a document may keep one.
    [Theory]
    [InlineData(OrganizationKind.Internal, true, null)]
    [InlineData(OrganizationKind.Internal, false, "patient-undetermined")]
    [InlineData(OrganizationKind.Vendor, true, "patient-undetermined")]
    public void Decide_DocumentThatDescribesItsPatientItself_IsForTheHospitalsOwnToKeep(OrganizationKind kind, bool any, string? refusal)
    {
        var reading = RequestFixture.ReadWhole(
            "POST",
            "/fhir/Bundle",
            RequestFixture.Json,
            Document(Name, "document"),
            RequestFixture.Context
        );
        Assert.True(reading.TryGet(out var request, out _));

        var decision = Decide(
            kind,
            request.Parts,
            TestRegistry.Grant() with
            {
                Types = ["Bundle"],
                Interactions = ["create"],
                Patients = any ? new PatientScope { Any = true } : new PatientScope { Roster = "orders" },
            }
        );

        Assert.Equal(refusal, (decision as Deny)?.Reason.Code);
    }

    private static string Document(string subject, string type) =>
        $$"""
            {"resourceType":"Bundle","type":"{{type}}","entry":[
              {"fullUrl":"urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a","resource":{"resourceType":"Composition","status":"final",
               "type":{"text":"x"},"subject":{"reference":"{{subject}}"},"date":"2020","author":[{"display":"x"}],"title":"x"} },
              {"fullUrl":"{{Name}}","resource":{"resourceType":"Patient","id":"17","name":[{"family":"Muster"}]} }]}
            """;

    private static Decision Decide(OrganizationKind kind, IReadOnlyList<AccessPart> parts, Grant grant) =>
        PolicyDecisionPoint.Decide(
            Asked.For(Asked.Caller(), [.. parts]),
            TestRegistry.Build(
                TestRegistry.Open(TestRegistry.UseCase(grants: grant), organization: TestRegistry.Organization() with { Kind = kind })
            )
        );
}
