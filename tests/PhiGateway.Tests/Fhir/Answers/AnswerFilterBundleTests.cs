using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Vocabulary;
using Xunit;
using static PhiGateway.Tests.Fhir.Answers.AnswerCases;

namespace PhiGateway.Tests.Fhir.Answers;

public sealed class AnswerFilterBundleTests
{
    [Fact]
    public void Filter_SearchSet_LetsOutOnlyWhatMayLeave()
    {
        var answer = Filter(
            Search(),
            SearchSet(
                Observation("a", "1"),
                Observation("b", "2", ""","note":"CANARY" """),
                Observation("c", "12", ""","note":"CANARY" """),
                Observation("d", "1")
            ),
            TestPolicy.For("1")
        );
        Assert.Equal(AnswerVerdict.Rewritten, answer.Verdict);
        Assert.Equal(["a", "d"], answer.Ids);
        Assert.DoesNotContain("CANARY", answer.Text);
        Assert.DoesNotContain("ehr.internal", answer.Text);
        Assert.Equal("https://gw.example/fhir/Observation/a", answer.Json.GetProperty("entry")[0].GetProperty("fullUrl").GetString());
        Assert.Equal("match", answer.Json.GetProperty("entry")[0].GetProperty("search").GetProperty("mode").GetString());
        Assert.Equal(2, answer.Json.GetProperty("total").GetInt32());
        Assert.False(answer.Json.TryGetProperty("id", out _));
        Assert.Equal(2, answer.Disclosure.Withheld);
        Assert.Equal(["a", "d"], answer.Disclosure.Resources.Select(static released => released.Id));
        Assert.Equal("1", Assert.Single(answer.Disclosure.Patients).Value);
    }

    [Fact]
    public void Filter_NothingMayLeave_LooksLikeNothingFound()
    {
        var withheld = Filter(Search(), SearchSet(Observation("a", "2")), TestPolicy.For("1"));
        var empty = Filter(Search(), """{"resourceType":"Bundle","id":"b2","type":"searchset","total":0}""", TestPolicy.For("1"));
        Assert.Equal(empty.Text, withheld.Text);
        Assert.Equal("""{"resourceType":"Bundle","type":"searchset","total":0}""", empty.Text);
    }

    [Theory]
    [InlineData("""{"resourceType":"Bundle","type":"history"}""")]
    [InlineData("""{"resourceType":"Bundle","type":["searchset"]}""")]
    [InlineData("""{"resourceType":"Bundle"}""")]
    [InlineData("""{"type":"searchset"}""")]
    [InlineData("""{"resourceType":"Bundle","type":"searchset","type":"searchset"}""")]
    [InlineData("""{"resourceType":"Bundle","type":"searchset","entry":[],"entry":[]}""")]
    [InlineData("""{"resourceType":"Bundle","type":"searchset","entry":{}}""")]
    [InlineData("""{"resourceType":"Bundle","type":"searchset","entry":[[]]}""")]
    [InlineData("""{"resourceType":"Bundle","type":"searchset","entry":[null]}""")]
    [InlineData("""{"resourceType":"Bundle","type":"searchset","entry":["x"]}""")]
    [InlineData("""{"resourceType":"Bundle","type":"searchset","link":{}}""")]
    [InlineData("""{"resourceType":"Bundle","type":"searchset","total":"5"}""")]
    [InlineData("""{"resourceType":"Bundle","type":"searchset","Total":1}""")]
    [InlineData("""{"resourceType":"Bundle","type":"searchset"}{}""")]
    [InlineData("""{"resourceType":"Bundle","type":"searchset","entry":[{"resource":{"resourceType":"Patient","id":"1"}}]""")]
    [InlineData("""{"resourceType":"Patient","id":"1"}""")]
    [InlineData("""{"resourceType":"Bundle","type":"searchset","meta":{"a":1,"a":2}}""")]
    [InlineData("<html/>")]
    [InlineData("null")]
    [InlineData("")]
    public void Filter_BundleThatCannotBeReadInOneWay_IsUnreadable(string body) =>
        Assert.Equal(AnswerVerdict.Unreadable, Filter(Search("Patient"), body, TestPolicy.Everything).Verdict);

    [Fact]
    public void Filter_MembersInAnyOrder_AreRead()
    {
        var answer = Filter(
            Search("Patient"),
            """ { "entry" : [ { "search":{"mode":"match","score":1}, "resource" : {"id":"1","resourceType":"Patient"} , "fullUrl":"urn:uuid:5" } ] , "total" : 1, "type":"searchset" , "meta":{"lastUpdated":"x"}, "resourceType":"Bundle" } """,
            TestPolicy.For("1")
        );
        Assert.Equal(AnswerVerdict.Rewritten, answer.Verdict);
        Assert.Equal(["1"], answer.Ids);
    }

    [Fact]
    public void Filter_IncludedEntries_AreJudgedLikeMatches()
    {
        var body = $$"""
            {"resourceType":"Bundle","type":"searchset","total":1,"entry":[{"resource":{{Observation(
                "a",
                "1"
            )}},"search":{"mode":"match"} },
            {"resource":{"resourceType":"Patient","id":"1"},"search":{"mode":"include"} },{"resource":{"resourceType":"Patient","id":"2","name":[{"family":"CANARY"}]},"search":{"mode":"include"} },
            {"resource":{"resourceType":"OperationOutcome","issue":[{"diagnostics":"CANARY"}]},"search":{"mode":"outcome"} },{"fullUrl":"https://ehr.internal:8443/r4/Patient/CANARY"}]}
            """;
        var answer = Filter(Search(), body, TestPolicy.For("1"));
        Assert.Equal(["a", "1"], answer.Ids);
        Assert.DoesNotContain("CANARY", answer.Text);
        Assert.Equal("include", answer.Json.GetProperty("entry")[1].GetProperty("search").GetProperty("mode").GetString());
        Assert.Equal(1, answer.Json.GetProperty("total").GetInt32());
        Assert.Equal(1, answer.Disclosure.Withheld);
    }

    [Fact]
    public void Filter_ClientView_DoesNotTouchWhatIsIncluded()
    {
        var body = $$"""
            {"resourceType":"Bundle","type":"searchset","entry":[{"resource":{{Observation(
                "a",
                "1"
            )}},"search":{"mode":"match"} },{"resource":{"resourceType":"Patient","id":"1","active":true},"search":{"mode":"include"} }]}
            """;
        var answer = Filter(Search("Observation", new QueryParameter("_elements", "status")), body, TestPolicy.For("1"));
        Assert.False(answer.Json.GetProperty("entry")[0].GetProperty("resource").TryGetProperty("subject", out _));
        Assert.True(answer.Json.GetProperty("entry")[1].GetProperty("resource").GetProperty("active").GetBoolean());
    }

    [Fact]
    public void Filter_Condition_IsAskedOfEveryEntry()
    {
        static string Category(string code) =>
            $$""","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"{{code}}"}]}]""";
        var policy = new TestPolicy { Where = new TokenConstraint("category", [new TokenValue(null, "laboratory")]) };
        Assert.Equal(
            ["a"],
            Filter(
                Search(),
                SearchSet(Observation("a", "1", Category("laboratory")), Observation("b", "1", Category("survey")), Observation("c", "1")),
                policy
            ).Ids
        );
    }

    [Fact]
    public void Filter_History_JudgesEveryVersionByItself()
    {
        var body = $$"""
            {"resourceType":"Bundle","type":"history","total":3,"entry":[
            {"fullUrl":"https://ehr.internal:8443/r4/Observation/a","resource":{{Observation(
                "a",
                "1",
                ""","meta":{"versionId":"2"}"""
            )}},"request":{"method":"PUT","url":"Observation/a?x=CANARY"},"response":{"status":"200 OK CANARY","etag":"W/\"2\"","lastModified":"2026-01-01T00:00:00Z","outcome":{"resourceType":"OperationOutcome","issue":[{"diagnostics":"CANARY"}]},"location":"CANARY"} },
            {"resource":{{Observation(
                "a",
                "2",
                ""","meta":{"versionId":"1"},"note":"CANARY" """
            )}},"request":{"method":"POST","url":"Observation"},"response":{"status":"201"} },
            {"fullUrl":"https://ehr.internal:8443/r4/Observation/CANARY","request":{"method":"DELETE","url":"Observation/CANARY"},"response":{"status":"204"} }]}
            """;
        var answer = Filter(Request(Interaction.HistoryInstance, "Observation", "a"), body, TestPolicy.For("1"));
        Assert.Equal(["a"], answer.Ids);
        Assert.DoesNotContain("CANARY", answer.Text);
        var entry = answer.Json.GetProperty("entry")[0];
        Assert.Equal(
            "PUT Observation/a",
            entry.GetProperty("request").GetProperty("method").GetString()
                + " "
                + entry.GetProperty("request").GetProperty("url").GetString()
        );
        Assert.Equal(
            """{"status":"200 OK","location":"https://gw.example/fhir/Observation/a","etag":"W/\"2\"","lastModified":"2026-01-01T00:00:00Z"}""",
            entry.GetProperty("response").GetRawText()
        );
        Assert.Equal(2, answer.Disclosure.Withheld);
        Assert.Equal("2", answer.Disclosure.Resources[0].VersionId);
    }

    [Fact]
    public void Filter_BatchResponse_KeepsPositionsAndHidesWhatStays()
    {
        static string Response(string extra) =>
            "{"
            + extra
            + """ "response":{"status":"200 OK","etag":"W/\"1\"","outcome":{"resourceType":"OperationOutcome","issue":[{"diagnostics":"CANARY"}]}}}""";
        static string Resource(string id, string patient) => "\"resource\":" + Observation(id, patient) + ",";
        var body = $$"""
            {"resourceType":"Bundle","type":"batch-response","entry":[{{Response(Resource("a", "1"))}},{{Response(Resource("b", "2"))}},
            {"response":{"status":"404 Not Found","outcome":{"resourceType":"OperationOutcome","issue":[{"diagnostics":"CANARY"}]} } },{{Response(
                Resource("x", "1")
            )}},
            {"resource":{{SearchSet(Observation("s1", "1"), Observation("s2", "2"))}},"response":{"status":"200"} },
            {"response":{"status":"201 Created","location":"https://ehr.internal:8443/r4/Observation/n/_history/1","etag":"W/\"1\""} },{"response":{"status":"410 Gone"} },
            {"resource":{"resourceType":"OperationOutcome","issue":[]},"response":{"status":"200 OK"} } ]}
            """;
        var batch = Request(
            Interaction.Batch,
            entries:
            [
                Read("Observation", "a"),
                Read("Observation", "b"),
                Read("Observation", "c"),
                Read("Observation", "d"),
                Search(),
                Request(Interaction.Create, "Observation"),
                Read("Observation", "g"),
                Request(Interaction.Create, "Observation"),
            ]
        );
        var answer = Filter(batch, body, TestPolicy.For("1"));
        Assert.Equal(AnswerVerdict.Rewritten, answer.Verdict);
        Assert.DoesNotContain("CANARY", answer.Text);
        var entries = answer.Json.GetProperty("entry");
        Assert.Equal(8, entries.GetArrayLength());
        Assert.Equal("a", entries[0].GetProperty("resource").GetProperty("id").GetString());
        Assert.Equal(entries[2].GetRawText(), entries[1].GetRawText());
        Assert.Equal(entries[2].GetRawText(), entries[3].GetRawText());
        Assert.Equal(entries[2].GetRawText(), entries[6].GetRawText());
        Assert.Equal("""{"response":{"status":"404 Not Found"}}""", entries[2].GetRawText());
        Assert.Equal(
            "s1",
            Assert
                .Single(entries[4].GetProperty("resource").GetProperty("entry").EnumerateArray())
                .GetProperty("resource")
                .GetProperty("id")
                .GetString()
        );
        Assert.Equal(
            "https://gw.example/fhir/Observation/n/_history/1",
            entries[5].GetProperty("response").GetProperty("location").GetString()
        );
        Assert.Equal("""{"response":{"status":"200 OK"}}""", entries[7].GetRawText());
        Assert.Equal(["a", "s1"], answer.Disclosure.Resources.Select(static released => released.Id));
    }

    [Theory]
    [InlineData(1, AnswerVerdict.Rewritten)]
    [InlineData(0, AnswerVerdict.Unreadable)]
    [InlineData(2, AnswerVerdict.Unreadable)]
    public void Filter_TransactionResponse_HasAsManyAnswersAsQuestions(int answers, AnswerVerdict verdict)
    {
        var entries = string.Join(",", Enumerable.Repeat("""{"response":{"status":"201"}}""", answers));
        var request = Request(Interaction.Transaction, entries: [Request(Interaction.Create, "Observation")]);
        Assert.Equal(
            verdict,
            Filter(
                request,
                $$"""{"resourceType":"Bundle","type":"transaction-response","entry":[{{entries}}]}""",
                TestPolicy.Everything
            ).Verdict
        );
    }

    [Fact]
    public void Filter_WrittenResourceThatMayNotBeReadBack_KeepsItsReceipt()
    {
        var body =
            $$"""{"resourceType":"Bundle","type":"transaction-response","entry":[{"resource":{{Observation("n", "2")}},"response":{"status":"201 Created","location":"Observation/n/_history/1"} }]}""";
        var answer = Filter(
            Request(Interaction.Transaction, entries: [Request(Interaction.Create, "Observation")]),
            body,
            TestPolicy.For("1")
        );
        Assert.Equal(
            """{"response":{"status":"201 Created","location":"https://gw.example/fhir/Observation/n/_history/1"}}""",
            answer.Json.GetProperty("entry")[0].GetRawText()
        );
    }

    [Fact]
    public void Filter_JudgePerEntry_JudgesEachAnswerByItsOwnAndNoneWithout()
    {
        var body = $$"""
            {"resourceType":"Bundle","type":"transaction-response","entry":[
            {"resource":{{Observation("a", "1")}},"response":{"status":"200"} },{"resource":{{Observation(
                "b",
                "1"
            )}},"response":{"status":"200"} },{"resource":{{Observation("c", "1")}},"response":{"status":"200"} }]}
            """;
        var request = Request(
            Interaction.Transaction,
            entries: [Read("Observation", "a"), Read("Observation", "b"), Read("Observation", "c")]
        );

        var answer = Filter(
            request,
            body,
            TestPolicy.Everything,
            new AnswerOptions { Judges = [TestPolicy.For("1"), TestPolicy.For("2")] }
        );

        var entries = answer.Json.GetProperty("entry");
        Assert.Equal("a", entries[0].GetProperty("resource").GetProperty("id").GetString());
        Assert.Equal("""{"response":{"status":"404 Not Found"}}""", entries[1].GetRawText());
        Assert.Equal(entries[1].GetRawText(), entries[2].GetRawText());
        Assert.Equal("a", Assert.Single(answer.Disclosure.Resources).Id);
    }

    [Theory]
    [InlineData("""{"status":"201"}""", AnswerVerdict.Rewritten)]
    [InlineData("""{"status":"done"}""", AnswerVerdict.Unreadable)]
    [InlineData("{}", AnswerVerdict.Unreadable)]
    public void Filter_EntryOfATransaction_SaysWhatBecameOfIt(string response, AnswerVerdict verdict)
    {
        var request = Request(Interaction.Transaction, entries: [Request(Interaction.Create, "Observation")]);
        Assert.Equal(
            verdict,
            Filter(
                request,
                $$"""{"resourceType":"Bundle","type":"transaction-response","entry":[{"response":{{response}} }]}""",
                TestPolicy.Everything
            ).Verdict
        );
    }
}
