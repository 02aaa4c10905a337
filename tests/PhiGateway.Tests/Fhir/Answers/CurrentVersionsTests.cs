using System.Text;
using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;
using Xunit;
using static PhiGateway.Tests.Fhir.Answers.AnswerCases;

namespace PhiGateway.Tests.Fhir.Answers;

/// <summary>Earlier versions leave only with the current one.</summary>
public sealed class CurrentVersionsTests
{
    private const string Restricted =
        ""","meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]}""";

    private static readonly TestPolicy One = new() { Patients = ["1"], Ceiling = Confidentiality.Normal };

    [Theory]
    [InlineData("", true)]
    [InlineData(Restricted, false)]
    public void VRead_CurrentVersion_DecidesToo(string label, bool leaves)
    {
        var vread = Request(Interaction.VRead, "Observation", "a", version: "1");
        var current = new CurrentVersions();

        Assert.True(current.TryConfirmNamed(vread, Bytes(Observation("a", "1", label)), One, Context));
        var answer = Filter(vread, Observation("a", "1"), One, new AnswerOptions { Current = current });

        Assert.Equal(leaves ? AnswerVerdict.Unchanged : AnswerVerdict.Withheld, answer.Verdict);
        Assert.Equal(leaves ? WithholdReason.None : WithholdReason.CurrentVersion, answer.Disclosure.LastWithheld);
    }

    [Fact]
    public void VRead_NothingKnownOfTheCurrentVersion_Stays() =>
        Assert.Equal(
            AnswerVerdict.Withheld,
            Filter(
                Request(Interaction.VRead, "Observation", "a", version: "1"),
                Observation("a", "1"),
                One,
                new AnswerOptions { Current = new CurrentVersions() }
            ).Verdict
        );

    [Theory]
    [InlineData("""{"resourceType":"Observation","id":"b","subject":{"reference":"Patient/1"}}""")]
    [InlineData("""{"resourceType":"Condition","id":"a","subject":{"reference":"Patient/1"}}""")]
    [InlineData("""{"resourceType":"Observation","subject":{"reference":"Patient/1"}}""")]
    [InlineData("<html/>")]
    public void TryConfirmNamed_AnotherResource_SaysSo(string resource) =>
        Assert.False(
            new CurrentVersions().TryConfirmNamed(
                Request(Interaction.VRead, "Observation", "a", version: "1"),
                Bytes(resource),
                One,
                Context
            )
        );

    [Fact]
    public void History_OfAType_ShowsWhatMayBeShownInEveryVersionSeenAndNow()
    {
        var page = History(
            Observation("fine", "1"),
            Observation("fine", "1", ""","valueString":"before" """),
            Observation("restricted-now", "1"),
            Observation("restricted-on-the-page", "1"),
            Observation("restricted-on-the-page", "1", Restricted),
            Observation("moved-now", "1"),
            Observation("gone", "1")
        );
        var current = new CurrentVersions();
        Assert.True(current.TryConsider(Bytes(page), One, Context));
        Assert.Equal(
            ["fine", "gone", "moved-now", "restricted-now"],
            current.Unconfirmed(ResourceType.Parse("Observation")).Order(StringComparer.Ordinal)
        );
        Assert.Equal("Observation", Assert.Single(current.Types).Name);
        Assert.True(
            current.TryConfirm(
                Bytes(
                    SearchSet(
                        Observation("fine", "1"),
                        Observation("restricted-now", "1", Restricted),
                        Observation("moved-now", "2"),
                        Observation("restricted-on-the-page", "1")
                    )
                ),
                One,
                Context
            )
        );

        var answer = Filter(Request(Interaction.HistoryType, "Observation"), page, One, new AnswerOptions { Current = current });

        Assert.Equal(["fine", "fine"], answer.Ids);
        Assert.Equal(5, answer.Disclosure.Withheld);
    }

    [Fact]
    public void ConfirmConsidered_OfADeletedResource_EveryVersionDecides()
    {
        var (clean, mixed) = (new CurrentVersions(), new CurrentVersions());
        Assert.True(clean.TryConsider(Bytes(History(Observation("a", "1"), Observation("a", "1"))), One, Context));
        Assert.True(mixed.TryConsider(Bytes(History(Observation("a", "1", Restricted), Observation("a", "1"))), One, Context));
        clean.ConfirmConsidered();
        mixed.ConfirmConsidered();

        var vread = Request(Interaction.VRead, "Observation", "a", version: "1");
        Assert.Equal(AnswerVerdict.Unchanged, Filter(vread, Observation("a", "1"), One, new AnswerOptions { Current = clean }).Verdict);
        Assert.Equal(AnswerVerdict.Withheld, Filter(vread, Observation("a", "1"), One, new AnswerOptions { Current = mixed }).Verdict);
    }

    [Fact]
    public void VRead_OfABundle_IsJudgedByWhatItHoldsNow()
    {
        static string Document(string patient) =>
            $$"""{"resourceType":"Bundle","id":"d","type":"document","entry":[{"resource":{{Observation("a", patient)}} }]}""";
        var vread = Request(Interaction.VRead, "Bundle", "d", version: "1");
        foreach (var (patient, verdict) in new[] { ("1", AnswerVerdict.Rewritten), ("2", AnswerVerdict.Withheld) })
        {
            var current = new CurrentVersions();
            Assert.True(current.TryConfirmNamed(vread, Bytes(Document(patient)), One, Context));
            Assert.Equal(verdict, Filter(vread, Document("1"), One, new AnswerOptions { Current = current }).Verdict);
        }
    }

    [Fact]
    public void Transaction_VersionsOfEntries_AreJudgedEntryByEntry()
    {
        var entries = new[]
        {
            Request(Interaction.VRead, "Observation", "a", version: "1"),
            Request(Interaction.Read, "Observation", "b"),
            Request(Interaction.HistoryInstance, "Observation", "c"),
        };
        var (known, unknown) = (new CurrentVersions(), new CurrentVersions());
        Assert.True(known.TryConfirmNamed(entries[2], Bytes(Observation("c", "1")), One, Context));
        var body = $$"""
            {"resourceType":"Bundle","type":"transaction-response","entry":[{"resource":{{Observation(
                "a",
                "1"
            )}},"response":{"status":"200"} },{"resource":{{Observation("b", "1")}},"response":{"status":"200"} },
            {"resource":{{History(Observation("c", "1"), Observation("other", "1"))}},"response":{"status":"200"} }]}
            """;

        var answer = Filter(
            Request(Interaction.Transaction, entries: entries),
            body,
            One,
            new AnswerOptions { Judges = [One, One, One], Currents = [unknown, null, known] }
        );

        Assert.Equal(["b", "c"], answer.Disclosure.Resources.Select(static one => one.Id));
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string History(params string[] resources) =>
        $"{{\"resourceType\":\"Bundle\",\"type\":\"history\",\"entry\":[{string.Join(",", resources.Select(static resource => $"{{\"resource\":{resource},\"request\":{{\"method\":\"PUT\",\"url\":\"x\"}},\"response\":{{\"status\":\"200\"}}}}"))}]}}";
}
