using PhiGateway.Apis;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Vocabulary;
using Xunit;

namespace PhiGateway.Tests.Apis;

/// <summary>What the body of a declared search or patch asks about beside the patient, and whose the patched record shall be.</summary>
public sealed class ApiSentTests
{
    private static readonly FhirHeaders Json = new() { ContentType = "application/json" };

    [Theory]
    [InlineData("""{"criteria":{"patientId":"17"}}""", "")]
    [InlineData("""{"criteria":{"patientId":"17","valueGreaterThan":140}}""", "?")]
    [InlineData("""{"criteria":{"patientId":"17"},"status":"final"}""", "?")]
    public void Read_WhatStandsBesideThePatientOfASearch_IsAskedAbout(string body, string uses)
    {
        var row = ApiFixture.Search();
        (row.Method, row.Path, row.Patient, row.Query) = ("POST", "/v1/results/search", null, []);
        row.Body = new ApiBodyOptions
        {
            Members = ["criteria", "status"],
            Patient = new ApiPointerOptions { Pointer = "/criteria/patientId" },
        };

        var part = ApiFixture.Understood(ApiFixture.Table(row), "POST", "/lab/v1/results/search", body, Json).Meaning.Parts[0];

        Assert.Equal(uses, string.Join(',', part.Uses));
        Assert.Equal(["17"], part.Patients.Select(static patient => patient.Value));
    }

    [Theory]
    [InlineData("""{"status":"final"}""", "", "", false)]
    [InlineData("""{"patient":"18"}""", "18", "", true)]
    [InlineData("""{"PATIENT":"18"}""", null, null, null)]
    [InlineData("""{"patient":{"id":"18"}}""", null, null, null)]
    [InlineData("""{"patient":null}""", null, null, null)]
    [InlineData("""{"category":"laboratory"}""", "", "category", true)]
    [InlineData("""{"Category":"laboratory"}""", "", "category", true)]
    public void Read_WhoseAndWhatAPatchedRecordShallBe_IsAskedAbout(string body, string? patients, string? unsettled, bool? relabels)
    {
        var read = ApiFixture.Read();
        read.Answer!.Tokens = new Dictionary<string, string> { ["category"] = "/category" };
        var patch = ApiFixture.Read();
        (patch.Method, patch.Interaction, patch.Answer) = ("PATCH", "patch", null);
        patch.Body = new ApiBodyOptions();

        var reading = ApiFixture.Read(ApiFixture.Table(read, patch), "PATCH", "/lab/v1/results/r1", body, Json);

        if (!reading.TryGet(out var request, out var refusal))
        {
            Assert.Null(patients);
            Assert.Equal(DenyReason.MalformedBody, refusal);
            return;
        }

        var part = request.Meaning.Parts[0];
        Assert.Equal(patients, string.Join(',', part.Patients.Select(static patient => patient.Value)));
        Assert.Equal(unsettled, string.Join(',', part.Unsettles));
        Assert.Equal(relabels, part.Relabels);
    }
}
