using System.Text;
using PhiGateway.Fhir;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;
using Xunit;

namespace PhiGateway.Tests.Fhir.Requests;

/// <summary>Whose data an entry writes when it says so by the name of another entry.</summary>
public sealed class TransactionNamesTests
{
    private const string Name = "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a";

    [Theory]
    [InlineData("GET", "Patient/17", null)]
    [InlineData("GET", "https://gw.hospital.example/fhir/Patient/17", null)]
    [InlineData("PUT", "Patient/17", """{"resourceType":"Patient","id":"17"}""")]
    public void Read_NameOfAnEntryWithAnId_IsThatIdInFactsAndBody(string method, string url, string? body)
    {
        var observation = Read(method, url, body).Entries[1];
        Assert.Equal([PatientId.Parse("17")], observation.Parts[0].Body!.Owners);
        Assert.Contains("\"Patient/17\"", Encoding.UTF8.GetString(observation.Body.Span));
        Assert.DoesNotContain("urn:uuid", Encoding.UTF8.GetString(observation.Body.Span));
    }

    [Fact]
    public void Read_NameOfANewPatient_IsANewOwner()
    {
        var observation = Read("POST", "Patient", """{"resourceType":"Patient"}""").Entries[1];
        var facts = observation.Parts[0].Body!;
        Assert.True(facts.HasNewOwner);
        Assert.Equal(OwnerState.Known, facts.Owner);
        Assert.Empty(facts.Owners);
        Assert.Contains(Name, Encoding.UTF8.GetString(observation.Body.Span));
    }

    [Theory]
    [InlineData("POST", "Group", """{"resourceType":"Group","type":"person","actual":true}""", null)]
    [InlineData("DELETE", "Patient/17", null, null)]
    [InlineData("GET", "Patient?_id=17", null, null)]
    [InlineData("PUT", "Patient?identifier=a|1", """{"resourceType":"Patient"}""", null)]
    [InlineData("POST", "Patient", """{"resourceType":"Patient"}""", "identifier=a|1")]
    public void Read_NameOfAnythingElse_LeavesTheOwnerOpen(string method, string url, string? body, string? ifNoneExist)
    {
        var facts = Read(method, url, body, ifNoneExist).Entries[1].Parts[0].Body!;
        Assert.Equal((OwnerState.Undetermined, false), (facts.Owner, facts.HasNewOwner));
    }

    [Fact]
    public void Read_ConditionalEntriesAndReferences_NameTheirSearches()
    {
        var transaction = Read(
            "PUT",
            "Observation?identifier=a|1",
            """{"resourceType":"Observation","subject":{"reference":"Patient?identifier=b|2"}}"""
        );
        var conditions = transaction.Entries[0].Conditions;
        Assert.Equal([null, "Patient?identifier=b|2"], conditions.Select(condition => condition.Reference));
        Assert.Equal(["Observation", "Patient"], conditions.Select(condition => condition.Search.Type.Name));
        Assert.All(conditions, condition => Assert.Equal(PartRole.Target, condition.Search.Parts[0].Role));
    }

    [Fact]
    public void TransactionForms_ConditionsLookedUp_ReadsAsATransactionWithout()
    {
        var transaction = Read("POST", "Patient", """{"resourceType":"Patient"}""", "identifier=a|1");

        var reading = TransactionForms.Read(
            transaction,
            [ConditionalWrite.OnMatch(transaction.Entries[0], "17"), null],
            new Dictionary<string, string>(),
            RequestFixture.Context
        );

        Assert.True(reading.TryGet(out var plain, out _), reading.Detail);
        Assert.Equal(Interaction.Read, plain.Entries[0].Interaction);
        Assert.Equal([PatientId.Parse("17")], plain.Entries[1].Parts[0].Body!.Owners);
    }

    [Theory]
    [InlineData("PUT", """{"resourceType":"Observation"}""", "PUT", "Observation/9", """{"id":"9","resourceType":"Observation"}""")]
    [InlineData(
        "PUT",
        """{"resourceType":"Observation","id":"8"}""",
        "PUT",
        "Observation/9",
        """{"resourceType":"Observation","id":"8"}"""
    )]
    [InlineData("POST", """{"resourceType":"Observation"}""", "GET", "Observation/9", "")]
    [InlineData("DELETE", "", "DELETE", "Observation/9", "")]
    public void OnMatch_ConditionalWrite_IsThePlainOne(string method, string body, string plainMethod, string path, string plainBody)
    {
        var form = ConditionalWrite.OnMatch(Conditional(method, body), "9");
        Assert.Equal(
            (plainMethod, path, plainBody),
            (form.Method, string.Join('/', form.Segments), Encoding.UTF8.GetString(form.Body.Span))
        );
        Assert.Null(form.Headers.IfNoneExist);
    }

    [Theory]
    [InlineData("PUT", """{"resourceType":"Observation"}""", "POST", "Observation")]
    [InlineData("PUT", """{"resourceType":"Observation","id":"8"}""", "PUT", "Observation/8")]
    [InlineData("POST", """{"resourceType":"Observation"}""", "POST", "Observation")]
    [InlineData("DELETE", "", null, null)]
    public void OnNone_ConditionalWrite_CreatesOrIsNothing(string method, string body, string? plainMethod, string? path)
    {
        var form = ConditionalWrite.OnNone(Conditional(method, body));
        Assert.Equal((plainMethod, path), (form?.Method, form is null ? null : string.Join('/', form.Segments)));
    }

    [Fact]
    public void Read_PatchBesideAnEntryWithACondition_StaysAPatch()
    {
        var patch = Convert.ToBase64String("""[{"op":"replace","path":"/status","value":"final"}]"""u8);
        var transaction = RequestFixture.Understood(
            "POST",
            "/fhir",
            RequestFixture.Json,
            $$$"""
            {"resourceType":"Bundle","type":"transaction","entry":[
              {"resource":{"resourceType":"Observation"},"request":{"method":"POST","url":"Observation","ifNoneExist":"identifier=a|1"}},
              {"resource":{"resourceType":"Binary","contentType":"application/json-patch+json","data":"{{{patch}}}"},
               "request":{"method":"PATCH","url":"Observation/8"}}]}
            """
        );

        var reading = TransactionForms.Read(
            transaction,
            [ConditionalWrite.OnNone(transaction.Entries[0]), null],
            new Dictionary<string, string>(),
            RequestFixture.Context
        );

        Assert.True(reading.TryGet(out var plain, out var refusal), $"{refusal} ({reading.Detail})");
        Assert.Equal(["status"], plain.Entries[1].Patch!.Touched);
    }

    private static FhirRequest Conditional(string method, string body) =>
        method == "POST"
            ? RequestFixture.Understood(method, "/fhir/Observation", RequestFixture.Json with { IfNoneExist = "identifier=a|1" }, body)
            : RequestFixture.Understood(method, "/fhir/Observation?identifier=a|1", body.Length == 0 ? default : RequestFixture.Json, body);

    // With the scanner that judges: whose data it is, is the question.
    private static FhirRequest Read(string method, string url, string? body, string? ifNoneExist = null)
    {
        var condition = ifNoneExist is null ? string.Empty : $",\"ifNoneExist\":\"{ifNoneExist}\"";
        var resource = body is null ? string.Empty : $"\"resource\":{body},";
        var text = $$$"""
            {"resourceType":"Bundle","type":"transaction","entry":[
              {"fullUrl":"{{{Name}}}",{{{resource}}}"request":{"method":"{{{method}}}","url":"{{{url}}}"{{{condition}}} }},
              {"resource":{"resourceType":"Observation","subject":{"reference":"{{{Name}}}"}},"request":{"method":"POST","url":"Observation"}}]}
            """;
        Assert.True(CanonicalReader.Read("POST", "/fhir", "/fhir").TryGet(out var line, out _));
        var reading = FhirRequestReader.Read(line, RequestFixture.Json, Encoding.UTF8.GetBytes(text), RequestFixture.Context);
        Assert.True(reading.TryGet(out var request, out var refusal), $"{refusal} ({reading.Detail})");
        return request;
    }
}
