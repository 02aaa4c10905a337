using System.Text.Json.Nodes;
using PhiGateway.Fhir.Answers;
using PhiGateway.Policy.Vocabulary;
using Xunit;
using static PhiGateway.Tests.Fhir.Answers.AnswerCases;

namespace PhiGateway.Tests.Fhir.Answers;

/// <summary>Masks and elements hold inside contained resources as they hold outside.</summary>
public sealed class ContainedElementsTests
{
    private const string Body = """
        {"resourceType":"MedicationAdministration","id":"a","meta":{"versionId":"3"},"contained":[
          {"resourceType":"Immunization","id":"i","text":{"status":"generated","div":"<div>CANARY-LOT</div>"},"lotNumber":"CANARY-LOT","_lotNumber":{"id":"x"},"doseQuantity":{"value":47.11,"unit":"mL"},"note":[{"text":"CANARY-NOTE"}],"patient":{"reference":"https://ehr.internal:8443/r4/Patient/1"}},
          {"resourceType":"Device","id":"d","lotNumber":"DEVICE-LOT","serialNumber":"DEVICE-SERIAL"}],
         "text":{"status":"generated","div":"<div>given</div>"},"status":"completed","subject":{"reference":"Patient/1"},"lotNumber":"OWN"}
        """;

    private static readonly ElementSet Masked = ElementSet.Of([], ["lotNumber", "doseQuantity.value", "note"]);

    [Fact]
    public void Filter_MasksOfTheContainedType_HoldInside()
    {
        var answer = Filter(Read("MedicationAdministration", "a"), Body, new TestPolicy { Contained = { ["Immunization"] = Masked } });

        var inside = JsonNode.Parse(answer.Text)!["contained"]![0]!;
        Assert.Equal(AnswerVerdict.Rewritten, answer.Verdict);
        Assert.DoesNotContain("CANARY", answer.Text);
        Assert.DoesNotContain("47.11", answer.Text);
        Assert.Equal("masked", (string?)inside["_lotNumber"]!["extension"]![0]!["valueCode"]);
        Assert.Equal("mL", (string?)inside["doseQuantity"]!["unit"]);
        Assert.Null(inside["text"]);
        Assert.Equal("https://gw.example/fhir/Patient/1", (string?)inside["patient"]!["reference"]);

        // What is around it stays as it is, but for the mark, which a contained resource must not bear.
        Assert.Contains("DEVICE-LOT", answer.Text);
        Assert.Contains("OWN", answer.Text);
        Assert.Contains("given", answer.Text);
        Assert.Contains("MASKED", JsonNode.Parse(answer.Text)!["meta"]!["security"]!.ToJsonString());
        Assert.Null(inside["meta"]);
        Assert.True(answer.Disclosure.Redacted);
    }

    [Fact]
    public void Filter_MasksOfWhatContainsIt_HoldInsideToo()
    {
        var answer = Filter(
            Read("MedicationAdministration", "a"),
            Body,
            new TestPolicy { Elements = { ["MedicationAdministration"] = Masked } }
        );

        Assert.DoesNotContain("CANARY", answer.Text);
        Assert.DoesNotContain("DEVICE-LOT", answer.Text);
        Assert.DoesNotContain("OWN", answer.Text);
        Assert.Contains("DEVICE-SERIAL", answer.Text);
    }

    // Both mask the same element, each another part of it: neither opens what the other masks.
    [Theory]
    [InlineData("identifier.value", "identifier.system")]
    [InlineData("identifier.system", "identifier.value")]
    [InlineData("identifier", "identifier.value")]
    [InlineData("identifier.value", "identifier")]
    [InlineData("identifier.value", "identifier.type.text")]
    public void Filter_MasksOfBoth_AddUp(string around, string inside)
    {
        const string body =
            """{"resourceType":"Observation","id":"o","contained":[{"resourceType":"Practitioner","id":"p","identifier":[{"use":"official","system":"urn:canary-system","value":"CANARY-VALUE","type":{"text":"CANARY-TYPE"}}]}],"subject":{"reference":"Patient/1"}}""";
        string[] masks = [around, inside];
        var policy = new TestPolicy
        {
            Elements = { ["Observation"] = ElementSet.Of([], [around]) },
            Contained = { ["Practitioner"] = ElementSet.Of([], [inside]) },
        };

        var text = Filter(Read("Observation", "o"), body, policy).Text;

        Assert.Equal(masks.Any(Masks("value")), !text.Contains("CANARY-VALUE", StringComparison.Ordinal));
        Assert.Equal(masks.Any(Masks("system")), !text.Contains("canary-system", StringComparison.Ordinal));
        Assert.Equal(masks.Any(Masks("type.text")), !text.Contains("CANARY-TYPE", StringComparison.Ordinal));
        Assert.Equal(masks.Contains("identifier"), !text.Contains("official", StringComparison.Ordinal));
    }

    private static Func<string, bool> Masks(string element) => path => path == "identifier" || path == "identifier." + element;

    [Fact]
    public void Filter_ElementsOfTheContainedType_AreAllThatLeavesOfIt()
    {
        var answer = Filter(
            Read("MedicationAdministration", "a"),
            Body,
            new TestPolicy { Contained = { ["Immunization"] = ElementSet.Of(["patient"]) } }
        );

        var inside = JsonNode.Parse(answer.Text)!["contained"]![0]!.AsObject();
        Assert.Equal(["id", "patient", "resourceType"], inside.Select(static member => member.Key).Order(StringComparer.Ordinal));
        Assert.Contains("SUBSETTED", JsonNode.Parse(answer.Text)!["meta"]!["tag"]!.ToJsonString());
        Assert.Contains("DEVICE-LOT", answer.Text);
    }

    // Whether what is contained has anything else is told by nothing that leaves.
    [Fact]
    public void Filter_NothingLeftOutInside_IsMarkedAsIfThereWere()
    {
        const string Bare =
            """{"resourceType":"Observation","id":"o","contained":[{"resourceType":"Practitioner","id":"p","active":true}],"subject":{"reference":"Patient/1"}}""";
        var policy = new TestPolicy { Contained = { ["Practitioner"] = ElementSet.Of(["active"]) } };

        var bare = Filter(Read("Observation", "o"), Bare, policy).Text;
        var more = Bare.Replace("\"active\"", "\"gender\":\"female\",\"active\"", StringComparison.Ordinal);

        Assert.Contains("SUBSETTED", bare);
        Assert.Equal(bare, Filter(Read("Observation", "o"), more, policy).Text);
    }

    [Fact]
    public void Filter_NothingMaskedInside_LeavesByteForByte()
    {
        var plain = Body.Replace("https://ehr.internal:8443/r4/", string.Empty, StringComparison.Ordinal);

        Assert.Equal(
            AnswerVerdict.Unchanged,
            Filter(Read("MedicationAdministration", "a"), plain, new TestPolicy { Contained = { ["Condition"] = Masked } }).Verdict
        );
    }

    [Fact]
    public void Filter_ContainedIsNotKept_LeavesWithoutIt()
    {
        var answer = Filter(
            Read("MedicationAdministration", "a"),
            Body,
            new TestPolicy
            {
                Elements = { ["MedicationAdministration"] = ElementSet.Of(["status"]) },
                Contained = { ["Immunization"] = Masked },
            }
        );

        Assert.Null(JsonNode.Parse(answer.Text)!["contained"]);
        Assert.DoesNotContain("MASKED", answer.Text);
    }

    [Fact]
    public void Filter_InABundle_HoldsForEveryEntry()
    {
        var policy = new TestPolicy { Contained = { ["Immunization"] = Masked } };

        var answer = Filter(Search("MedicationAdministration"), SearchSet(Body, Observation("plain", "1"), Body), policy);

        Assert.DoesNotContain("CANARY", answer.Text);
        Assert.Equal(["a", "plain", "a"], answer.Ids);
    }
}
