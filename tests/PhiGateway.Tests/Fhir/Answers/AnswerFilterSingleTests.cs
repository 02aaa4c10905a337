using System.Text.Json;
using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;
using Xunit;
using static PhiGateway.Tests.Fhir.Answers.AnswerCases;

namespace PhiGateway.Tests.Fhir.Answers;

public sealed class AnswerFilterSingleTests
{
    [Fact]
    public void Filter_ResourceAsAskedFor_LeavesUnchanged()
    {
        var answer = Filter(Read("Observation", "o1"), Observation("o1", "1"), TestPolicy.For("1"));
        Assert.Equal(AnswerVerdict.Unchanged, answer.Verdict);
        Assert.Equal("o1", Assert.Single(answer.Disclosure.Resources).Id);
        Assert.Equal("1", Assert.Single(answer.Disclosure.Patients).Value);
        Assert.Equal(0, answer.Disclosure.Withheld);
        Assert.False(answer.Disclosure.HasUndeterminedPatient);
    }

    [Theory]
    [InlineData("12", "1", AnswerVerdict.Withheld)]
    [InlineData("1", "12", AnswerVerdict.Withheld)]
    [InlineData("12", "12", AnswerVerdict.Unchanged)]
    public void Filter_PatientIdThatIsPartOfAnother_IsAnother(string owner, string allowed, AnswerVerdict verdict)
    {
        var answer = Filter(Read("Observation", "o1"), Observation("o1", owner), TestPolicy.For(allowed));
        Assert.Equal(verdict, answer.Verdict);
        Assert.Equal(verdict == AnswerVerdict.Withheld ? 0 : 1, answer.Disclosure.Resources.Count);
    }

    [Theory]
    [InlineData("""{"resourceType":"Patient","id":"o1"}""")]
    [InlineData("""{"resourceType":"Observation","id":"o2","subject":{"reference":"Patient/1"}}""")]
    [InlineData("""{"resourceType":"Observation","subject":{"reference":"Patient/1"}}""")]
    [InlineData("""{"resourceType":"Bundle","id":"o1","type":"searchset"}""")]
    [InlineData("""{"resourceType":"Parameters","id":"o1"}""")]
    [InlineData("<html>busy</html>")]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"resourceType":"Observation","id":"o1","subject":{"reference":"Patient/1"}} {"resourceType":"Patient","id":"2"}""")]
    public void Filter_AnswerThatDoesNotFitTheRead_IsUnreadable(string body) =>
        Assert.Equal(AnswerVerdict.Unreadable, Filter(Read("Observation", "o1"), body, TestPolicy.Everything).Verdict);

    [Theory]
    [InlineData("3", AnswerVerdict.Unchanged)]
    [InlineData("4", AnswerVerdict.Unreadable)]
    public void Filter_VersionRead_MustAnswerThatVersion(string version, AnswerVerdict verdict) =>
        Assert.Equal(
            verdict,
            Filter(
                Request(Interaction.VRead, "Observation", "o1", version: "3"),
                Observation("o1", "1", $$""","meta":{"versionId":"{{version}}"}"""),
                TestPolicy.Everything
            ).Verdict
        );

    [Fact]
    public void Filter_OperationOutcome_IsReplacedByANeutralOne()
    {
        var answer = Filter(
            Read("Observation", "o1"),
            """{"resourceType":"OperationOutcome","issue":[{"diagnostics":"SELECT * FROM patient WHERE name='Canary'"}]}""",
            TestPolicy.Everything
        );
        Assert.Equal(AnswerVerdict.Rewritten, answer.Verdict);
        Assert.Equal("OperationOutcome", answer.Json.GetProperty("resourceType").GetString());
        Assert.DoesNotContain("Canary", answer.Text);
        Assert.Empty(answer.Disclosure.Resources);
    }

    [Fact]
    public void Filter_UndeterminedOwnerReleased_IsSaidInTheDisclosure()
    {
        var body = """{"resourceType":"Observation","id":"o1","subject":{"display":"Jane"}}""";
        Assert.True(Filter(Read("Observation", "o1"), body, TestPolicy.Everything).Disclosure.HasUndeterminedPatient);
        var withheld = Filter(Read("Observation", "o1"), body, TestPolicy.For("1"));
        Assert.Equal(AnswerVerdict.Withheld, withheld.Verdict);
        Assert.False(withheld.Disclosure.HasUndeterminedPatient);
        Assert.Equal(WithholdReason.UndeterminedPatient, withheld.Disclosure.LastWithheld);
    }

    [Theory]
    [InlineData("1,2", AnswerVerdict.Unchanged)]
    [InlineData("1", AnswerVerdict.Withheld)]
    [InlineData("2", AnswerVerdict.Withheld)]
    public void Filter_SeveralOwners_EveryOneMustBeAllowed(string allowed, AnswerVerdict verdict)
    {
        var body =
            """{"resourceType":"Appointment","id":"a","participant":[{"actor":{"reference":"Patient/1"}},{"actor":{"reference":"Patient/2"}}]}""";
        var answer = Filter(Read("Appointment", "a"), body, TestPolicy.For(allowed.Split(',')));
        Assert.Equal(verdict, answer.Verdict);
        Assert.Equal(verdict == AnswerVerdict.Unchanged ? 2 : 0, answer.Disclosure.Patients.Count);
    }

    [Fact]
    public void Filter_AbsoluteAddressesOfTheUpstream_AreRewritten()
    {
        var body = """
            {"resourceType":"Observation","id":"o1","subject":{"reference":"https://ehr.internal:8443/r4/Patient/1"},"performer":[{"reference":"http:\/\/ehr.internal\/r4\/Practitioner\/2"}],
             "hasMember":[{"reference":"https://elsewhere.example/Observation/1"},{"reference":"https://gw.example/fhir/Observation/3"}],"valueString":"https://ehr.internal:8443/r4/Patient/1"}
            """;
        var answer = Filter(Read("Observation", "o1"), body, TestPolicy.For("1"));
        Assert.Equal(AnswerVerdict.Rewritten, answer.Verdict);
        Assert.Equal("https://gw.example/fhir/Patient/1", answer.Json.GetProperty("subject").GetProperty("reference").GetString());
        Assert.Equal(
            "https://gw.example/fhir/Practitioner/2",
            answer.Json.GetProperty("performer")[0].GetProperty("reference").GetString()
        );
        Assert.Equal(
            "https://elsewhere.example/Observation/1",
            answer.Json.GetProperty("hasMember")[0].GetProperty("reference").GetString()
        );
        Assert.Equal("https://gw.example/fhir/Observation/3", answer.Json.GetProperty("hasMember")[1].GetProperty("reference").GetString());
        Assert.Equal("https://gw.example/fhir/Patient/1", answer.Json.GetProperty("valueString").GetString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(""","meta":{}""")]
    [InlineData(""","meta":{"versionId":"3","lastUpdated":"2026-01-01T00:00:00Z"}""")]
    [InlineData(""","meta":{"tag":[]}""")]
    [InlineData(""","meta":{"versionId":"3","tag":[ {"system":"s","code":"t"} ],"profile":["p"]}""")]
    [InlineData(""","meta":{"tag":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}]}""")]
    public void Filter_Elements_CutTheRestAndMarkIt(string meta)
    {
        var policy = new TestPolicy { Elements = { ["Patient"] = ElementSet.Of(["name", "birthDate"]) } };
        var body = $$"""
            { "text" : {"status":"generated","div":"CANARY"}, "id" : "1" , "resourceType":"Patient"{{meta}},"name":[{"family":"F"}],"_name":[null],"birthDate":"2000-01-01","_birthDate":{"id":"x"},
            "address":[{"city":"CANARY"}],"_address":[{"id":"CANARY"}],"extension":[{"url":"u","valueString":"CANARY"}],"contained":[{"resourceType":"Organization","name":"CANARY"}],"nameX":"CANARY" }
            """;
        var answer = Filter(Read("Patient", "1"), body, policy);
        Assert.Equal(AnswerVerdict.Rewritten, answer.Verdict);
        Assert.DoesNotContain("CANARY", answer.Text);
        Assert.True(answer.Disclosure.Redacted);
        Assert.Equal(
            ["_birthDate", "_name", "birthDate", "id", "meta", "name", "resourceType"],
            answer.Json.EnumerateObject().Select(static member => member.Name).Order(StringComparer.Ordinal)
        );
        Assert.Single(
            answer.Json.GetProperty("meta").GetProperty("tag").EnumerateArray(),
            static tag => tag.GetProperty("code").GetString() == "SUBSETTED"
        );
        Assert.Equal(meta.Contains("versionId"), answer.Json.GetProperty("meta").TryGetProperty("versionId", out _));
    }

    [Theory]
    [InlineData("value", "valueQuantity", true)]
    [InlineData("value[x]", "valueQuantity", true)]
    [InlineData("valueQuantity", "valueQuantity", true)]
    [InlineData("valueString", "valueQuantity", false)]
    [InlineData("status", "statusReason", false)]
    [InlineData("val", "valueQuantity", false)]
    public void Filter_ElementNamedByItsChoice_LetsOnlyThatChoiceOut(string named, string member, bool kept)
    {
        var policy = new TestPolicy { Elements = { ["Observation"] = ElementSet.Of([named]) } };
        var answer = Filter(Read("Observation", "o1"), Observation("o1", "1", $$""","{{member}}":{"value":1}"""), policy);
        Assert.Equal(kept, answer.Json.TryGetProperty(member, out _));
    }

    [Theory]
    [InlineData("_elements", "status,text", "id,meta,resourceType,status,text")]
    [InlineData("_elements", "Observation.status", "id,meta,resourceType,status")]
    [InlineData("_elements", "valueString", "id,meta,resourceType,status")]
    [InlineData("_elements", "subject.reference", "id,meta,resourceType,status,subject")]
    [InlineData("_elements", "Patient.name,Observation.subject", "id,meta,resourceType,status,subject")]
    [InlineData("_elements", "", "id,meta,resourceType,status")]
    [InlineData("_summary", "text", "id,meta,resourceType,status,text")]
    [InlineData("_summary", "true", "id,meta,resourceType,status,subject")]
    [InlineData("_summary", "data", "id,meta,resourceType,status,subject")]
    public void Filter_ClientWantsLess_GetsTheIntersection(string parameter, string value, string members)
    {
        var policy = new TestPolicy { Elements = { ["Observation"] = ElementSet.Of(["status", "text", "subject"]) } };
        var request = Request(Interaction.Read, "Observation", "o1", [new QueryParameter(parameter, value)]);
        var answer = Filter(request, Observation("o1", "1", ""","text":{"div":"d"},"valueString":"CANARY" """), policy);
        Assert.Equal(
            members,
            string.Join(",", answer.Json.EnumerateObject().Select(static member => member.Name).Order(StringComparer.Ordinal))
        );
    }

    [Theory]
    [InlineData(Interaction.Create, "o1", AnswerVerdict.Unchanged)]
    [InlineData(Interaction.Update, "o1", AnswerVerdict.Unchanged)]
    [InlineData(Interaction.Update, "o2", AnswerVerdict.Unreadable)]
    [InlineData(Interaction.Patch, "o2", AnswerVerdict.Unreadable)]
    [InlineData(Interaction.None, "o1", AnswerVerdict.Unreadable)]
    [InlineData(Interaction.ExportStatus, "o1", AnswerVerdict.Unreadable)]
    public void Filter_AnswerToAWrite_MustBeWhatWasWritten(Interaction interaction, string id, AnswerVerdict verdict) =>
        Assert.Equal(
            verdict,
            Filter(
                Request(interaction, "Observation", interaction == Interaction.Create ? null : "o1"),
                Observation(id, "1"),
                TestPolicy.For("1")
            ).Verdict
        );

    [Theory]
    [InlineData("N", AnswerVerdict.Unchanged)]
    [InlineData("R", AnswerVerdict.Withheld)]
    public void Filter_ConfidentialityAboveTheCeiling_Stays(string code, AnswerVerdict verdict)
    {
        var meta = $$""","meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"{{code}}"}]}""";
        var answer = Filter(Read("Observation", "o1"), Observation("o1", "1", meta), new TestPolicy { Ceiling = Confidentiality.Normal });
        Assert.Equal(verdict, answer.Verdict);
    }

    [Fact]
    public void Filter_StoredBundle_LeavesWholeOrNotAtAll()
    {
        static string Document(string second) =>
            $$"""
                {"resourceType":"Bundle","id":"doc","meta":{"versionId":"2"},"identifier":{"value":"i"},"type":"document","timestamp":"2026-01-01T00:00:00Z",
                "entry":[{"fullUrl":"urn:uuid:1","resource":{"resourceType":"Composition","id":"c","subject":{"reference":"Patient/1"} } },
                         {"fullUrl":"https://ehr.internal:8443/r4/Observation/o","resource":{{Observation(
                    "o",
                    second
                )}} }],"signature":{"data":"AA=="} }
                """;
        var kept = Filter(Read("Bundle", "doc"), Document("1"), TestPolicy.For("1"));
        Assert.Equal(AnswerVerdict.Rewritten, kept.Verdict);
        Assert.Equal("document", kept.Json.GetProperty("type").GetString());
        Assert.Equal("doc", kept.Json.GetProperty("id").GetString());
        Assert.Equal("https://gw.example/fhir/Observation/o", kept.Json.GetProperty("entry")[1].GetProperty("fullUrl").GetString());
        Assert.Equal(["Bundle", "Composition", "Observation"], kept.Disclosure.Resources.Select(static released => released.Type.Name));
        Assert.False(kept.Disclosure.HasUndeterminedPatient);

        var withheld = Filter(Read("Bundle", "doc"), Document("2"), TestPolicy.For("1"));
        Assert.Equal(AnswerVerdict.Withheld, withheld.Verdict);
        Assert.Empty(withheld.Disclosure.Resources);
        Assert.Equal(
            AnswerVerdict.Withheld,
            Filter(Read("Bundle", "doc"), Document("1"), new TestPolicy { OnlyTypes = ["Composition", "Observation"] }).Verdict
        );
    }

    [Fact]
    public void Filter_Parameters_JudgesEachResourceAndTheValuesByThemselves()
    {
        var body = $$"""
            {"resourceType":"Parameters","parameter":[{"name":"return","resource":{{Observation(
                "o1",
                "1"
            )}}},{"name":"other","resource":{{Observation("o2", "2", ""","valueString":"CANARY" """)}}},
             {"name":"value","valueString":"VALUE"},{"name":"group","part":[{"name":"in","resource":{{Observation(
                "o3",
                "2",
                ""","valueString":"CANARY" """
            )}}},{"name":"in2","resource":{{Observation("o4", "1")}}}]},
             {"name":"gone","part":[{"name":"in","resource":{{Observation(
                "o5",
                "2"
            )}}}]},{"name":"outcome","resource":{"resourceType":"OperationOutcome","issue":[{"diagnostics":"CANARY"}]} },
             {"name":"ref","valueReference":{"reference":"https://ehr.internal:8443/r4/Patient/1"} }]}
            """;
        var request = Request(Interaction.Operation, "Observation");
        var narrow = Filter(request, body, new TestPolicy { Patients = ["1"], OnlyTypes = ["Observation"] });
        Assert.Equal(AnswerVerdict.Rewritten, narrow.Verdict);
        Assert.DoesNotContain("CANARY", narrow.Text);
        Assert.DoesNotContain("VALUE", narrow.Text);
        Assert.Equal(
            ["return", "group", "outcome"],
            narrow.Json.GetProperty("parameter").EnumerateArray().Select(static parameter => parameter.GetProperty("name").GetString())
        );
        Assert.Equal(
            "o4",
            narrow.Json.GetProperty("parameter")[1].GetProperty("part")[0].GetProperty("resource").GetProperty("id").GetString()
        );
        Assert.Equal(["o1", "o4"], narrow.Disclosure.Resources.Select(static released => released.Id));
        Assert.Equal(3, narrow.Disclosure.Withheld);

        var wide = Filter(request, body, TestPolicy.Everything);
        Assert.Contains("VALUE", wide.Text);
        Assert.Contains("https://gw.example/fhir/Patient/1", wide.Text);
        Assert.Contains("1", wide.Disclosure.Patients.Select(static patient => patient.Value));
        Assert.Equal(
            AnswerVerdict.Withheld,
            Filter(request, """{"resourceType":"Parameters","parameter":[{"name":"v","valueString":"x"}]}""", TestPolicy.For("1")).Verdict
        );
    }

    [Fact]
    public void Filter_OperationAnswers_AreJudgedWhateverTheyAre()
    {
        var request = Request(Interaction.Operation, "Patient", "1");
        Assert.Equal(AnswerVerdict.Unchanged, Filter(request, Observation("o", "1"), TestPolicy.For("1")).Verdict);
        Assert.Equal(AnswerVerdict.Withheld, Filter(request, Observation("o", "2"), TestPolicy.For("1")).Verdict);
        Assert.Equal(["a"], Filter(request, SearchSet(Observation("a", "1"), Observation("b", "2")), TestPolicy.For("1")).Ids);
        Assert.Equal(
            ["a"],
            Filter(
                request,
                SearchSet(Observation("a", "1"), Observation("b", "2")).Replace("searchset", "collection"),
                TestPolicy.For("1")
            ).Ids
        );
        Assert.Equal(
            AnswerVerdict.Withheld,
            Filter(
                request,
                SearchSet(Observation("a", "1"), Observation("b", "2")).Replace("searchset", "document"),
                TestPolicy.For("1")
            ).Verdict
        );
        Assert.Equal(
            AnswerVerdict.Unreadable,
            Filter(request, SearchSet(Observation("a", "1")).Replace("searchset", "nonsense"), TestPolicy.For("1")).Verdict
        );
    }

    [Fact]
    public void Filter_BundlesInBundles_AreFollowedToALimit()
    {
        var inner = $$"""{"resourceType":"Bundle","id":"b0","type":"collection","entry":[{"resource":{{Observation("deep", "1")}}}]}""";
        for (var level = 1; level <= 3; level++)
        {
            Assert.Equal(AnswerVerdict.Rewritten, Filter(Search("Bundle"), SearchSet(inner), TestPolicy.For("1")).Verdict);
            inner = $$"""{"resourceType":"Bundle","id":"b{{level}}","type":"collection","entry":[{"resource":{{inner}}}]}""";
        }

        inner = $$"""{"resourceType":"Bundle","id":"b","type":"collection","entry":[{"resource":{{inner}}}]}""";
        var answer = Filter(Search("Bundle"), SearchSet(inner), TestPolicy.For("1"));
        Assert.DoesNotContain("deep", answer.Text);
        Assert.Equal((0, 1), (answer.Disclosure.Resources.Count, answer.Disclosure.Withheld));
    }
}
