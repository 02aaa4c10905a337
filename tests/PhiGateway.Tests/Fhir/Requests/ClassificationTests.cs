using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;
using Xunit;

namespace PhiGateway.Tests.Fhir.Requests;

/// <summary>The rows of R4's table of interactions, one by one.</summary>
public sealed class ClassificationTests
{
    private const string Handle = "AAAAAAAAAAAAAAAAAAAAAAAA";

    [Theory]
    [InlineData("GET", "/fhir/metadata", Interaction.Capabilities, "CapabilityStatement")]
    [InlineData("GET", "/fhir/metadata?mode=full", Interaction.Capabilities, "CapabilityStatement")]
    [InlineData("GET", "/fhir/.well-known/smart-configuration", Interaction.Capabilities, "CapabilityStatement")]
    [InlineData("GET", "/fhir/Observation/1", Interaction.Read, "Observation")]
    [InlineData("HEAD", "/fhir/Observation/1", Interaction.Read, "Observation")]
    [InlineData("GET", "/fhir/Observation/1/_history/2", Interaction.VRead, "Observation")]
    [InlineData("GET", "/fhir/Observation/1/_history", Interaction.HistoryInstance, "Observation")]
    [InlineData("GET", "/fhir/Observation/_history?_since=2026-01-01", Interaction.HistoryType, "Observation")]
    [InlineData("GET", "/fhir/_history?_count=10", Interaction.HistorySystem, "")]
    [InlineData("GET", "/fhir/Observation", Interaction.SearchType, "Observation")]
    [InlineData("GET", "/fhir/Observation?patient=17", Interaction.SearchType, "Observation")]
    [InlineData("GET", "/fhir?_type=Patient,Observation&_lastUpdated=gt2026-01-01", Interaction.SearchSystem, "")]
    [InlineData("GET", "/fhir/Patient/17/Observation", Interaction.SearchType, "Observation")]
    [InlineData("GET", "/fhir/Encounter/17/Observation", Interaction.SearchType, "Observation")]
    [InlineData("GET", "/fhir/Patient/17/*", Interaction.SearchSystem, "")]
    [InlineData("DELETE", "/fhir/Observation/1", Interaction.Delete, "Observation")]
    [InlineData("DELETE", "/fhir/Observation?identifier=a|1", Interaction.Delete, "Observation")]
    [InlineData("GET", "/fhir/Patient/17/$everything", Interaction.Operation, "Patient")]
    [InlineData("GET", "/fhir/Observation/$lastn?patient=17&max=3", Interaction.Operation, "Observation")]
    [InlineData("GET", "/fhir/$versions", Interaction.Operation, "")]
    [InlineData("GET", "/fhir/$meta", Interaction.Operation, "")]
    [InlineData("GET", "/fhir/?_page=" + Handle, Interaction.SearchPage, "")]
    [InlineData("GET", "/fhir/_export/" + Handle, Interaction.ExportStatus, "")]
    [InlineData("DELETE", "/fhir/_export/" + Handle, Interaction.ExportCancel, "")]
    [InlineData("GET", "/fhir/_file/" + Handle, Interaction.ExportFile, "")]
    public void Read_Form_IsClassified(string method, string target, Interaction interaction, string type)
    {
        var request = RequestFixture.Understood(method, target);
        Assert.Equal(interaction, request.Interaction);
        Assert.Equal(type, request.Type.Name);
        Assert.StartsWith(method, request.Template, StringComparison.Ordinal);
        Assert.DoesNotContain("17", request.Template, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", "/fhir/Observation", "{\"resourceType\":\"Observation\"}", Interaction.Create)]
    [InlineData("PUT", "/fhir/Observation/1", "{\"resourceType\":\"Observation\",\"id\":\"1\"}", Interaction.Update)]
    [InlineData("PUT", "/fhir/Observation?identifier=a|1", "{\"resourceType\":\"Observation\"}", Interaction.Update)]
    [InlineData(
        "PATCH",
        "/fhir/Observation/1",
        "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"operation\",\"part\":[{\"name\":\"type\",\"valueCode\":\"replace\"},{\"name\":\"path\",\"valueString\":\"Observation.status\"},{\"name\":\"value\",\"valueCode\":\"final\"}]}]}",
        Interaction.Patch
    )]
    [InlineData("POST", "/fhir/Patient/17/$everything", "{\"resourceType\":\"Parameters\"}", Interaction.Operation)]
    [InlineData(
        "POST",
        "/fhir/Patient/$match",
        "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"resource\",\"resource\":{\"resourceType\":\"Patient\"}}]}",
        Interaction.Operation
    )]
    [InlineData(
        "POST",
        "/fhir",
        "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[{\"request\":{\"method\":\"GET\",\"url\":\"Patient/17\"}}]}",
        Interaction.Batch
    )]
    [InlineData(
        "POST",
        "/fhir/",
        "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{\"request\":{\"method\":\"GET\",\"url\":\"Patient/17\"}}]}",
        Interaction.Transaction
    )]
    public void Read_JsonForm_IsClassified(string method, string target, string body, Interaction interaction) =>
        Assert.Equal(interaction, RequestFixture.Understood(method, target, RequestFixture.Json, body).Interaction);

    [Theory]
    [InlineData("/fhir/Observation/_search", Interaction.SearchType)]
    [InlineData("/fhir/Patient/17/Observation/_search", Interaction.SearchType)]
    public void Read_SearchByForm_IsClassified(string target, Interaction interaction) =>
        Assert.Equal(interaction, RequestFixture.Understood("POST", target, RequestFixture.Form, "category=laboratory").Interaction);

    [Theory]
    [InlineData("GET", "/fhir/$export")]
    [InlineData("GET", "/fhir/Patient/$export?_type=Patient,Observation&_since=2026-01-01T00:00:00Z")]
    [InlineData("GET", "/fhir/Group/7/$export?_outputFormat=application/fhir%2Bndjson&_typeFilter=Observation%3Fcategory%3Dlaboratory")]
    [InlineData("POST", "/fhir/Patient/$export")]
    public void Read_ExportKickOff_IsExport(string method, string target) =>
        Assert.Equal(Interaction.Export, RequestFixture.Understood(method, target, RequestFixture.Async).Interaction);

    [Theory]
    [InlineData("application/json-patch+json", "[{\"op\":\"replace\",\"path\":\"/status\",\"value\":\"final\"}]", "status")]
    [InlineData("application/json-patch+json", "[{\"op\":\"move\",\"from\":\"/subject\",\"path\":\"/focus/0\"}]", "focus|subject")]
    [InlineData("application/merge-patch+json", "{\"status\":\"final\",\"note\":null}", "note|status")]
    [InlineData(
        "application/fhir+json",
        "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"operation\",\"part\":[{\"name\":\"type\",\"valueCode\":\"add\"},{\"name\":\"path\",\"valueString\":\"Observation\"},{\"name\":\"name\",\"valueString\":\"note\"},{\"name\":\"value\",\"valueAnnotation\":{\"text\":\"x\"}}]}]}",
        "note"
    )]
    public void Read_Patch_SaysWhatItTouches(string contentType, string body, string touched) =>
        Assert.Equal(
            touched,
            string.Join(
                '|',
                RequestFixture
                    .Understood("PATCH", "/fhir/Observation/1", new FhirHeaders { ContentType = contentType }, body)
                    .Patch!.Touched
            )
        );

    [Theory]
    [InlineData("POST", "/fhir/Observation/1", "method-not-allowed")]
    [InlineData("PUT", "/fhir/Observation/_search", "method-not-allowed")]
    [InlineData("DELETE", "/fhir/Observation/1/_history", "method-not-allowed")]
    [InlineData("PUT", "/fhir", "method-not-allowed")]
    [InlineData("GET", "/fhir/Patient/$match", "method-not-allowed")]
    [InlineData("GET", "/fhir", "not-understood")]
    [InlineData("GET", "/fhir/Patient/17/Practitioner", "not-understood")]
    [InlineData("GET", "/fhir/Observation/17/Patient", "not-understood")]
    [InlineData("GET", "/fhir/Patient/a_b", "not-understood")]
    [InlineData("GET", "/fhir/Patient/17/_history/1/x", "not-understood")]
    [InlineData("GET", "/fhir/patient/17", "unknown-resource-type")]
    [InlineData("GET", "/fhir/Patients", "unknown-resource-type")]
    [InlineData("GET", "/fhir/_getpages", "unknown-resource-type")]
    [InlineData("GET", "/fhir/$graphql", "operation-not-supported")]
    [InlineData("GET", "/fhir/$meta?x=1", "unknown-parameter")]
    [InlineData("GET", "/fhir/Patient/17/$meta-add", "operation-not-supported")]
    [InlineData("GET", "/fhir/Patient/17/$nothing", "operation-not-supported")]
    [InlineData("GET", "/fhir/Observation/17/$everything", "operation-not-supported")]
    [InlineData("GET", "/fhir/Patient/17/$export", "operation-not-supported")]
    [InlineData("DELETE", "/fhir/Observation", "malformed-query")]
    [InlineData("GET", "/fhir?_getpages=abc", "unknown-parameter")]
    [InlineData("GET", "/fhir?_page=short", "handle-not-yours")]
    public void Read_FormOutsideTheTable_IsRefused(string method, string target, string reason) =>
        Assert.Equal(reason, RequestFixture.Refused(method, target).Code);

    [Fact]
    public void Read_ConditionalCreate_IsAlsoASearch()
    {
        var headers = RequestFixture.Json with { IfNoneExist = "identifier=http://a|1" };
        var request = RequestFixture.Understood("POST", "/fhir/Observation", headers, "{\"resourceType\":\"Observation\"}");
        Assert.Equal([PartRole.Target, PartRole.Condition], request.Parts.Select(part => part.Role));
        Assert.Equal(Interaction.SearchType, request.Parts[1].Interaction);
        Assert.NotNull(request.Parts[0].Body);
    }

    [Fact]
    public void Read_SystemSearchWithoutTypes_HasADroppablePartForEachType()
    {
        var request = RequestFixture.Understood("GET", "/fhir?_lastUpdated=gt2026-01-01");
        Assert.Equal(ResourceType.All.Count, request.Parts.Count);
        Assert.All(request.Parts, part => Assert.True(part.IsWildcard));
    }

    [Fact]
    public void Read_CompartmentOfEverything_AsksForEachMember()
    {
        var request = RequestFixture.Understood("GET", "/fhir/Patient/17/*");
        Assert.Contains(
            request.Parts,
            part =>
                part.Type.Name == "Observation"
                && part.Patients.Single() == PatientId.Parse("17")
                && part is { IsWildcard: true, PatientInPath: true }
        );
        Assert.DoesNotContain(request.Parts, part => part.Type.Name == "Practitioner");
        Assert.All(
            RequestFixture.Understood("GET", "/fhir/Patient/17/*?_type=Observation,Condition").Parts,
            static part => Assert.False(part.IsWildcard)
        );
    }

    [Fact]
    public void Read_Everything_AsksForTheCallAndForEveryTypeItCouldBringBack()
    {
        var request = RequestFixture.Understood("GET", "/fhir/Patient/17/$everything");
        Assert.Equal(
            (Interaction.Operation, "17", false),
            (request.Parts[0].Interaction, request.Parts[0].Id, request.Parts[0].IsWildcard)
        );
        Assert.All(request.Parts.Skip(1), static part => Assert.True(part is { IsWildcard: true, Operation: "$everything" }));
        Assert.Contains(request.Parts, static part => part.Type.Name == "Observation" && part.Patients.Single() == PatientId.Parse("17"));
        Assert.Contains(request.Parts, static part => part.Type.Name == "Practitioner" && part.Patients.Count == 0);
    }

    [Fact]
    public void Read_GroupExport_NamesTheGroupAndDropsTypesOnlyWhenNoneIsNamed()
    {
        var request = RequestFixture.Understood("GET", "/fhir/Group/7/$export", RequestFixture.Async);
        Assert.Equal(("Group", "7", false), (request.Parts[0].Type.Name, request.Parts[0].Id, request.Parts[0].IsWildcard));
        Assert.All(
            request.Parts.Skip(1),
            static part => Assert.True(part is { IsWildcard: true, Interaction: Interaction.Export, Id: null })
        );
        Assert.All(
            RequestFixture.Understood("GET", "/fhir/Group/7/$export?_type=Patient", RequestFixture.Async).Parts,
            static part => Assert.False(part.IsWildcard)
        );
    }

    [Fact]
    public void Read_PatientsCompartment_StandsInThePath() =>
        Assert.True(RequestFixture.Understood("GET", "/fhir/Patient/17/Observation").Parts.Single().PatientInPath);
}
