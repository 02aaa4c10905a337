using System.Text;
using PhiGateway.Fhir.Answers;
using PhiGateway.Policy.Vocabulary;
using Xunit;
using static PhiGateway.Tests.Fhir.Answers.AnswerCases;

namespace PhiGateway.Tests.Fhir.Answers;

/// <summary>A deletion leaves to whom every version of what was deleted may.</summary>
public sealed class HistoryDeletionTests
{
    private const string Deleted =
        """{"fullUrl":"http://ehr.internal/r4/Observation/a","request":{"method":"DELETE","url":"Observation/a"},"response":{"status":"204","lastModified":"2026-01-01T00:00:00Z"}}""";

    [Theory]
    [InlineData("1", true)]
    [InlineData("2", false)]
    public void History_OfAnInstance_TellsOfItsDeletion(string patient, bool isTold)
    {
        var answer = Ask(Deleted, Version(patient));

        Assert.Equal(isTold, answer.Text.Contains("\"DELETE\""));
        if (isTold)
        {
            var entry = answer.Json.GetProperty("entry")[0];
            Assert.Equal("Observation/a", entry.GetProperty("request").GetProperty("url").GetString());
            Assert.Equal("https://gw.example/fhir/Observation/a", entry.GetProperty("fullUrl").GetString());
            Assert.Equal("204 No Content", entry.GetProperty("response").GetProperty("status").GetString());
            Assert.Equal([patient], answer.Disclosure.Patients.Select(static owner => owner.Value));
        }
        else
        {
            Assert.Equal(2, answer.Disclosure.Withheld);
            Assert.DoesNotContain("204", answer.Text);
        }
    }

    [Theory]
    [InlineData("""{"request":{"method":"DELETE","url":"Observation/b"},"response":{"status":"204"}}""")]
    [InlineData("""{"request":{"method":"DELETE","url":"Observation?identifier=a"},"response":{"status":"204"}}""")]
    [InlineData("""{"request":{"method":"PUT","url":"Observation/a"},"response":{"status":"200"}}""")]
    [InlineData("""{"request":{"method":"DELETE"},"response":{"status":"204"}}""")]
    public void History_DeletionOfAnotherOrOfNothing_Stays(string deletion)
    {
        var answer = Ask(deletion, Version("1"));

        Assert.DoesNotContain("204", answer.Text);
        Assert.Equal((1, 1), (answer.Disclosure.Resources.Count, answer.Disclosure.Withheld));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void History_OfMany_TellsOfDeletionsWhereEverythingIsTold(bool isTold, bool leaves)
    {
        var body = $$"""{"resourceType":"Bundle","type":"history","entry":[{{Deleted}},{{Version("1")}}]}""";
        var current = new CurrentVersions { TellsDeletions = isTold };
        Assert.True(current.TryConsider(Encoding.UTF8.GetBytes(body), TestPolicy.Everything, Context));

        var answer = Filter(
            Request(Interaction.HistoryType, "Observation"),
            body,
            TestPolicy.Everything,
            new AnswerOptions { Current = current }
        );

        Assert.Equal(leaves, answer.Text.Contains("\"DELETE\""));
        Assert.DoesNotContain("\"subject\"", answer.Text);
        Assert.Equal(leaves ? 1 : 0, answer.Disclosure.Resources.Count);
    }

    /// <summary>What it was labelled with, nobody can say: whoever is shown less than every label is not told.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void History_OfManyForWhomSomethingIsLabelledAway_TellsOfNoDeletion(bool byLabel)
    {
        var policy = byLabel ? new TestPolicy { NoLabels = true } : new TestPolicy { Ceiling = Confidentiality.Restricted };
        var body = $$"""{"resourceType":"Bundle","type":"history","entry":[{{Deleted}},{{Version("2")}}]}""";
        var current = new CurrentVersions { TellsDeletions = true };
        Assert.True(current.TryConsider(Encoding.UTF8.GetBytes(body), policy, Context));

        var answer = Filter(Request(Interaction.HistoryType, "Observation"), body, policy, new AnswerOptions { Current = current });

        Assert.DoesNotContain("\"DELETE\"", answer.Text);
    }

    [Fact]
    public void History_DeletionOfWhatMustStayAsItWas_Stays()
    {
        var body = $$"""{"resourceType":"Bundle","type":"history","entry":[{{Deleted}},{{Version("2")}}]}""";
        var current = new CurrentVersions { TellsDeletions = true };
        Assert.True(current.TryConsider(Encoding.UTF8.GetBytes(body), TestPolicy.For("1"), Context));

        var answer = Filter(
            Request(Interaction.HistoryType, "Observation"),
            body,
            TestPolicy.For("1"),
            new AnswerOptions { Current = current }
        );

        Assert.DoesNotContain("\"DELETE\"", answer.Text);
    }

    [Fact]
    public void History_DeletionWhoseAddressIsEscaped_IsRead()
    {
        var answer = Ask(Deleted.Replace("\"url\":\"Observation/a\"", "\"url\":\"Observation\\/a\""), Version("1"));

        Assert.Contains("\"DELETE\"", answer.Text);
    }

    [Fact]
    public void History_OneVersionUnreadable_HidesTheResourceAndNotThePage()
    {
        var unreadable =
            """{"resource":{"resourceType":"Observation","id":"a","status":1,"status":2},"request":{"method":"PUT","url":"Observation/a"}}""";
        var other = Version("1").Replace("\"id\":\"a\"", "\"id\":\"other\"");

        var answer = Ask(unreadable, Version("1"), other);

        Assert.DoesNotContain("\"id\":\"a\"", answer.Text);
        Assert.Contains("\"id\":\"other\"", answer.Text);
        Assert.Equal((2, 1), (answer.Disclosure.Withheld, answer.Disclosure.Unread));
    }

    private static string Version(string patient) =>
        $$"""{"resource":{{Observation("a", patient)}},"request":{"method":"PUT","url":"Observation/a"},"response":{"status":"200"} }""";

    private static Filtered Ask(params string[] entries)
    {
        var body = $$"""{"resourceType":"Bundle","type":"history","entry":[{{string.Join(',', entries)}}]}""";
        var current = new CurrentVersions();
        Assert.True(current.TryConsider(Encoding.UTF8.GetBytes(body), TestPolicy.For("1"), Context));
        current.ConfirmConsidered();
        return Filter(
            Request(Interaction.HistoryInstance, "Observation", "a"),
            body,
            TestPolicy.For("1"),
            new AnswerOptions { Current = current }
        );
    }
}
